"""The class report: how the class did, what it found hard, who needs attention, who has approved what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hostile_notebook import OVERLAY, SCRIPT
from parsed_page import Page
from sample_results import ASSIGNMENT_TOML, DUE, make_test

from autograder.course import Assignment, Course
from autograder.report import DeadlineVerdict, Report
from autograder.results import class_report_html, read_reports, write_class_results, write_report

ReportOf = Callable[..., Report]
PageOf = Callable[..., Page]
LATE = DeadlineVerdict(
    status="late", due=DUE, received_at=DUE + timedelta(hours=2), factor=0.5, message="2 hours late: half."
)
FLAGGED = DeadlineVerdict(status="flagged", due=DUE, message="No trustworthy time of receipt.")


@pytest.fixture
def page_of(course: Course, assignment: Assignment) -> PageOf:
    return lambda *reports: Page(class_report_html(reports, course, assignment))


def failing(report_of: ReportOf, student: str, *names: str) -> Report:
    """A report in which the named tests of q1 fail and the others pass."""
    tests = [
        make_test("q1", name, "failed" if name in names else "passed", public=name != "secret")
        for name in ("shape", "sign", "secret")
    ]
    return report_of(student, tests=tuple(tests))


def test_the_head_counts_the_class(page_of: PageOf, report_of: ReportOf) -> None:
    page = page_of(
        report_of("ada"), report_of("bob", deadline=LATE), report_of("eve", deadline=FLAGGED, approved=None)
    )
    numbers = {
        dt.get_text(): dd for dt, dd in zip(page.all(".numbers dt"), page.all(".numbers dd"), strict=True)
    }
    texts = {name: " ".join(value.get_text(" ").split()) for name, value in numbers.items()}
    assert texts == {
        "Handed in": "3",
        "Approved": "1 of 3",
        "Mean": "5.83 of 10",
        "Median": "7 of 10",
        "Not on time": "1",
        "For you to decide": "1",
    }


def test_each_score_falls_into_its_column(page_of: PageOf, report_of: ReportOf) -> None:
    page = page_of(report_of("ada"), report_of("bob"), report_of("cy", deadline=LATE))
    titles = [title.get_text() for title in page.all(".chart title")]
    assert len(titles) == 10
    assert "7 to 8 points: 2" in titles and "3 to 4 points: 1" in titles and "9 to 10 points: 0" in titles


def test_full_marks_fall_into_the_last_column(page_of: PageOf, report_of: ReportOf) -> None:
    page = page_of(failing(report_of, "ada"))
    assert page.all(".chart title")[-1].get_text() == "5 to 6 points: 1"


def test_the_hardest_test_comes_first(page_of: PageOf, report_of: ReportOf) -> None:
    page = page_of(
        failing(report_of, "ada", "sign"),
        failing(report_of, "bob", "sign", "secret"),
        failing(report_of, "cy", "sign", "secret"),
        failing(report_of, "di"),
    )
    rows = [" ".join(row.get_text(" ").split()) for row in page.all(".failures tbody tr")]
    assert rows[0].startswith("q1 The sign is right. public 75 % · 3 of 4")
    assert rows[1].startswith("q1 The secret is right. hidden 50 % · 2 of 4")
    assert rows[2].startswith("q1 The shape is right. public 0 % · 0 of 4")


def test_cases_of_a_test_count_once_for_each_student(page_of: PageOf, report_of: ReportOf) -> None:
    tests = tuple(make_test("q1", f"shapes[{n}]", "failed" if n else "passed") for n in range(3))
    page = page_of(report_of("ada", tests=tests), report_of("bob", tests=(make_test("q1", "shapes[0]"),)))
    assert "50 % · 1 of 2" in page.text(".failures td.number")


def test_late_and_undecided_students_are_named_with_the_reason(page_of: PageOf, report_of: ReportOf) -> None:
    page = page_of(
        report_of("ada", deadline=LATE),
        report_of("bob", approved=None, flags=("The receipt is for another file.",)),
        report_of("cy", approved=None, deadline=FLAGGED),
        report_of("di"),
    )
    assert "ada" in page.text("section[aria-labelledby=late]")
    assert "2 hours late: half." in page.text("section[aria-labelledby=late]")
    undecided = page.text("section[aria-labelledby=flagged]")
    assert "The receipt is for another file. bob" in undecided
    assert "No trustworthy time of receipt. cy" in undecided
    assert "di" not in undecided.split()


def test_students_with_the_same_reason_stand_together(page_of: PageOf, report_of: ReportOf) -> None:
    page = page_of(*(report_of(name, approved=None, flags=("No receipt.",)) for name in ("ada", "bob")))
    assert page.text(".plain") == "No receipt. ada , bob"


def test_approvals_of_several_assignments_are_counted(
    course: Course, page_of: PageOf, report_of: ReportOf
) -> None:
    folder = course.root / "assignments" / "w02_next"
    folder.mkdir()
    (folder / "assignment.toml").write_text(ASSIGNMENT_TOML, encoding="utf-8")
    page = page_of(
        report_of("ada"),
        report_of("ada", assignment="w02_next"),
        report_of("bob", deadline=LATE),
        report_of("bob", assignment="w02_next"),
        report_of("cy"),
    )
    rows = [
        " ".join(r.get_text(" ").split()) for r in page.all("section[aria-labelledby=mandatory] tbody tr")
    ]
    assert rows == [
        "bob 1 of 2 ✗ not approved ✓ approved",
        "cy 1 of 2 ✓ approved nothing handed in",
        "ada 2 of 2 ✓ approved ✓ approved",
    ]
    assert len(page.all(".students tbody tr")) == 3


def test_every_student_has_a_row_that_leads_to_the_feedback(page_of: PageOf, report_of: ReportOf) -> None:
    page = page_of(report_of("zoë b"), report_of("ada"))
    links = page.all(".students tbody a")
    assert [link.get_text() for link in links] == ["ada", "zoë b"]
    assert links[1]["href"] == "zo%C3%AB%20b/feedback.html"


def test_the_order_of_reports_does_not_matter(
    course: Course, assignment: Assignment, report_of: ReportOf
) -> None:
    reports = [report_of("ada"), report_of("bob", deadline=LATE), failing(report_of, "cy", "sign")]
    forth = class_report_html(reports, course, assignment)
    assert class_report_html(reports[::-1], course, assignment) == forth


def test_a_class_of_nobody_is_a_page_too(page_of: PageOf) -> None:
    assert "Nothing has been graded yet." in page_of().text("main")


def test_hostile_texts_are_escaped(page_of: PageOf, report_of: ReportOf) -> None:
    verdict = LATE.model_copy(update={"message": SCRIPT})
    page = page_of(report_of(OVERLAY, deadline=verdict, flags=(SCRIPT,), approved=None))
    assert page.dangers == []
    assert "default-src 'none'" in page.policy and "script" not in page.policy


def test_all_class_files_are_written_beside_the_students(
    course: Course, assignment: Assignment, report_of: ReportOf, out: Path
) -> None:
    write_report(out, report_of("ada"))
    write_class_results(out, read_reports(out), course, assignment)
    written = {path.name for path in out.iterdir()}
    assert written == {".made.json", "ada", "grades.csv", "class_report.html", "gradebook.db", "nbgrader"}
