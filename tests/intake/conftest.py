"""A small course, a folder of submissions, and short ways to fill it."""

import hashlib
import json
from pathlib import Path

import nbformat
import pytest

from autograder.course import Assignment, Course

ASSIGNMENT = """
title = "The corner filter"
due = 2026-10-02T23:59:00
files = ["data.csv"]
[[questions]]
id = "q1"
title = "A question"
"""


@pytest.fixture
def course(tmp_path: Path) -> Course:
    root = tmp_path / "course"
    for name in ("w01_corner_filter", "w02_other"):
        (root / "assignments" / name).mkdir(parents=True)
        (root / "assignments" / name / "assignment.toml").write_text(ASSIGNMENT)
        (root / "assignments" / name / "data.csv").write_text("1,2\n")
    (root / "assignments" / "course.toml").write_text('name = "CNN"\ntimezone = "Europe/Oslo"\n')
    return Course.load(root)


@pytest.fixture
def assignment(course: Course) -> Assignment:
    return course.assignment("w01_corner_filter")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "submissions"
    path.mkdir()
    return path


@pytest.fixture
def notebook():
    """Bytes of a notebook with one code cell."""

    def make(source: str = "x = 1") -> bytes:
        cell = nbformat.v4.new_code_cell(source, id="only")
        return nbformat.writes(nbformat.v4.new_notebook(cells=[cell])).encode()

    return make


@pytest.fixture
def place(folder: Path):
    """Write bytes below the folder of submissions."""

    def write(name: str, content: bytes) -> Path:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    return write


@pytest.fixture
def receive(folder: Path):
    """Add a line to the manifest beside the submissions."""

    def write(student: str, content: bytes, at: str = "2026-10-02T21:00:00+02:00", **more: str) -> None:
        line = {"student": student, "sha256": hashlib.sha256(content).hexdigest(), "received_at": at, **more}
        with (folder / "receipts.jsonl").open("a", encoding="utf-8") as manifest:
            manifest.write(json.dumps(line) + "\n")

    return write
