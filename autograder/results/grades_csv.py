"""Scores as CSV, one row per student, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from autograder.names import printable
from autograder.report import Report

STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
WITHIN_A_TEXT = re.compile(r"(?<=[;,|\t])(\s*)(?=[=+\-@＝＋－＠])")
COLUMNS = (
    "student",
    "score",
    "max_score",
    "final_score",
    "approved",
    "deadline",
    "received_at",
    "late_seconds",
    "flags",
)
Cell = str | float


def grades_csv(reports: Sequence[Report]) -> str:
    """Reports of one assignment as CSV, sorted by student, with a column for each question's points.

    `received_at` is in UTC (ISO 8601). A text that a spreadsheet would take for a formula gets an
    apostrophe in front, also where another separator (a semicolon, in much of Europe) would cut it; numbers
    stay numbers.
    """
    questions = list(dict.fromkeys(score.question for report in reports for score in report.questions))
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow([*COLUMNS, *map(_safe, questions)])
    for report in sorted(reports, key=lambda report: report.student):
        writer.writerow([_safe(cell) for cell in _row(report, questions)])
    return target.getvalue()


def _row(report: Report, questions: Sequence[str]) -> list[Cell]:
    received = report.deadline.received_at
    scores = {score.question: score.score for score in report.questions}
    return [
        report.student,
        report.score,
        report.max_score,
        report.final_score,
        {True: "yes", False: "no", None: "undecided"}[report.approved],
        report.deadline.status,
        received.isoformat() if received else "",
        report.deadline.late_seconds,
        "; ".join(report.flags),
        *(scores.get(question, "") for question in questions),
    ]


def _safe(cell: Cell) -> Cell:
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() else round(cell, 6)
    if not isinstance(cell, str):
        return cell
    in_one_line = " ".join(cell.splitlines()) if len(cell.splitlines()) > 1 else cell
    needs_apostrophe = cell.startswith(STARTS_A_FORMULA) or in_one_line.lstrip().startswith(STARTS_A_FORMULA)
    text = printable(WITHIN_A_TEXT.sub(r"\1'", in_one_line))
    return f"'{text}" if needs_apostrophe else text
