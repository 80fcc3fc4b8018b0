"""What tests of the results share: a course with one released assignment, an empty OUT, sample reports."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from sample_results import ASSIGNMENT_TOML, COURSE_TOML, NAME, make_executed, make_report, make_stub

from autograder.course import Assignment, Course
from autograder.report import Report


@pytest.fixture
def report_of() -> Callable[..., Report]:
    return make_report


@pytest.fixture
def executed() -> nbformat.NotebookNode:
    return make_executed()


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A course with one assignment, its released notebook in place."""
    root = tmp_path / "course"
    folder = root / "assignments" / NAME
    folder.mkdir(parents=True)
    (root / "assignments" / "course.toml").write_text(COURSE_TOML, encoding="utf-8")
    (folder / "assignment.toml").write_text(ASSIGNMENT_TOML, encoding="utf-8")
    released = root / "release" / NAME / f"{NAME}.ipynb"
    released.parent.mkdir(parents=True)
    nbformat.write(make_stub(), released)
    return Course.load(root)


@pytest.fixture
def assignment(course: Course) -> Assignment:
    return course.assignment(NAME)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder
