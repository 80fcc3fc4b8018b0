"""Honest students of the first week, as data: what each did to a right notebook, and what must come out.

Everyone's answers are right. What they did around them, or what a tool did to the file, must cost nothing; a
question whose answer is not there any more costs its own points and no others.
"""

from __future__ import annotations

import base64
import codecs
import copy
import json
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import nbformat

Notebook = dict[str, Any]  # what stands in the file, as JSON has it
Work = Callable[[Notebook], "Notebook | bytes | None"]
PLOT = re.compile(r"picture_of|plt\.|\bshow")


@dataclass(frozen=True)
class Honest:
    """What one student did, and what they must get.

    Args:
        did: changes the notebook, or gives the bytes of the file.
        notes: patterns, one for each note that the report must have, in order.
        lost: questions whose points are lost.
        failed: how many cells raise an error.
        file: the name of the file.
        beside: files that lie beside it, by name.
        pictures: keep the plots that come with the week; most leave them out, for time.
        shown: must stand on the feedback page.
    """

    did: Work
    notes: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    failed: int = 0
    file: str = "w01_corner_filter.ipynb"
    beside: Mapping[str, bytes] = field(default_factory=dict)
    pictures: bool = False
    shown: str = ""

    def content(self, reference: nbformat.NotebookNode) -> bytes:
        """The file that is handed in."""
        notebook: Notebook = json.loads(nbformat.writes(reference))
        if not self.pictures:
            notebook["cells"] = [cell for cell in notebook["cells"] if not is_plot(cell)]
        made = self.did(notebook)
        return made if isinstance(made, bytes) else as_file(made or notebook)


def as_file(notebook: Notebook) -> bytes:
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()


def is_plot(cell: Notebook) -> bool:
    """Whether a cell is one of those that only draw."""
    return (
        cell["cell_type"] == "code"
        and cell["id"].startswith("code-")
        and bool(PLOT.search("".join(cell["source"])) and "import numpy" not in "".join(cell["source"]))
    )


def source(cell: Notebook) -> str:
    return "".join(cell["source"])


def cell_of(notebook: Notebook, identifier: str) -> Notebook:
    return next(cell for cell in notebook["cells"] if cell.get("id") == identifier)


def code(text: str, identifier: str) -> Notebook:
    return {
        **{"cell_type": "code", "id": identifier, "metadata": {}, "source": text.splitlines(keepends=True)},
        **{"outputs": [], "execution_count": None},
    }


# ---- small things that many students do ------------------------------------------------------------------


def untouched(notebook: Notebook) -> None:
    """Nothing at all."""


def first(*texts: str) -> Work:
    """Adds cells at the start."""

    def did(notebook: Notebook) -> None:
        notebook["cells"][:0] = [code(text, f"own-{number}") for number, text in enumerate(texts)]

    return did


def last(*texts: str) -> Work:
    """Adds cells at the end."""

    def did(notebook: Notebook) -> None:
        notebook["cells"] += [code(text, f"own-{number}") for number, text in enumerate(texts)]

    return did


def without(*identifiers: str) -> Work:
    """Deletes cells."""

    def did(notebook: Notebook) -> None:
        notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] not in identifiers]

    return did


def every_cell(change: Callable[[Notebook], object]) -> Work:
    """Changes each cell in the same way."""

    def did(notebook: Notebook) -> None:
        for cell in notebook["cells"]:
            change(cell)

    return did


def with_metadata(metadata: Notebook, minor: int, change: Callable[[Notebook], object]) -> Work:
    """Saves the notebook as another program does."""

    def did(notebook: Notebook) -> None:
        every_cell(change)(notebook)
        notebook["metadata"], notebook["nbformat_minor"] = metadata, minor

    return did


def without_id(cell: Notebook) -> None:
    cell.pop("id")


def version(minor: int) -> Work:
    def did(notebook: Notebook) -> None:
        every_cell(without_id)(notebook)
        notebook["nbformat_minor"] = minor

    return did


