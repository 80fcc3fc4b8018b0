"""Each attack of the bank, in each sandbox that claims to stop it, comes to exactly what it must come to.

And the class as a whole: nobody else is hurt, nothing leaks into what all can see, nothing is left behind.
Both are in one file, so that where processes share out the files, one of them grades each class, once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from autograder.sandbox import PROVIDERS
from parsed_page import Page

from bank import FULL_MARKS, MAXIMUM, Attack, Group
from red_class import CANARY, VICTIM, RedClass
from red_sandboxes import CLASSES, GROUPS, Graded, attacks_in, marks_of

EVERY_CLASS = pytest.mark.parametrize(("sandbox", "group"), CLASSES)


def pairs() -> Iterator[object]:
    for sandbox in PROVIDERS:
        for group in GROUPS:
            for attack in attacks_in(sandbox, group):
                yield pytest.param(
                    sandbox, attack, id=f"{sandbox}-{attack.name}", marks=marks_of(sandbox, group)
                )


@pytest.mark.parametrize(("sandbox", "attack"), list(pairs()))
def test_attack(sandbox: str, attack: Attack, graded: Graded) -> None:
    red_class, expected = graded(sandbox, attack.outcome.group), attack.outcome
    if expected.skipped:
        assert any(expected.skipped in each["why"] for each in red_class.result["skipped"])
        assert red_class.students[attack.name] not in {
            each["student"] for each in red_class.result["students"]
        }
        return
    report = red_class.report(attack.name)
    told = f"\n{report.run.message}\n" + "\n".join(f"{t.id}: {t.outcome}: {t.message}" for t in report.tests)
    assert report.run.status in expected.run, told
    assert report.score == expected.score, told
    assert (report.deadline.status, report.final_score) == (expected.deadline, expected.counts), told
    assert red_class.leaks(attack.name) == {}
    page = Page(red_class.page(attack.name))
    assert page.dangers == [] and page.all("#forged, .forged") == []
    sentences = red_class.sentences(attack.name)
    for sentence in expected.says:
        assert sentence in sentences, told
    shown = red_class.executed(attack.name)
    for text in expected.shows:
        assert text in shown, shown[-2000:]
    for text in expected.hides:
        for page, content in red_class.pages(attack.name).items():
            assert text not in content, f"{page} holds {text!r}"


@pytest.fixture
def red_class(sandbox: str, group: Group, graded: Graded) -> RedClass:
    return graded(sandbox, group)


@EVERY_CLASS
def test_the_grader_ends_well_and_everybody_has_a_report(red_class: RedClass) -> None:
    assert red_class.code == 0, red_class.told
    assert red_class.result["not_graded"] == {} and red_class.result["error"] is None
    graded = {each["student"] for each in red_class.result["students"]}
    assert set(red_class.honest()) <= graded


@EVERY_CLASS
def test_honest_students_among_attackers_have_full_marks(red_class: RedClass) -> None:
    scores = {student: red_class.report(student).final_score for student in red_class.honest()}
    assert scores == dict.fromkeys(scores, FULL_MARKS)
    assert red_class.report(VICTIM).max_score == MAXIMUM


@EVERY_CLASS
def test_honest_reports_are_those_of_a_class_without_attackers(
    red_class: RedClass, undisturbed: RedClass
) -> None:
    for student in red_class.honest():
        assert _what_was_found(red_class, student) == _what_was_found(undisturbed, student)
        assert red_class.executed(student) == undisturbed.executed(student)


@EVERY_CLASS
def test_no_secret_is_in_what_a_person_opens(red_class: RedClass) -> None:
    for name in ("grades.csv", "class_report.html", "gradebook.db"):
        assert CANARY.findall((red_class.out / name).read_bytes().decode("latin-1")) == [], name
    for path in (red_class.out / "nbgrader").rglob("*.ipynb"):
        if VICTIM not in path.parts:
            assert CANARY.findall(path.read_text(encoding="utf-8")) == [], path
    for student in red_class.honest():
        assert red_class.leaks(student) == {}
    assert CANARY.findall(red_class.told) == []


@EVERY_CLASS
def test_no_process_and_no_file_is_left(red_class: RedClass) -> None:
    assert red_class.left == ""
    assert list((red_class.root / "temporary").iterdir()) == []
    assert red_class.traces() == []


@EVERY_CLASS
def test_nothing_of_a_student_ran_in_the_grader(red_class: RedClass) -> None:
    assert not red_class.shadow_trace.exists()


@EVERY_CLASS
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
