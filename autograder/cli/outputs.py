"""The folder of results as commands see it: one grader at a time, other assignments beside it."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.cli.command import Session
from autograder.console import print_warning
from autograder.course import Assignment
from autograder.errors import OutputError, SubmissionError

if TYPE_CHECKING:
    from autograder.report import Report

LOCK = ".lock"


@contextlib.contextmanager
def alone(out: Path) -> Iterator[None]:
    """Make OUT, and keep a second grader out of it meanwhile.

    Raises:
        OutputError: another one is there.
    """
    out.mkdir(parents=True, exist_ok=True)
    with (out / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OutputError(
                f"{out}: another autograder is writing there",
                remedy="Wait until it is done, or choose another folder with --out.",
            ) from None
        yield


def other_reports(session: Session, out: Path, assignment: Assignment) -> list[Report]:
    """Reports on the other assignments, beside OUT; one that cannot be read is left out with a warning."""
    from autograder.results import read_reports

    found: list[Report] = []
    for name in session.course.assignment_names():
        if name != assignment.name:
            try:
                found += read_reports(out.parent / name)
            except SubmissionError as error:
                print_warning(session.err, f"left out of the class report: {error.message}")
    return found