def version_3(notebook: Notebook) -> bytes:
    every_cell(without_id)(notebook)
    notebook["nbformat_minor"] = 0
    joined = nbformat.reads(as_file(notebook).decode(), as_version=4)
    return str(nbformat.writes(nbformat.convert(joined, 3), version=3)).encode()


def colab_cell(cell: Notebook) -> None:
    """Colab keeps a cell's id in its metadata, and its source as one string or as lines."""
    cell["metadata"] = {**cell["metadata"], "id": cell.pop("id")[:12].title()}
    cell["source"] = source(cell)
    if cell["cell_type"] == "code":
        cell["metadata"] |= {
            "colab": {"base_uri": "https://localhost:8080/", "height": 35},
            "outputId": "0c61a4b2",
        }
        cell["outputs"] = [
            {
                "output_type": "execute_result",
                "execution_count": 3,
                "metadata": {},
                "data": {
                    "text/plain": ["3"],
                    "application/vnd.google.colaboratory.intrinsic+json": {"type": "string"},
                },
            }
        ]


COLAB = {
    "colab": {"provenance": [], "toc_visible": True, "gpuType": "T4"},
    "accelerator": "GPU",
    "kernelspec": {"name": "python3", "display_name": "Python 3"},
    "language_info": {"name": "python"},
    "widgets": {
        "application/vnd.jupyter.widget-state+json": {"a1": {"model_name": "HTMLModel", "state": {}}}
    },
}
VS_CODE = {
    "kernelspec": {"display_name": ".venv (3.12.3)", "language": "python", "name": "python3"},
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "name": "python",
        "version": "3.12.3",
    },
    "vscode": {"interpreter": {"hash": "31f2aee4e71d21fbe5cf8b01ff0e069b9275f58929596ceb00d14d90e3e16cd6"}},
}


def vs_code_cell(cell: Notebook) -> None:
    without_id(cell)
    cell["metadata"] = {**cell["metadata"], "vscode": {"languageId": "python"}}


def colab(notebook: Notebook) -> None:
    first("!pip install -q scikit-image", "from google.colab import drive\n\ndrive.mount('/content/drive')")(
        notebook
    )
    with_metadata(COLAB, 0, colab_cell)(notebook)


def windows_lines(cell: Notebook) -> None:
    cell["source"] = source(cell).replace("\n", "\r\n")


def executed_in_another_order(notebook: Notebook) -> None:
    """The numbers beside the cells are those of a long evening."""
    numbers = random.Random(1)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["execution_count"] = numbers.choice([None, numbers.randrange(1, 300)])


def cells_in_another_order(notebook: Notebook) -> None:
    """The last questions come first; a cell that uses a function before it is there raises an error."""
    names = [f"question-q{number}" for number in (6, 5, 4)]
    moved = [cell_of(notebook, name) for name in names]
    rest = [cell for cell in notebook["cells"] if cell not in moved]
    notebook["cells"] = [*rest[:3], code("blur(np.eye(5), uniform_kernel(3))", "too-soon"), *moved, *rest[3:]]


def two_answers_in_one_cell(notebook: Notebook) -> None:
    target = cell_of(notebook, "question-q1")
    target["source"] = f"{source(target)}\n\n{source(cell_of(notebook, 'question-q2'))}"
    without("question-q2")(notebook)


def copied_cell(notebook: Notebook) -> None:
    """Copied a cell in an editor that copies its id."""
    notebook["cells"].append(copy.deepcopy(cell_of(notebook, "question-q4")))


def as_text(kind: str) -> Work:
    """Pressed M or R on an answer by accident."""

    def did(notebook: Notebook) -> None:
        cell = cell_of(notebook, "question-q5")
        cell["cell_type"] = kind
        del cell["outputs"], cell["execution_count"]

    return did


def earlier_version_as_text(notebook: Notebook) -> None:
    """Put an earlier, wrong version aside as raw text, and wrote the answer into a cell of their own."""
    given = cell_of(notebook, "question-q4")
    notebook["cells"].append(code(source(given), "own-answer"))
    given["cell_type"], given["source"] = "raw", source(given).replace("return ", "return 2 * ")
    del given["outputs"], given["execution_count"]


