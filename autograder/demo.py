"""A simulated class of 24, graded for real: `make demo`.

Everything happens in a folder of its own, with a copy of the first week: no file of the course is touched.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import json
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import nbformat

from autograder.build import (
    Wrong,
    build,
    load_wrong,
    reference_notebook,
    stub_notebook,
    wrong_notebook,
)
from autograder.build.wrong import Replacement, Variant, means
from autograder.console import open_console, print_error
from autograder.course import Assignment, Course
from autograder.errors import AutograderError, OutputError
from autograder.examiner import collect
from autograder.extensions import grant
from autograder.image import build_image, find_image
from autograder.receipts import MANIFEST
from autograder.report import DeadlineStatus, RunStatus, TestInfo
from autograder.sandbox.bubblewrap import BubblewrapSandbox

WEEK = "w01_corner_filter"
STUDENTS = (
    *("abebe", "aiko", "anna", "bashir", "carmen", "chidi", "dilnoza", "elif"),
    *("farid", "freya", "goran", "hana", "ines", "jonas", "kofi", "lea"),
    *("mateo", "nadia", "olav", "priya", "quynh", "rosa", "samir", "tove"),
)
MISTAKEN = 12
ENDLESS_CELL = "while True:\n    pass\n"
CRASHING_CELL = "import ctypes\n\nctypes.string_at(0)\n"
GREEDY_CELL = "hoard = []\nwhile True:\n    hoard.append(bytearray(b'x') * 10_000_000)\n"


@dataclass(frozen=True)
class Expected:
    """What a student of the simulated class must get."""

    student: str
    story: str
    score: float
    final_score: float
    status: DeadlineStatus = "on_time"
    run: RunStatus = "completed"
    approved: bool | None = True


@dataclass(frozen=True)
class _HandIn:
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


def simulate(source: Course, folder: Path) -> tuple[Course, Path, list[Expected]]:
    """Make a course and a class in `folder`; return the course, the submissions, what must come out.

    The class: correct work, unanswered stubs, every wrong solution of the week (three mistakes of different
    questions to a student), a hanging cell, a crash, a memory hog, a cut-off file, two late, one late with an
    extension, one without a receipt.

    Raises:
        OutputError: there is something else in `folder`.
    """
    _clear(folder)
    course = _copy_course(source, folder / "course")
    assignment = course.assignment(WEEK)
    build(course, WEEK)
    submissions = folder / "submissions"
    hand_ins = _class_of_24(assignment)
    receipts = []
    for student, work in zip(STUDENTS, hand_ins, strict=True):
        path = submissions / student / assignment.notebook_name
        path.parent.mkdir(parents=True)
        content = work.content(student)
        path.write_bytes(content)
        if work.received is not None:
            received = assignment.due + timedelta(hours=work.received)
            receipts.append(_receipt(student, assignment, content, received))
        if work.extended:
            _extend(course, assignment, student)
    (submissions / MANIFEST).write_text("".join(json.dumps(receipt) + "\n" for receipt in receipts))
    maximum = sum(test.points for test in collect(assignment))
    expected = [
        _expected(student, work, assignment, maximum)
        for student, work in zip(STUDENTS, hand_ins, strict=True)
    ]
    return course, submissions, expected


def _class_of_24(assignment: Assignment) -> list[_HandIn]:
    tests = collect(assignment)
    full = sum(test.points for test in tests)
    reference = reference_notebook(assignment, tests)
    stub = stub_notebook(assignment, tests)

    def without(question: str, cell: str) -> tuple[nbformat.NotebookNode, float]:
        variant = Variant(name="broken", cells=(Replacement(question=question, source=cell),))
        lost = sum(test.points for test in tests if test.question == question)
        return wrong_notebook(assignment, variant, tests), full - lost

    odd: list[_HandIn] = [
        _HandIn("a cell that never ends", *without("q6", ENDLESS_CELL), "timeout"),
        _HandIn("a cell that crashes Python", *without("q5", CRASHING_CELL), "died"),
        _HandIn("a cell that takes all memory", *without("q4", GREEDY_CELL), "memory"),
        _HandIn("a file that was cut off", reference, 0.0, "unreadable", cut_off=True),
        _HandIn("ten minutes late", reference, full, received=1 / 6),
        _HandIn("two days late", reference, full, received=48.0),
        _HandIn("a day late, with an extension", reference, full, received=24.0, extended=True),
        _HandIn("no receipt", reference, full, received=None),
    ]
    ordinary = [
        *(_HandIn("everything right", reference, full) for _ in range(2)),
        *(_HandIn("nothing answered", stub, 0.0) for _ in range(2)),
        *_mistaken(assignment, tests, load_wrong(assignment)),
    ]
    return _shuffled([*ordinary, *odd])


def _mistaken(assignment: Assignment, tests: Sequence[TestInfo], wrong: Sequence[Wrong]) -> list[_HandIn]:
    """Students who share out all wrong solutions, each with mistakes in different questions."""
    full = sum(test.points for test in tests)
    students = []
    for start in range(MISTAKEN):
        own = wrong[start::MISTAKEN]
        cells = tuple(cell for mistake in own for cell in mistake.cells)
        lost = {
            test.id for mistake in own for name in mistake.fails for test in tests if means(name, test.id)
        }
        score = full - sum(test.points for test in tests if test.id in lost)
        notebook = wrong_notebook(assignment, Variant(name="mistaken", cells=cells), tests)
        story = ", ".join(mistake.name for mistake in own)
        students.append(_HandIn(story, notebook, score, received=-1.0 - start))
    return students


def _shuffled(hand_ins: list[_HandIn]) -> list[_HandIn]:
    """Mix the class in an order that is the same each time."""
    return sorted(hand_ins, key=lambda work: hashlib.sha256(work.story.encode()).digest())


def _clear(folder: Path) -> None:
    """Remove what an earlier simulation left in `folder`, and nothing else."""
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not (folder / "course" / "assignments" / WEEK).is_dir():
        raise OutputError(
            f"{folder}: holds something else than a simulated class", remedy="Choose another --folder."
        )
    shutil.rmtree(folder)


def _copy_course(source: Course, target: Path) -> Course:
    assignments = target / "assignments"
    assignments.mkdir(parents=True)
    shutil.copy(source.root / "assignments" / "course.toml", assignments)
    shutil.copytree(
        source.root / "assignments" / WEEK, assignments / WEEK, ignore=shutil.ignore_patterns("__pycache__")
    )
    return Course.load(target)


def _receipt(student: str, assignment: Assignment, content: bytes, received: datetime) -> dict[str, str]:
    return {
        "student": student,
        "assignment": assignment.name,
        "file": f"{student}/{assignment.notebook_name}",
        "sha256": hashlib.sha256(content).hexdigest(),
        "received_at": received.isoformat(),
    }


def _extend(course: Course, assignment: Assignment, student: str) -> None:
    until = assignment.due + timedelta(days=2)
    grant(course, assignment, student, until, "ill in the last week", granted_at=assignment.due)


def _expected(student: str, work: _HandIn, assignment: Assignment, maximum: float) -> Expected:
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


def main(arguments: Sequence[str] | None = None, grade: Callable[[list[str]], int] | None = None) -> int:
    """Simulate the class and grade it with `autograder grade`, as an instructor would."""
    parser = argparse.ArgumentParser(prog="python -m autograder.demo", description=__doc__)
    parser.add_argument(
        "--folder", type=Path, default=Path("demo-class"), help="made anew (default: demo-class)"
    )
    parser.add_argument("--sandbox", help="docker, bubblewrap or process (default: the best there is)")
    options = parser.parse_args(arguments)
    try:
        course, submissions, expected = simulate(Course.find(Path.cwd()), options.folder)
    except AutograderError as error:
        print_error(open_console(sys.stderr), error)
        return error.exit_code
    print(f"A class of {len(expected)} has handed in {WEEK}: {submissions}\n", flush=True)  # noqa: T201
    command = [
        "--course",
        str(course.root),
        "grade",
        WEEK,
        str(submissions),
        "--out",
        str(options.folder / "results"),
    ]
    sandbox = options.sandbox or _without_image(course)
    if sandbox:
        command += ["--sandbox", sandbox]
    if grade is None:
        from autograder.cli import main as grade_command

        grade = grade_command
    return grade(command)


def _without_image(course: Course) -> str | None:
    """Build the container image if an engine is there; name the next best sandbox if that does not work."""
    try:
        image = find_image(course)
        if image is None or not image.up_to_date:
            print("Building the container image, once: a few minutes.", flush=True)  # noqa: T201
            build_image(course, base=image.base if image else None, progress=lambda line: print("  " + line))  # noqa: T201
    except AutograderError as error:
        print(f"No container: {error.message.splitlines()[0]}.\n", flush=True)  # noqa: T201
        return "process" if BubblewrapSandbox().why_unavailable() else "bubblewrap"
    return None


if __name__ == "__main__":
    sys.exit(main())
