"""grades.csv: a row for each student that a spreadsheet can open without running anything."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from sample_results import DUE

from autograder.report import DeadlineVerdict, Report
from autograder.results import grades_csv

ReportOf = Callable[..., Report]
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", " =", "＝")


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_row_holds_scores_deadline_flags_and_each_question(report_of: ReportOf) -> None:
    late = DeadlineVerdict(
        status="late", due=DUE, received_at=DUE + timedelta(hours=1), late_seconds=3600, factor=0.9
    )
    (row,) = rows(grades_csv([report_of(deadline=late, flags=("First.", "Second."))]))
    assert row == {
        "student": "ada",
        "score": "7",
        "max_score": "10",
        "final_score": "6.3",
        "approved": "yes",
        "deadline": "late",
        "received_at": "2025-03-14T23:00:00+00:00",
        "late_seconds": "3600",
        "flags": "First.; Second.",
        "q1": "4",
        "q2": "3",
    }


def test_an_undecided_submission_is_neither_approved_nor_not(report_of: ReportOf) -> None:
    assert rows(grades_csv([report_of(approved=None)]))[0]["approved"] == "undecided"


def test_students_come_in_order_whatever_the_order_of_reports(report_of: ReportOf) -> None:
    forth = [report_of("ada"), report_of("bob")]
    assert grades_csv(forth) == grades_csv(forth[::-1])


@pytest.mark.parametrize("start", STARTS)
def test_a_text_never_begins_like_a_formula(report_of: ReportOf, start: str) -> None:
    hostile = f'{start}HYPERLINK("http://evil.example")'
    (row,) = rows(grades_csv([report_of(hostile, flags=(hostile,))]))
    for cell in (row["student"], row["flags"]):
        assert cell.startswith("'")
        assert cell.endswith('HYPERLINK("http://evil.example")')


def test_a_line_break_does_not_begin_a_row(report_of: ReportOf) -> None:
    text = grades_csv([report_of(flags=("one\n=2\r\nthree",))])
    assert len(text.splitlines()) == 2


def test_no_reports_give_the_header_alone() -> None:
    assert grades_csv([]).startswith("student,score,") and len(grades_csv([]).splitlines()) == 1
