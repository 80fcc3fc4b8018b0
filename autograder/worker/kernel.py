"""Runs a notebook's cells as Jupyter would, and keeps what they show, up to a cap."""

from __future__ import annotations

import atexit
import builtins
import contextlib
import io
import os
import sys
import time
import types
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

Output = dict[str, Any]
TRUNCATED = "\n… more output was produced; the rest is not kept\n"
MAX_OUTPUTS = 200
TOTAL_CHARACTERS = 1 << 24
COMPRESS_LEVEL = 3  # of PNG; zlib goes to 9


class Recorder:
    """The outputs of the cell that is running, as nbformat has them, up to a cap in characters.

    All cells together show at most `TOTAL_CHARACTERS`.
    """

    def __init__(self) -> None:
        self.outputs: list[Output] = []
        self._room = 0
        self._left = TOTAL_CHARACTERS
        self._owner = os.getpid()

    def begin(self, cap: int) -> None:
        self._room = min(cap, self._left)
        self.outputs = []
        self._owner = os.getpid()

    def write(self, stream: str, text: str) -> None:
        if not text or self._full():
            return
        kept = text[: self._room]
        self._take(len(kept))
        if len(kept) < len(text):
            kept += TRUNCATED
        last = self.outputs[-1] if self.outputs else {}
        if last.get("output_type") == "stream" and last["name"] == stream:
            last["text"] += kept
        else:
            self.outputs.append({"output_type": "stream", "name": stream, "text": kept})

    def add(self, output: Output, size: int) -> None:
        if self._full():
            return
        if size > self._room:
            self._room = 0
            self.outputs.append({"output_type": "stream", "name": "stderr", "text": TRUNCATED})
            return
        self._take(size)
        self.outputs.append(output)

    def clear(self) -> None:
        self.outputs = []

    def _take(self, size: int) -> None:
        self._room -= size
        self._left -= size

    def _full(self) -> bool:
        return self._room <= 0 or len(self.outputs) >= MAX_OUTPUTS or os.getpid() != self._owner


class _Stream(io.TextIOBase):
    """Stands in for sys.stdout and sys.stderr."""

    encoding = "utf-8"

    def __init__(self, recorder: Recorder, name: str) -> None:
        self._recorder = recorder
        self.name = name

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._recorder.write(self.name, str(text))
        return len(text)

    def writable(self) -> bool:
        return True


class _Publisher(DisplayPublisher):  # type: ignore[misc]
    recorder: Recorder

    def publish(
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        *,
        transient: dict[str, Any] | None = None,
        update: bool = False,
        **_: Any,
    ) -> None:
        output = {"output_type": "display_data", "data": _plain(data), "metadata": _plain(metadata or {})}
        self.recorder.add(output, _size(output))

    def clear_output(self, wait: bool = False) -> None:
        self.recorder.clear()


class _ResultHook(DisplayHook):  # type: ignore[misc]
    recorder: Recorder

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        output = {
            "output_type": "execute_result",
            "data": _plain(format_dict),
            "metadata": _plain(md_dict or {}),
            "execution_count": self.prompt_count,
        }
        self.recorder.add(output, _size(output))

    def finish_displayhook(self) -> None:
        pass


class _Shell(InteractiveShell):  # type: ignore[misc]
    recorder: Recorder

    def _showtraceback(self, etype: type[BaseException], evalue: BaseException, stb: list[str]) -> None:
        output = {
            "output_type": "error",
            "ename": getattr(etype, "__name__", "Error"),
            "evalue": _text(evalue),
            "traceback": [str(line) for line in stb],
        }
        self.recorder.add(output, _size(output))

    def init_history(self) -> None:
        super().init_history()
        self.history_manager.enabled = False

    def enable_gui(self, gui: Any = None) -> None:
        """There is no screen."""


