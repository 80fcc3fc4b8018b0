"""grades.csv: a row for each student that a spreadsheet can open without running anything."""

from __future__ import annotations

import csv
import io
import re
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


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("start", ["=", "+", "-", "@", " =", "＝"])
def test_no_spreadsheet_finds_a_formula_whatever_it_takes_for_a_separator(
    report_of: ReportOf, separator: str, start: str
) -> None:
    """Where decimals have a comma, a semicolon separates: a spreadsheet then cuts texts at theirs."""
    hostile = f'file{separator}{start}cmd|" /C calc"!A0{separator}{start}1+1'
    text = grades_csv([report_of("ada", flags=(hostile, f"{start}2+2"))])
    for line in text.splitlines():
        for field in re.split(r"[,;\t|]", line):
            assert not field.strip().strip('"').strip().startswith(("=", "+", "-", "@", "＝")), field


def test_no_control_or_direction_character_is_left(report_of: ReportOf) -> None:
    text = grades_csv([report_of("a\u202eda", flags=("\x1b]0;x\x07 \x00 \x9b \u2066",))])
    assert text.replace("\n", "").isprintable()


def test_a_line_break_does_not_begin_a_row(report_of: ReportOf) -> None:
    text = grades_csv([report_of(flags=("one\n=2\r\nthree",))])
    assert len(text.splitlines()) == 2


def test_no_reports_give_the_header_alone() -> None:
    assert grades_csv([]).startswith("student,score,") and len(grades_csv([]).splitlines()) == 1
