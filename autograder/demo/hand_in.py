"""What a simulated student hands in and must get for it; writes submissions with their receipts.

Everything happens in a folder of its own, with a copy of the course: no file of the course is touched.
"""

from __future__ import annotations

import copy
import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import nbformat

from autograder.build import build
from autograder.course import Assignment, Course
from autograder.errors import OutputError
from autograder.examiner import collect
from autograder.extensions import grant
from autograder.receipts import MANIFEST
from autograder.report import DeadlineStatus, RunStatus


@dataclass(frozen=True)
class Expected:
    """What a simulated student must get."""

    student: str
    story: str
    score: float
    final_score: float
    status: DeadlineStatus = "on_time"
    run: RunStatus = "completed"
    approved: bool | None = True


@dataclass(frozen=True)
class HandIn:
    """One student's work and when it came; `received` in hours after the due time, None for no receipt."""

    story: str
    notebook: nbformat.NotebookNode
    score: float
    run: RunStatus = "completed"
    received: float | None = -26.5
    extended: bool = False
    cut_off: bool = False

    def content(self, student: str) -> bytes:
        """The file that `student` hands in: no two students have the same bytes."""
        notebook = copy.deepcopy(self.notebook)
        notebook.metadata["author"] = student
        text = str(nbformat.writes(notebook)).encode()
        return text[: len(text) // 2] if self.cut_off else text


def copy_course(source: Course, folder: Path, weeks: Sequence[str]) -> Course:
    """Copy a course into `folder/course`, build some of its weeks, and return the copy.

    Raises:
        OutputError: there is something else in `folder`.
    """
    _clear(folder)
    root = folder / "course"
    shutil.copytree(
        source.root / "assignments", root / "assignments", ignore=shutil.ignore_patterns("__pycache__")
    )
    for path in source.settings.weights.values():
        if not path.is_absolute():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).symlink_to(source.root / path)
    course = Course.load(root)
    for week in weeks:
        build(course, week)
    return course


def hand_in(course: Course, week: str, work: dict[str, HandIn], folder: Path) -> list[Expected]:
    """Write each student's submission and its receipt to `folder`; return what must come out of grading."""
    assignment = course.assignment(week)
    receipts = []
    for student, own in work.items():
        path = folder / student / assignment.notebook_name
        path.parent.mkdir(parents=True)
        content = own.content(student)
        path.write_bytes(content)
        if own.received is not None:
            received = assignment.due + timedelta(hours=own.received)
            receipts.append(_receipt(student, assignment, content, received))
        if own.extended:
            until = assignment.due + timedelta(days=2)
            grant(course, assignment, student, until, "ill in the last week", granted_at=assignment.due)
    (folder / MANIFEST).write_text("".join(json.dumps(receipt) + "\n" for receipt in receipts))
    maximum = sum(test.points for test in collect(assignment))
    return [_expected(student, own, assignment, maximum) for student, own in work.items()]


def _clear(folder: Path) -> None:
    """Remove what an earlier simulation left in `folder`, and nothing else."""
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not (folder / "course" / "assignments" / "course.toml").is_file():
        raise OutputError(
            f"{folder}: holds something else than a simulated class", remedy="Choose another --folder."
        )
    shutil.rmtree(folder)


def _receipt(student: str, assignment: Assignment, content: bytes, received: datetime) -> dict[str, str]:
    return {
        "student": student,
        "assignment": assignment.name,
        "file": f"{student}/{assignment.notebook_name}",
        "sha256": hashlib.sha256(content).hexdigest(),
        "received_at": received.isoformat(),
    }


def _expected(student: str, work: HandIn, assignment: Assignment, maximum: float) -> Expected:
    status: DeadlineStatus = "on_time"
    if work.received is None:
        status = "flagged"
    elif work.received > 0 and not work.extended:
        status = "rejected"
    final = work.score if status == "on_time" else 0.0
    reached = final * 100 >= assignment.settings.pass_percent * maximum
    return Expected(
        student=student,
        story=work.story,
        score=work.score,
        final_score=final,
        status=status,
        run=work.run,
        approved=None if status == "flagged" else reached and status == "on_time",
    )
