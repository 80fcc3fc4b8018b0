"""The class as a whole: nobody else is hurt, nothing leaks into what all can see, nothing is left behind."""

from __future__ import annotations

from typing import Any

import pytest

from bank import FULL_MARKS, MAXIMUM
from red_class import CANARY, VICTIM, RedClass
from red_sandboxes import CLASSES, Graded

pytestmark = pytest.mark.parametrize(("sandbox", "group"), CLASSES)


@pytest.fixture
def red_class(sandbox: str, group: Any, graded: Graded) -> RedClass:
    return graded(sandbox, group)


def test_the_grader_ends_well_and_everybody_has_a_report(red_class: RedClass) -> None:
    assert red_class.code == 0, red_class.told
    assert red_class.result["not_graded"] == {} and red_class.result["error"] is None
    graded = {each["student"] for each in red_class.result["students"]}
    assert set(red_class.honest()) <= graded


def test_honest_students_among_attackers_have_full_marks(red_class: RedClass) -> None:
    scores = {student: red_class.report(student).final_score for student in red_class.honest()}
    assert scores == dict.fromkeys(scores, FULL_MARKS)
    assert red_class.report(VICTIM).max_score == MAXIMUM


def test_honest_reports_are_those_of_a_class_without_attackers(
    red_class: RedClass, undisturbed: RedClass
) -> None:
    for student in red_class.honest():
        assert _what_was_found(red_class, student) == _what_was_found(undisturbed, student)
        assert red_class.executed(student) == undisturbed.executed(student)


def test_no_secret_is_in_what_a_person_opens(red_class: RedClass) -> None:
    for name in ("grades.csv", "class_report.html", "gradebook.db"):
        assert CANARY.findall((red_class.out / name).read_bytes().decode("latin-1")) == [], name
    for path in (red_class.out / "nbgrader").rglob("*.ipynb"):
        if VICTIM not in path.parts:
            assert CANARY.findall(path.read_text(encoding="utf-8")) == [], path
    for student in red_class.honest():
        assert red_class.leaks(student) == {}
    assert CANARY.findall(red_class.told) == []


def test_no_process_and_no_file_is_left(red_class: RedClass) -> None:
    assert red_class.left == ""
    assert list((red_class.root / "temporary").iterdir()) == []
    assert red_class.traces() == []


def test_nothing_of_a_student_ran_in_the_grader(red_class: RedClass) -> None:
    assert not red_class.shadow_trace.exists()


def test_grades_are_safe_in_a_spreadsheet_and_in_a_terminal(red_class: RedClass) -> None:
    rows = (red_class.out / "grades.csv").read_text(encoding="utf-8").splitlines()
    assert not [
        row for row in rows for cell in row.split(",") if cell.strip('"').startswith(("=", "+", "-", "@"))
    ]
    for text in (red_class.told, *rows):
        assert "\x1b" not in text and "\u202e" not in text and "\x07" not in text


def _what_was_found(red_class: RedClass, student: str) -> dict[str, Any]:
    """A report without what was measured, and without the sandbox that it comes from."""
    data = red_class.report(student).model_dump(mode="json", exclude={"key", "environment"})
    for measured in (data["run"], *data["tests"]):
        for name in [name for name in measured if name.endswith(("seconds", "memory_mb"))]:
            del measured[name]
    return data