def large_outputs(notebook: Notebook) -> None:
    text = "epoch 1 loss 0.123\n" * 320_000
    cell_of(notebook, "question-q1")["outputs"] = [{"output_type": "stream", "name": "stdout", "text": text}]


def numbers_that_json_has_not(notebook: Notebook) -> bytes:
    cell_of(notebook, "question-q1")["outputs"] = [
        {"output_type": "display_data", "metadata": {}, "data": {"application/json": {"loss": float("nan")}}}
    ]
    return json.dumps(notebook).encode()


def in_main(notebook: Notebook) -> None:
    cell = cell_of(notebook, "question-q2")
    body = "".join(f"    {line}" for line in source(cell).splitlines(keepends=True))
    cell["source"] = f'if __name__ == "__main__":\n{body}'


def attached_picture(notebook: Notebook) -> None:
    pixel = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()
    text = {"cell_type": "markdown", "id": "mine", "metadata": {}, "source": ["![a](attachment:a.png)"]}
    notebook["cells"].append({**text, "attachments": {"a.png": {"image/png": pixel}}})


# ---- the class -------------------------------------------------------------------------------------------

IDS = r"\d+ cells were given an id, because there was none or it was not valid\."
AGAIN = r"1 cell was given a new id, because two cells had the same\."
OLD = r"The notebook was converted from the old format version 3\."
BOM = r"A byte order mark at the start of the file was removed\."
UTF_16 = r"The notebook was stored as UTF-16 and was converted to UTF-8\."
LINES = r"\d+ cells were converted from Windows line ends\."
OUTPUTS = r"The large outputs stored in the notebook were left out; the grader makes its own\."
TYPE = r"1 cell was turned back into code: handed out as code, and no code defines the same names\."

