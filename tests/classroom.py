"""A small class that hands in the scaffolded assignment w07_pooling, and is graded in the process sandbox."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import nbformat

from autograder.build import new_assignment
from autograder.course import Assignment, Course
from autograder.grading import Options, Summary, Watcher, grade
from autograder.intake import find_submissions
from autograder.report import Report
from autograder.results import read_executed, read_report
from autograder.sandbox import SlotSpec, provider

NAME = "w07_pooling"  # 8 points: q1 `output_size` 4, q2 `max_pool` 4; due 2026-09-15T23:59 UTC
IN_TIME = "2026-09-15T12:00:00+00:00"

SIZE = """
def output_size(size, kernel, stride=1, padding=0):
    return (size + 2 * padding - kernel) // stride + 1
"""
SIZE_WITHOUT_PADDING = """
def output_size(size, kernel, stride=1, padding=0):
    return (size - kernel) // stride + 1
"""
POOL = """
import numpy as np
def max_pool(image, size=2):
    height, width = image.shape
    return np.reshape(image, (height // size, size, width // size, size)).max(axis=(1, 3))
"""


def notebook(*sources: str) -> bytes:
    """The bytes of a notebook with one code cell for each source."""
    cells = [nbformat.v4.new_code_cell(source, id=f"cell{i}") for i, source in enumerate(sources)]
    return nbformat.writes(nbformat.v4.new_notebook(cells=cells)).encode()


ALL_RIGHT = notebook(SIZE, POOL)  # 8 points
HALF_RIGHT = notebook(SIZE)  # 4 points
PADDING_FORGOTTEN = notebook(SIZE_WITHOUT_PADDING, POOL)  # 6 points


@dataclass
class Classroom:
    """A course, what its students have handed in, and the results of grading it."""

    root: Path
    name: str = NAME
    begun: list[str] = field(default_factory=list)

    @property
    def course(self) -> Course:
        return Course.load(self.root)

    @property
    def assignment(self) -> Assignment:
        return self.course.assignment(self.name)

    @property
    def folder(self) -> Path:
        return self.root / "assignments" / self.name

    @property
    def submissions(self) -> Path:
        return self.root / "submitted" / self.name

    @property
    def out(self) -> Path:
        return self.root / "out" / self.name

    def hand_in(
        self, student: str, content: bytes, at: str | None = IN_TIME, *, file: str = "answers.ipynb"
    ) -> None:
        """Put a file into a student's folder; with a receipt unless `at` is None."""
        path = self.submissions / student / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        if at is not None:
            self.receive(student, content, at)

    def receive(self, student: str, content: bytes, at: str) -> None:
        line = {"student": student, "sha256": hashlib.sha256(content).hexdigest(), "received_at": at}
        with (self.submissions / "receipts.jsonl").open("a", encoding="utf-8") as manifest:
            manifest.write(json.dumps(line) + "\n")

    def grade(self, **options: Any) -> Summary:
        """Grade everything; `begun` then lists which notebooks were examined."""
        assignment = self.assignment
        intake = find_submissions(self.submissions, self.course, assignment)
        spec = options.pop("spec", SlotSpec.for_assignment(assignment))
        wanted = Options(provider("process"), spec, **options)
        self.begun = []
        return grade(self.course, assignment, intake, self.out, wanted, Watcher(begun=self.begun.append))

    def report(self, student: str) -> Report:
        return read_report(self.out / student / "report.json")

    def executed(self, student: str) -> Any:
        return read_executed(self.out, student)

    def edit(self, file: str, old: str, new: str) -> None:
        """Change a file of the assignment."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {file}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def files(self) -> dict[str, tuple[bytes, int]]:
        """Every file of the results, with its bytes and when it was written."""
        return {
            path.relative_to(self.out).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
            for path in sorted(self.out.rglob("*"))
            if path.is_file()
        }


def new_classroom(root: Path) -> Classroom:
    """A course of one week, in which nobody has handed in anything yet."""
    new_assignment(root, NAME, today=date(2026, 9, 1))
    room = Classroom(root)
    room.submissions.mkdir(parents=True)
    return room


def without_times(report: Report) -> dict[str, Any]:
    """A report as data, with every measured time taken out."""
    data = report.model_dump(mode="json")
    for measured in (data["run"], *data["tests"]):
        for name in [name for name in measured if name.endswith(("seconds", "memory_mb"))]:
            del measured[name]
    return data