class NotebookKernel:
    """An IPython shell that is made once, before the fork, and used by one submission after it."""

    def __init__(self) -> None:
        self.recorder = Recorder()
        config = Config()
        config.HistoryManager.enabled = False
        config.HistoryManager.hist_file = ":memory:"
        _Shell.recorder = _Publisher.recorder = _ResultHook.recorder = self.recorder
        _Shell.colors.default_value = "nocolor"
        self.shell: Any = _Shell.instance(
            config=config, display_pub_class=_Publisher, displayhook_class=_ResultHook
        )
        self.shell.colors = "nocolor"
        self.shell.system = self.shell.system_piped
        self._use_inline_plots()

    def run(
        self,
        sources: list[str],
        skip: Iterable[int],
        cap: int,
        on_cell: Callable[[int], None],
    ) -> list[dict[str, Any]]:
        """Run the code cells in `sources`; return for each what it showed, its seconds and whether it raised.

        Args:
            sources: the source of each code cell, in order.
            skip: indices of cells that are left out.
            cap: characters of output kept per cell.
            on_cell: called with the index of each cell before it runs.
        """
        self._prepare()
        owner = os.getpid()
        left_out = set(skip)
        results = []
        for index, source in enumerate(sources):
            on_cell(index)
            self.recorder.begin(cap)
            began = time.perf_counter()
            ok = index in left_out or self._run_cell(source)
            seconds = time.perf_counter() - began
            if os.getpid() != owner:  # a fork of the student's that went on here
                os._exit(0)
            results.append({"ok": ok, "seconds": seconds, "outputs": self.recorder.outputs})
        self.recorder.begin(0)
        return results

    def show(self, source: str, cap: int) -> list[Output]:
        """Run one cell outside of any notebook, and return what it shows."""
        self.recorder.begin(cap)
        stdout, stderr = _Stream(self.recorder, "stdout"), _Stream(self.recorder, "stderr")
        with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
            self._run_cell(source)
        return self.recorder.outputs

    def close(self) -> None:
        """End the shell, so that the next kernel begins as if it were the first."""
        atexit.unregister(self.shell.atexit_operations)
        _forget_inline_plots()
        _Shell.clear_instance()

    @property
    def names(self) -> dict[str, Any]:
        """What the notebook has defined."""
        names: dict[str, Any] = self.shell.user_ns
        return names

    def _run_cell(self, source: str) -> bool:
        try:
            return bool(self.shell.run_cell(source, store_history=False).success)
        except BaseException as error:  # IPython lets some kinds through, such as a SystemExit in a hook
            self.recorder.write("stderr", f"{type(error).__name__}: {_text(error)}\n")
            return False

    def _prepare(self) -> None:
        sys.stdout = _Stream(self.recorder, "stdout")
        sys.stderr = _Stream(self.recorder, "stderr")
        sys.path.insert(0, str(Path.cwd()))
        sys.modules["otter"] = _otter_stand_in()
        builtins.input = _no_input
        os.environ["PIP_RETRIES"] = "0"  # there is no network: a forgotten `!pip install` fails at once

    def _use_inline_plots(self) -> None:
        """Show figures where they are drawn, also if a notebook is the first to import matplotlib."""
        os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
        if "matplotlib.pyplot" not in sys.modules:
            return
        try:
            self.shell.enable_matplotlib("inline")
        except ImportError:
            return
        import matplotlib.pyplot as plt
        from matplotlib.figure import Figure

        plt.close("all")
        plt.uninstall_repl_displayhook()
        plt.install_repl_displayhook()  # after what shows and closes figures: else it draws each once more
        self.shell.display_formatter.formatters["image/png"].for_type(Figure, _figure_png)


def _figure_png(figure: Any) -> str | None:
    """The picture of a figure as IPython makes it, with "tight" margins, but laid out in one pass, not two.

    The margins are found without drawing first, where nothing in the figure is placed only when it is drawn.
    The file is a few per cent larger than with matplotlib's own setting, and written in half the time.
    """
    import matplotlib
    from IPython.core.pylabtools import print_figure
    from matplotlib.axes import Axes

    margins: Any = "tight"
    if figure.get_layout_engine() is None and all(type(axis) is Axes for axis in figure.axes):
        margins = figure.get_tightbbox().padded(matplotlib.rcParams["savefig.pad_inches"])
    picture: str | None = print_figure(
        figure, base64=True, bbox_inches=margins, pil_kwargs={"compress_level": COMPRESS_LEVEL}
    )
    return picture


def _forget_inline_plots() -> None:
    """Undo what a shell and matplotlib know of each other."""
    if "matplotlib_inline.backend_inline" not in sys.modules:
        return
    import matplotlib.pyplot as plt
    from matplotlib_inline.backend_inline import configure_inline_support
    from matplotlib_inline.config import InlineBackend

    plt.close("all")
    plt.uninstall_repl_displayhook()
    InlineBackend.clear_instance()
    vars(configure_inline_support).pop("current_backend", None)


def _otter_stand_in() -> types.ModuleType:
    """A module `otter` whose checks do nothing: the grader asks its own tests from outside."""

    class Notebook:
        def __init__(self, *_: Any, **__: Any) -> None:
            pass

        def __getattr__(self, name: str) -> Callable[..., None]:
            return lambda *_, **__: None

    module = types.ModuleType("otter")
    vars(module)["Notebook"] = Notebook
    return module


def _no_input(prompt: object = "") -> str:
    raise RuntimeError("input() cannot be answered while the notebook is graded")


def _plain(value: Any) -> Any:
    """Return a MIME bundle as strings, bytes, numbers, lists and dicts; what is of NumPy as Python's own."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, bytes):
        import base64

        return base64.b64encode(value).decode("ascii")
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or type(value) in (bool, int, float):
        return value
    return str(value)


def _size(output: Output) -> int:
    return len(repr(output))


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return "(its message cannot be shown)"
