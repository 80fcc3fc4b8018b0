"""What grading costs over the notebook's own run time: copies of a reference solution in one warm slot."""

from __future__ import annotations

import itertools
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat
from tables import print_table
from usage import busy_seconds

from autograder.build import reference_notebook
from autograder.course import Assignment, Course
from autograder.grading import Options, Watcher, grade
from autograder.intake import find_submissions
from autograder.results import prepare
from autograder.sandbox import Sandbox, SlotSpec

SUBMISSIONS = 5000
SLOTS_PER_MACHINE = 8
MACHINES = 10


@dataclass(frozen=True)
class Measured:
    """For each submission but the first, which waits for the slot to start.

    Args:
        own: seconds of the notebook's own cells.
        each: seconds from report to report.
        processor: seconds that all cores have worked meanwhile.
        memory_mb: mebibytes that the submission held beyond the warm worker.
    """

    own: list[float]
    each: list[float]
    processor: list[float]
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
    """Every week of the course, a row each; and what 5,000 submissions of it need."""
    rows, needs = [], []
    for assignment in course.assignments():
        measured = _measure(course, assignment, sandbox, image, copies)
        own, each, processor, memory = map(
            statistics.median, (measured.own, measured.each, measured.processor, measured.memory_mb)
        )
        seconds = (f"{value:.1f}" for value in (own, each, processor))
        rows.append([assignment.name, *seconds, f"{memory:.0f}", str(assignment.limits.memory_mb)])
        hours = SUBMISSIONS * max(each, processor) / 3600
        alone, together = hours / SLOTS_PER_MACHINE, hours / SLOTS_PER_MACHINE / MACHINES
        needs.append([assignment.name, *(f"{value:.1f}" for value in (hours, alone, together))])
        print(f"  {assignment.name}: {each:.1f} s", file=sys.stderr, flush=True)
    print(f"{copies} copies of each reference, {sandbox.name} sandbox, one warm slot; medians\n")
    print_table(["week", "own cells s", "submission s", "CPU s", "memory MB", "allowed MB"], rows)
    print(f"\n{SUBMISSIONS:,} submissions, on machines with {SLOTS_PER_MACHINE} slots, a core for each\n")
    print_table(["week", "slot-hours", "1 machine h", f"{MACHINES} machines h"], needs)


def _measure(course: Course, assignment: Assignment, sandbox: Sandbox, image: str, copies: int) -> Measured:
    spec = SlotSpec.for_assignment(assignment, image)
    with tempfile.TemporaryDirectory() as folder:
        submissions, out = Path(folder, "submissions"), Path(folder, "out")
        _write_copies(reference_notebook(assignment), submissions, copies)
        prepare(out)
        finished: list[tuple[float, float]] = []
        watcher = Watcher(done=lambda _: finished.append((time.perf_counter(), busy_seconds())))
        intake = find_submissions(submissions, course, assignment)
        summary = grade(course, assignment, intake, out, Options(sandbox, spec), watcher)
    runs = [report.run for report in summary.reports][1:]
    each, processor = (
        [later - earlier for earlier, later in itertools.pairwise(moments)]
        for moments in zip(*finished, strict=True)
    )
    return Measured([run.cell_seconds for run in runs], each, processor, [run.memory_mb for run in runs])


def _write_copies(notebook: nbformat.NotebookNode, folder: Path, copies: int) -> None:
    folder.mkdir()
    for number in range(copies):
        notebook.metadata["copy"] = number
        nbformat.write(notebook, folder / f"student{number:03}.ipynb")
