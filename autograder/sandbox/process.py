"""The `process` sandbox: limits only, no isolation. For an author or a TA on code that they trust."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO

from autograder.errors import SandboxError
from autograder.sandbox import owner
from autograder.sandbox.base import (
    Connection,
    PipeConnection,
    Sandbox,
    SlotSpec,
    gpu_environment,
    gpu_files,
    local_identity,
    worker_command,
    worker_environment,
)

SCRATCH_PREFIX = "autograder-"
LOG_BYTES = 4000
CLOSE_SECONDS = 15.0


class ProcessSandbox(Sandbox):
    """Runs the worker as an ordinary child process of the grader."""

    name = "process"
    claims = frozenset({"limits"})

    def why_unavailable(self) -> str | None:
        return None if sys.platform == "linux" else "needs Linux: limits are watched through /proc"

    def identity(self, spec: SlotSpec) -> str:
        return local_identity(spec)

    def open(self, spec: SlotSpec) -> Connection:
        if spec.gpu:
            gpu_files()
        scratch = tempfile.mkdtemp(prefix=f"{SCRATCH_PREFIX}{owner.this_process()}-")
        command = worker_command(sys.executable, "none", scratch, spec.preload)
        environment = worker_environment(
            PYTHONPATH=str(Path(__file__).parents[2]),
            TMPDIR=scratch,
            HOME=scratch,
            MPLCONFIGDIR=font_cache(),
            **{variable: str(path) for variable, path in spec.weights},
            **gpu_environment(spec, spec.gpu_device),
        )
        return ChildConnection(command, environment, scratch)

    def clear_left_over(self) -> None:
        for folder in Path(tempfile.gettempdir()).glob(f"{SCRATCH_PREFIX}*-*"):
            made_by = folder.name.removeprefix(SCRATCH_PREFIX).rpartition("-")[0]
            if owner.is_gone(made_by) and folder.lstat().st_uid == os.getuid() and not folder.is_symlink():
                _remove(str(folder))


class ChildConnection(PipeConnection):
    """A worker that is a child process, in a session of its own, with its scratch folder on this machine."""

    def __init__(self, command: list[str], environment: dict[str, str], scratch: str | None) -> None:
        self._scratch = scratch
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  (closed with the connection)
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
                env=environment,
                cwd="/",
                start_new_session=True,
            )
        except OSError as error:
            raise SandboxError(f"the worker could not be started: {error}") from None
        assert self._process.stdin is not None and self._process.stdout is not None
        super().__init__(self._process.stdout.fileno(), self._process.stdin.fileno())

    def log(self) -> str:
        self._log.seek(0)
        return self._log.read()[-LOG_BYTES:].decode(errors="replace")

    def close(self) -> None:
        if self._process.stdin is None or self._process.stdin.closed:
            return
        self._process.stdin.close()
        try:
            self._process.wait(CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._log.close()
        if self._scratch is not None:
            _remove(self._scratch)


def font_cache() -> str:
    """The folder of matplotlib's font cache, so that a worker need not build it again."""
    return os.environ.get("MPLCONFIGDIR") or str(Path("~/.cache/matplotlib").expanduser())


def _remove(folder: str) -> None:
    """Remove what submissions may have left: without rights, or nested deeper than Python can walk."""
    for command in (["chmod", "-R", "u+rwX", folder], ["rm", "-rf", folder]):
        subprocess.run(command, stderr=subprocess.DEVNULL, check=False)
