"""Imports what a worker of an assignment imports, warms up as the worker does, and runs its reference.

Run as a script in a process of its own; prints, as JSON, what was there before the notebook and what it adds.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from autograder.build import reference_notebook
from autograder.course import Assignment, Course
from autograder.reading import code_cells

OUTPUT_BYTES = 1 << 24


def main(name: str) -> None:
    assignment = Course.find(Path(__file__)).assignment(name)
    cells = list(code_cells(reference_notebook(assignment)))
    os.environ.update({variable: str(path) for variable, path in assignment.weights.items()})
    for module in assignment.settings.preload:
        importlib.import_module(module)
    from autograder.worker.warm_up import warm_kernel

    output = sys.stdout
    kernel = warm_kernel()
    found = {"tensorflow_has_started": _tensorflow_has_started(), "frozen": gc.get_freeze_count()}
    before = set(sys.modules)
    found["failed"] = _failed(assignment, cells, kernel)
    found["imported"] = sorted(set(sys.modules) - before)
    print(json.dumps(found), file=output)


def _tensorflow_has_started() -> bool | None:
    """Whether TensorFlow's runtime, with its threads and devices, is there; None without TensorFlow."""
    if "tensorflow" not in sys.modules:
        return None
    from tensorflow.python.eager import context

    current = context.context_safe()
    return current is not None and bool(current._initialized)


def _failed(assignment: Assignment, cells: list[str], kernel: Any) -> list[int]:
    folder = Path(tempfile.mkdtemp())
    for name, content in assignment.shipped_contents().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    os.chdir(folder)
    ran = kernel.run(cells, (), OUTPUT_BYTES, lambda index: None)
    return [index for index, cell in enumerate(ran) if not cell["ok"]]


if __name__ == "__main__":
    main(sys.argv[1])
