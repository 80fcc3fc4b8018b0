"""Feedback for one student: the notebook as it ran, with the results beside each question.

Of a hidden test only title, outcome and hint are shown. Whatever a student wrote stands inside frames of
its own, without styles, so that it can neither run nor pass for a result.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from markupsafe import Markup

from autograder.report import Outcome, QuestionScore, Report, TestResult
from autograder.results.cells import checked_questions, nbgrader_metadata, question_of
from autograder.results.page import local_time, render_page
from autograder.results.sanitise import (
    clean_html,
    code_html,
    formula_html,
    markdown_html,
    missing_picture,
    picture_html,
    plain_text,
)

LONGEST_PAGE = 20_000_000  # characters of a student's content
MOST_CELLS = 2_000

OUTCOMES: Mapping[Outcome, str] = {
    "passed": "passed",
    "failed": "not passed",
    "unanswered": "not answered",
    "missing": "name missing",
    "exception": "raised an error",
    "timeout": "took too long",
    "memory": "used too much memory",
    "died": "the process ended",
    "unusable": "unusable answer",
    "not_run": "not run",
}
DEADLINES = {
    "on_time": "On time",
    "late": "Late",
    "rejected": "Too late to count",
    "flagged": "Time of receipt unclear",
}


@dataclass(frozen=True)
class TestLine:
    """One line of a results panel: a test, or all cases of a parametrised one."""

    __test__ = False

    title: str
    public: bool
    passed: bool
    verdict: str
    earned: float
    points: float
    hints: tuple[str, ...]
    details: tuple[str, ...]


@dataclass(frozen=True)
class Panel:
    """The results of one question."""

    score: QuestionScore
    lines: tuple[TestLine, ...]

    @property
    def by_hand(self) -> bool:
        return not self.lines

    @property
    def state(self) -> str:
        if self.by_hand:
            return "open"
        if self.score.score >= self.score.max_score:
            return "passed"
        return "part" if self.score.score > 0 else "failed"


@dataclass(frozen=True)
class Cell:
    """A cell made safe to show, and the results that belong below it."""

    kind: str
    number: int
    source: Markup
    outputs: tuple[Markup, ...]
    failed: bool
    skipped: bool
    panels: tuple[Panel, ...]


def feedback_html(
    report: Report,
    executed_notebook: nbformat.NotebookNode | None,
    *,
    timezone: str = "UTC",
    pictures: Path | None = None,
) -> str:
    """One student's feedback as a page that needs nothing but itself. The same input gives the same bytes.

    Args:
        report: the result.
        executed_notebook: the notebook as it ran, or None where it could not be read.
        timezone: IANA name of the course's time zone, for the times shown.
        pictures: the released folder, for pictures that its Markdown shows; nothing else is read.
    """
    panels = {score.question: _panel(score, report.tests) for score in report.questions}
    raw_cells = _cells_of(executed_notebook)
    places = _places(raw_cells, panels)
    cells, left_out = _within_limits(_safe_cells(raw_cells, report, panels, places, pictures), len(raw_cells))
    shown = {panel.score.question for cell in cells for panel in cell.panels}
    return render_page(
        "feedback.html.j2",
        report=report,
        panels=list(panels.values()),
        cells=cells,
        left_out=left_out,
        homeless=[panel for question, panel in panels.items() if question not in shown],
        deadline=DEADLINES[report.deadline.status],
        due=local_time(report.deadline.due, timezone),
        received=local_time(report.deadline.received_at, timezone),
        extension=local_time(report.deadline.extension_until, timezone),
    )


def _panel(score: QuestionScore, tests: Iterable[TestResult]) -> Panel:
    groups: dict[tuple[str, bool, str], list[TestResult]] = {}
    for test in tests:
        if test.question == score.question:
            groups.setdefault((test.title, test.public, test.id.partition("[")[0]), []).append(test)
    return Panel(score, tuple(_line(group) for group in groups.values()))


def _line(cases: list[TestResult]) -> TestLine:
    failed = [case for case in cases if case.outcome != "passed"]
    verdict = OUTCOMES[failed[0].outcome] if failed else "passed"
    if failed and len(cases) > 1:
        verdict = f"{verdict} ({len(cases) - len(failed)} of {len(cases)} cases passed)"
    public = cases[0].public
    return TestLine(
        title=plain_text(cases[0].title),
        public=public,
        passed=not failed,
        verdict=verdict,
        earned=sum(case.earned for case in cases),
        points=sum(case.points for case in cases),
        hints=_unique(case.message for case in failed),
        details=_unique(case.details for case in failed if public),
    )


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(plain_text(text).strip() for text in texts if text.strip()))


def _cells_of(notebook: nbformat.NotebookNode | None) -> list[Mapping[str, Any]]:
    cells = notebook.get("cells") if notebook is not None else None
    return [cell for cell in cells if isinstance(cell, Mapping)] if isinstance(cells, list) else []


def _places(cells: list[Mapping[str, Any]], panels: Mapping[str, Panel]) -> dict[str, int]:
    """For each question, the index of the cell that its panel follows: the first that checks or grades it."""
    places: dict[str, int] = {}
    for by_source in (True, False):
        for index, cell in enumerate(cells):
            for question in checked_questions(cell) if by_source else _graded(cell):
                if question in panels:
                    places.setdefault(question, index)
    return places


def _graded(cell: Mapping[str, Any]) -> list[str]:
    metadata = nbgrader_metadata(cell)
    question = question_of(metadata.get("grade_id")) if metadata.get("grade") else None
    return [question] if question else []


def _safe_cells(
    cells: list[Mapping[str, Any]],
    report: Report,
    panels: Mapping[str, Panel],
    places: Mapping[str, int],
    pictures: Path | None,
) -> Iterator[Cell]:
    code_indices = itertools.count()
    for index, cell in enumerate(cells):
        code_index = next(code_indices) if cell.get("cell_type") == "code" else None
        here = tuple(panel for question, panel in panels.items() if places.get(question) == index)
        is_check = any(panel.score.question in checked_questions(cell) for panel in here)
        kind = cell.get("cell_type")
        yield Cell(
            kind=kind if kind in ("code", "markdown") else "raw",
            number=index + 1,
            source=_safe_source(cell, pictures),
            outputs=() if is_check else _safe_outputs(cell),
            failed=code_index in report.run.cells_failed,
            skipped=code_index in report.run.cells_skipped,
            panels=here,
        )


def _safe_source(cell: Mapping[str, Any], pictures: Path | None) -> Markup:
    source = plain_text(cell.get("source"))
    if cell.get("cell_type") == "code":
        return code_html(source)
    if cell.get("cell_type") == "markdown":
        attachments = cell.get("attachments")
        return markdown_html(source, attachments if isinstance(attachments, Mapping) else None, pictures)
    return Markup("<pre>{}</pre>").format(source)


def _safe_outputs(cell: Mapping[str, Any]) -> tuple[Markup, ...]:
    outputs = cell.get("outputs")
    if not isinstance(outputs, list):
        return ()
    shown = (_safe_output(output) for output in outputs if isinstance(output, Mapping))
    return tuple(output for output in shown if output)


def _safe_output(output: Mapping[str, Any]) -> Markup:
    kind = output.get("output_type")
    if kind == "stream":
        return _preformatted(plain_text(output.get("text")))
    if kind == "error":
        traceback = output.get("traceback")
        lines = [plain_text(line) for line in traceback] if isinstance(traceback, list) else []
        summary = f"{plain_text(output.get('ename'))}: {plain_text(output.get('evalue'))}"
        return _preformatted("\n".join(lines) or summary)
    data = output.get("data")
    return _richest(data) if isinstance(data, Mapping) else Markup()


def _richest(data: Mapping[str, object]) -> Markup:
    """The best form of a rich output that can be shown safely, ending with its plain text."""
    text = plain_text(data.get("text/plain"))
    for kind in ("image/svg+xml", "image/png", "image/jpeg"):
        picture = picture_html(kind, data[kind], text) if kind in data else None
        if picture is not None:
            return picture
    if "text/html" in data:
        cleaned = clean_html(plain_text(data["text/html"]))
        if cleaned.striptags().strip() or "<img" in cleaned:
            return Markup('<div class="rich">{}</div>').format(cleaned)
    if "text/markdown" in data:
        return Markup('<div class="rich">{}</div>').format(markdown_html(plain_text(data["text/markdown"])))
    if "text/latex" in data:
        return formula_html(plain_text(data["text/latex"]).strip().strip("$"), display=True)
    if text.strip():
        return _preformatted(text)
    return missing_picture("") if any(str(kind).startswith("image/") for kind in data) else Markup()


def _preformatted(text: str) -> Markup:
    return Markup("<pre>{}</pre>").format(text) if text.strip() else Markup()


def _within_limits(cells: Iterable[Cell], total: int) -> tuple[list[Cell], int]:
    """The cells that fit on the page, and how many are left out at the end."""
    shown: list[Cell] = []
    length = 0
    for cell in cells:
        length += len(cell.source) + sum(len(output) for output in cell.outputs)
        if length > LONGEST_PAGE or len(shown) == MOST_CELLS:
            break
        shown.append(cell)
    return shown, total - len(shown)
