"""The limit: a notebook's own compute time in a warm interpreter. Prints the seconds of each run as JSON.

Run by `comparison.py` in a process of its own: everything is imported, the notebook has run once, and then
its cells run again and again, unconfined, with nothing asked of them and nothing written.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
import tempfile
import time
from pathlib import Path

from autograder.build import reference_notebook
from autograder.course import Assignment, Course
from autograder.reading import code_cells
from autograder.worker.warm_up import warm_kernel

OUTPUT_BYTES = 1 << 24


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("assignment")
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    assignment = Course.find(Path(__file__).parent).assignment(arguments.assignment)
    standard_output = sys.stdout
    print(json.dumps(seconds_of(assignment, arguments.runs)), file=standard_output)


def seconds_of(assignment: Assignment, runs: int) -> list[float]:
    """Seconds that the reference's cells take in each of `runs` runs after a first one."""
    cells = code_cells(reference_notebook(assignment))
    for name in assignment.settings.preload:
        importlib.import_module(name)
    os.environ.update({variable: str(path) for variable, path in assignment.weights.items()})
    kernel = warm_kernel()
    seconds = []
    with tempfile.TemporaryDirectory() as folder:
        for name, content in assignment.shipped_contents().items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        os.chdir(folder)
        for _ in range(runs + 1):
            began = time.perf_counter()
            ran = kernel.run(list(cells), (), OUTPUT_BYTES, lambda index: None)
            seconds.append(time.perf_counter() - began)
            assert all(cell["ok"] for cell in ran)
        os.chdir("/")
    return seconds[1:]


if __name__ == "__main__":
    main()
