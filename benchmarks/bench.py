"""What grading costs over the notebook's own run time: copies of a reference solution in one warm slot.

`make bench` prints a table: the notebook's own time (its cells, in the warm interpreter), the whole time of a
submission from one report to the next, and the difference, which is the grader's.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import tempfile
import time
from pathlib import Path

import nbformat

from autograder.build import reference_notebook
from autograder.course import Course
from autograder.grading import Options, Watcher, grade
from autograder.intake import find_submissions
from autograder.results import prepare
from autograder.sandbox import SlotSpec, best_available, provider


def main() -> None:
    """Grade the copies and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assignment", default="w01_corner_filter")
    parser.add_argument("--copies", type=int, default=40)
    parser.add_argument("--sandbox", help="docker, bubblewrap or process (default: the best there is)")
    arguments = parser.parse_args()
    course = Course.find(Path(__file__).parent)
    assignment = course.assignment(arguments.assignment)
    spec = SlotSpec.for_assignment(assignment, f"{course.settings.image}:cpu")
    sandbox = provider(arguments.sandbox) if arguments.sandbox else best_available(spec.image)
    with tempfile.TemporaryDirectory() as folder:
        submissions, out = Path(folder, "submissions"), Path(folder, "out")
        _write_copies(reference_notebook(assignment), submissions, arguments.copies)
        prepare(out)
        finished: list[float] = []
        watcher = Watcher(done=lambda _: finished.append(time.perf_counter()))
        intake = find_submissions(submissions, course, assignment)
        began = time.perf_counter()
        summary = grade(course, assignment, intake, out, Options(sandbox, spec), watcher)
        whole = time.perf_counter() - began
    own = [report.run.cell_seconds for report in summary.reports]
    print(f"{arguments.copies} copies of {assignment.name}, {sandbox.name} sandbox, one warm slot")
    _print_table(_between(finished), own, whole)


def _write_copies(notebook: nbformat.NotebookNode, folder: Path, copies: int) -> None:
    folder.mkdir()
    for number in range(copies):
        notebook.metadata["copy"] = number
        nbformat.write(notebook, folder / f"student{number:03}.ipynb")


def _between(moments: list[float]) -> list[float]:
    """Seconds from each report to the next; the first one waits for the slot to start."""
    return [later - earlier for earlier, later in itertools.pairwise(moments)]


def _print_table(each: list[float], own: list[float], whole: float) -> None:
    costs = [total - alone for total, alone in zip(each, own[1:], strict=True)]
    rows = {
        "notebook's own cells": own,
        "submission, report to report": each,
        "the grader's part": costs,
    }
    print(f"{'seconds':32}{'median':>9}{'fastest':>9}{'slowest':>9}")
    for name, values in rows.items():
        print(f"{name:32}{statistics.median(values):9.3f}{min(values):9.3f}{max(values):9.3f}")
    ratio = statistics.median(each) / statistics.median(own)
    print(
        f"\nwhole run with start-up: {whole:.1f} s; "
        f"a submission takes {ratio:.2f} times its notebook's own time"
    )


if __name__ == "__main__":
    main()