CLASS: dict[str, Honest] = {
    # the file
    "as handed out, with all pictures": Honest(untouched, pictures=True),
    "Windows line ends in the file": Honest(lambda notebook: as_file(notebook).replace(b"\n", b"\r\n")),
    "Windows line ends in the cells": Honest(every_cell(windows_lines), (LINES,)),
    "a byte order mark": Honest(lambda notebook: codecs.BOM_UTF8 + as_file(notebook), (BOM,)),
    "UTF-16": Honest(lambda notebook: as_file(notebook).decode().encode("utf-16"), (UTF_16,)),
    "format version 3": Honest(version_3, (OLD,)),
    **{f"format version 4.{minor}": Honest(version(minor), (IDS,)) for minor in (0, 4)},
    "Colab": Honest(colab, (IDS,), failed=1, shown="No module named"),
    "VS Code": Honest(with_metadata(VS_CODE, 2, vs_code_cell), (IDS,)),
    "no ids": Honest(every_cell(without_id), (IDS,)),
    "the same id twice": Honest(copied_cell, (AGAIN,)),
    "another name": Honest(untouched, file="kari_w01 (2).ipynb"),
    "the browser's name for a second download": Honest(untouched, file="w01_corner_filter-Copy1.ipynb"),
    "a folder of their own": Honest(untouched, file="week 1 – løsning/w01.ipynb"),
    "large outputs": Honest(large_outputs, (OUTPUTS,)),
    "NaN in an output": Honest(numbers_that_json_has_not),
    "an attached picture": Honest(attached_picture),
    # the cells
    "executed in another order": Honest(executed_in_another_order),
    "cells in another order": Honest(cells_in_another_order, failed=1, shown="is not defined"),
    "no check cells": Honest(without(*(f"check-q{number}" for number in range(1, 7)))),
    "no set-up cell": Honest(without("setup", "check-q1", "check-q2"), failed=4),
    "an answer deleted": Honest(without("question-q4"), lost=("q4",)),
    "two answers in one cell": Honest(two_answers_in_one_cell),
    "an answer turned into Markdown": Honest(as_text("markdown"), (TYPE,)),
    "an answer turned into raw text": Honest(as_text("raw"), (TYPE,)),
    "an earlier version put aside as text": Honest(earlier_version_as_text),
    "answers in the main guard": Honest(in_main),
    # what cells do
    "warnings on stderr": Honest(
        first(
            "import sys\nimport warnings\n\nimport numpy as np\n\nwarnings.warn('old', stacklevel=1)\n"
            "print('careful', file=sys.stderr)\nnp.array([1.0, 0.0]) / 0"
        )
    ),
    "a log of everything": Honest(
        first("import logging\n\nlogging.basicConfig(level=logging.DEBUG)"),
    ),
    "a slow import": Honest(
        first("import slow_module"), beside={"slow_module.py": b"import time\n\ntime.sleep(2)\n"}
    ),
    "thousands of lines": Honest(last("for number in range(20_000):\n    print('line', number)")),
    "megabytes in one line": Honest(last("print('x' * 5_000_000)")),
    "other alphabets": Honest(
        last("størrelse = 3\nprint('høyre øvre hjørne 🙂 日本語 العربية', størrelse)"), shown="🙂 日本語"
    ),
    "a list of primes": Honest(last("[n for n in range(2, 2000) if all(n % d for d in range(2, n))]")),
    "%matplotlib inline": Honest(first("%matplotlib inline\n%config InlineBackend.figure_format = 'retina'")),
    "%matplotlib widget": Honest(first("%matplotlib widget"), failed=1),
    "autoreload": Honest(first("%load_ext autoreload\n%autoreload 2")),
    "%reset": Honest(first("%reset -f")),
    "timing": Honest(last("%timeit -n 1 -r 1 sum(range(10))", "%%time\nsum(range(10))")),
    "a file written by a cell": Honest(last("%%writefile own.txt\nhello", "assert open('own.txt').read()")),
    "!pip install and !ls": Honest(first("!pip install scipy", "!ls")),
    "input()": Honest(last("name = input('Your name? ')"), failed=1, shown="input() cannot be answered"),
    "a progress bar": Honest(
        last(
            "import sys\nfor step in range(500):\n    sys.stdout.write(f'\\r{step} of 500')",
            "!pip install -q tqdm\nfrom tqdm.notebook import tqdm\n\nfor _ in tqdm(range(3)):\n    pass",
        ),
        failed=1,
    ),
    "a very large picture": Honest(
        last("plt.figure(figsize=(30, 30))\nplt.imshow(np.random.rand(600, 600))\nplt.show()")
    ),
    "a window on the screen": Honest(
        last("import matplotlib\n\nmatplotlib.use('TkAgg')\nplt.plot([1, 2])\nplt.show()"), failed=1
    ),
    "another folder": Honest(last("import os\nimport tempfile\n\nos.chdir(tempfile.mkdtemp())")),
    "data of their own": Honest(
        last("np.loadtxt('data/mine.csv', delimiter=',').sum()"), beside={"data/mine.csv": b"1,2\n3,4\n"}
    ),
    "environment variables": Honest(
        first("import os\n\nos.environ['OMP_NUM_THREADS'] = '1'\nos.environ['HOME'], os.environ.get('USER')")
    ),
    "workers": Honest(
        last(
            "from joblib import Parallel, delayed\n\n"
            "Parallel(n_jobs=2, prefer='threads')(delayed(abs)(n) for n in range(9))",
            "import concurrent.futures\n\n"
            "with concurrent.futures.ThreadPoolExecutor(4) as pool:\n    list(pool.map(abs, range(9)))",
        )
    ),
    "worker processes": Honest(
        last(
            "import multiprocessing\n\nwith multiprocessing.get_context('fork').Pool(2) as pool:\n"
            "    print(pool.map(abs, range(9)))"
        )
    ),
    "experiments that fail": Honest(last("1 / 0", "undefined_name", "def half(:"), failed=3),
    "await": Honest(last("import asyncio\n\nawait asyncio.sleep(0.01)")),
    "sys.exit at the end": Honest(last("import sys\n\nsys.exit()"), failed=1),
    "plt.close and del": Honest(last("plt.close('all')\nplt.ion()\nextra = 1\ndel extra")),
}
