"""What grading costs over the notebook's own run time: copies of a reference solution in one warm slot."""

from __future__ import annotations

import itertools
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat
from tables import print_table

from autograder.build import reference_notebook
from autograder.course import Assignment, Course
from autograder.grading import Options, Watcher, grade
from autograder.intake import find_submissions
from autograder.results import prepare
from autograder.sandbox import Sandbox, SlotSpec


@dataclass(frozen=True)
class Measured:
    """Seconds and mebibytes for each submission but the first, which waits for the slot to start."""

    own: list[float]
    each: list[float]
    memory_mb: list[float]

    @property
    def costs(self) -> list[float]:
        return [total - alone for total, alone in zip(self.each, self.own, strict=True)]


def print_week(course: Course, assignment: Assignment, sandbox: Sandbox, image: str, copies: int) -> None:
    """One week: the notebook's own cells, the whole submission, and the difference, which is the grader's."""
    print(f"{copies} copies of {assignment.name}, {sandbox.name} sandbox, one warm slot\n")
    measured = _measure(course, assignment, sandbox, image, copies)
    rows = {
        "notebook's own cells": measured.own,
        "submission, report to report": measured.each,
        "the grader's part": measured.costs,
    }
    print_table(
        ["seconds", "median", "fastest", "slowest"],
        [
            [name, *(f"{number:.3f}" for number in (statistics.median(values), min(values), max(values)))]
            for name, values in rows.items()
        ],
    )
    ratio = statistics.median(measured.each) / statistics.median(measured.own)
    print(f"\nA submission takes {ratio:.2f} times its notebook's own time.")


def print_weeks(course: Course, sandbox: Sandbox, image: str, copies: int) -> None:
    """Every week of the course, a row each, with the memory that a submission takes beyond the worker's."""
    print(f"{copies} copies of each reference, {sandbox.name} sandbox, one warm slot; medians\n")
    rows = []
    for assignment in course.assignments():
        measured = _measure(course, assignment, sandbox, image, copies)
        own, each, memory = map(statistics.median, (measured.own, measured.each, measured.memory_mb))
        rows.append(
            [assignment.name, f"{own:.1f}", f"{each:.1f}", f"{memory:.0f}", str(assignment.limits.memory_mb)]
        )
    print_table(["week", "own cells s", "submission s", "memory MB", "allowed MB"], rows)


def _measure(course: Course, assignment: Assignment, sandbox: Sandbox, image: str, copies: int) -> Measured:
    spec = SlotSpec.for_assignment(assignment, image)
    with tempfile.TemporaryDirectory() as folder:
        submissions, out = Path(folder, "submissions"), Path(folder, "out")
        _write_copies(reference_notebook(assignment), submissions, copies)
        prepare(out)
        finished: list[float] = []
        watcher = Watcher(done=lambda _: finished.append(time.perf_counter()))
        intake = find_submissions(submissions, course, assignment)
        summary = grade(course, assignment, intake, out, Options(sandbox, spec), watcher)
    runs = [report.run for report in summary.reports][1:]
    each = [later - earlier for earlier, later in itertools.pairwise(finished)]
    return Measured([run.cell_seconds for run in runs], each, [run.memory_mb for run in runs])


def _write_copies(notebook: nbformat.NotebookNode, folder: Path, copies: int) -> None:
    folder.mkdir()
    for number in range(copies):
        notebook.metadata["copy"] = number
        nbformat.write(notebook, folder / f"student{number:03}.ipynb")
