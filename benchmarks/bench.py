"""What grading costs over the notebook's own run time: copies of a reference solution in one warm slot.

`make bench` prints a table for one week: the notebook's own time (its cells, in the warm interpreter), the
whole time of a submission from one report to the next, and the difference, which is the grader's. With
`--weeks`, a row for every week of the course, with the memory that a submission takes beyond the worker's.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat

from autograder.build import reference_notebook
from autograder.course import Assignment, Course
from autograder.grading import Options, Watcher, grade
from autograder.image.build import image_name
from autograder.intake import find_submissions
from autograder.results import prepare
from autograder.sandbox import Sandbox, SlotSpec, best_available, provider


@dataclass(frozen=True)
class Measured:
    """Seconds and mebibytes for each submission but the first, which waits for the slot to start."""

    own: list[float]
    each: list[float]
    memory_mb: list[float]
    whole: float

    @property
    def costs(self) -> list[float]:
        return [total - alone for total, alone in zip(self.each, self.own, strict=True)]


def main() -> None:
    """Grade copies and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assignment", default="w01_corner_filter")
    parser.add_argument("--weeks", action="store_true", help="every week of the course, a row each")
    parser.add_argument("--copies", type=int, help="default: 40, or 5 of each week")
    parser.add_argument("--sandbox", help="docker, bubblewrap or process (default: the best there is)")
    arguments = parser.parse_args()
    course = Course.find(Path(__file__).parent)
    image = image_name(course, "cpu")
    sandbox = provider(arguments.sandbox) if arguments.sandbox else best_available(image)
    copies = arguments.copies or (5 if arguments.weeks else 40)
    if arguments.weeks:
        _print_weeks(course, sandbox, image, copies)
    else:
        assignment = course.assignment(arguments.assignment)
        print(f"{copies} copies of {assignment.name}, {sandbox.name} sandbox, one warm slot")
        _print_table(_measure(course, assignment, sandbox, image, copies))


def _measure(course: Course, assignment: Assignment, sandbox: Sandbox, image: str, copies: int) -> Measured:
    spec = SlotSpec.for_assignment(assignment, image)
    with tempfile.TemporaryDirectory() as folder:
        submissions, out = Path(folder, "submissions"), Path(folder, "out")
        _write_copies(reference_notebook(assignment), submissions, copies)
        prepare(out)
        finished: list[float] = []
        watcher = Watcher(done=lambda _: finished.append(time.perf_counter()))
        intake = find_submissions(submissions, course, assignment)
        began = time.perf_counter()
        summary = grade(course, assignment, intake, out, Options(sandbox, spec), watcher)
        whole = time.perf_counter() - began
    runs = [report.run for report in summary.reports][1:]
    each = [later - earlier for earlier, later in itertools.pairwise(finished)]
    return Measured([run.cell_seconds for run in runs], each, [run.memory_mb for run in runs], whole)


def _write_copies(notebook: nbformat.NotebookNode, folder: Path, copies: int) -> None:
    folder.mkdir()
    for number in range(copies):
        notebook.metadata["copy"] = number
        nbformat.write(notebook, folder / f"student{number:03}.ipynb")


def _print_table(measured: Measured) -> None:
    rows = {
        "notebook's own cells": measured.own,
        "submission, report to report": measured.each,
        "the grader's part": measured.costs,
    }
    print(f"{'seconds':32}{'median':>9}{'fastest':>9}{'slowest':>9}")
    for name, values in rows.items():
        print(f"{name:32}{statistics.median(values):9.3f}{min(values):9.3f}{max(values):9.3f}")
    ratio = statistics.median(measured.each) / statistics.median(measured.own)
    print(
        f"\nwhole run with start-up: {measured.whole:.1f} s; "
        f"a submission takes {ratio:.2f} times its notebook's own time"
    )


def _print_weeks(course: Course, sandbox: Sandbox, image: str, copies: int) -> None:
    print(f"{copies} copies of each reference, {sandbox.name} sandbox, one warm slot; medians\n")
    print(f"{'week':28}{'own cells s':>13}{'submission s':>14}{'memory MB':>11}{'allowed MB':>12}")
    for assignment in course.assignments():
        measured = _measure(course, assignment, sandbox, image, copies)
        own, each, memory = map(statistics.median, (measured.own, measured.each, measured.memory_mb))
        allowed = assignment.limits.memory_mb
        print(f"{assignment.name:28}{own:13.1f}{each:14.1f}{memory:11.0f}{allowed:12}", flush=True)


if __name__ == "__main__":
    main()
