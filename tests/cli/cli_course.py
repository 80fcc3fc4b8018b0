"""What the tests of the command line share: a class with submissions, and the outcome of a run."""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat

from autograder.build import reference_notebook, stub_notebook
from autograder.course import Assignment, Course

NAME = "w07_pooling"
PROGRAM = Path(sys.executable).parent / "autograder"
IN_TIME = datetime(2026, 10, 1, 12, 0, tzinfo=UTC)
TOO_LATE = datetime(2026, 10, 4, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Outcome:
    """What a run of the command line printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Class:
    """A course with one built assignment, due 2026-10-02 23:59 in Oslo, and a folder of submissions to it."""

    root: Path

    @property
    def course(self) -> Course:
        return Course.load(self.root)

    @property
    def assignment(self) -> Assignment:
        return self.course.assignment(NAME)

    @property
    def submissions(self) -> Path:
        return self.root / "submissions"

    @property
    def out(self) -> Path:
        return self.root / "out" / NAME

    @property
    def solved(self) -> nbformat.NotebookNode:
        return reference_notebook(self.assignment)

    @property
    def unanswered(self) -> nbformat.NotebookNode:
        return stub_notebook(self.assignment)

    def hand_in(
        self, student: str, notebook: nbformat.NotebookNode, received: datetime | None = IN_TIME
    ) -> Path:
        """Put a notebook into the folder of submissions, with a receipt if it has a time."""
        self.submissions.mkdir(exist_ok=True)
        path = self.submissions / f"{student}.ipynb"
        notebook.metadata["student"] = student
        nbformat.write(notebook, path)
        if received is not None:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            record = {"student": student, "sha256": digest, "received_at": received.isoformat()}
            with (self.submissions / "receipts.jsonl").open("a") as manifest:
                manifest.write(json.dumps(record) + "\n")
        return path

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.root / "assignments" / file
        text = path.read_text()
        assert old in text, f"{old!r} is not in {file}"
        path.write_text(text.replace(old, new, 1))
