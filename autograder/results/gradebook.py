"""Scores into nbgrader's own database, so that formgrader and `nbgrader export` work on them.

What a person has given by hand (scores, extra credit, comments, flags) is never written over.
nbgrader takes seconds to import: import this module only where a gradebook is written.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat
import nbgrader
from alembic.script import ScriptDirectory
from nbgrader import api
from nbgrader.utils import compute_checksum
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from autograder.course import Assignment, Course
from autograder.errors import ConfigurationError, GradebookError
from autograder.report import Report
from autograder.results.cells import nbgrader_metadata, question_of
from autograder.results.nbgrader_course import BUILD, released_notebook
from autograder.results.sanitise import plain_text
from autograder.results.store import read_executed

WRITERS_LOCK = 0x6E626772  # any number that nobody else uses in the same database
WAIT_SECONDS = 120


def write_gradebook(
    reports: Sequence[Report], course: Course, assignment: Assignment, url: str, *, out: Path | None = None
) -> None:
    """Put reports of one assignment into nbgrader's gradebook, all of them or none.

    The cells come from the released notebook. Each automatic grade cell gets its question's score; what the
    deadline takes away becomes nbgrader's late penalty; hand-graded cells wait for a person, unless `out`
    (where the executed notebooks are) shows that nothing was answered. Writing twice changes nothing.

    Args:
        reports: of `assignment`.
        url: any SQLAlchemy URL, such as `sqlite:///…/gradebook.db`.

    Raises:
        GradebookError: the database cannot be reached or written, or hand-given scores would be lost.
        ConfigurationError: the released notebook is missing or lacks a question.
    """
    stub = released_notebook(course, assignment)
    _check_questions(stub, reports, course.release / assignment.name / assignment.notebook_name)
    with _opened(url) as gradebook:
        notebook = _define(gradebook, assignment, stub, reports)
        for report in reports:
            executed = read_executed(out, report.student) if out else None
            _record(gradebook, notebook, report, _unanswered(stub, executed))
        gradebook.db.commit()


def _check_questions(stub: nbformat.NotebookNode, reports: Sequence[Report], path: Path) -> None:
    graded = {question_of(nbgrader_metadata(cell).get("grade_id")) for cell in _cells(stub, "grade")}
    for report in reports:
        for score in report.questions:
            if score.max_score > 0 and score.question not in graded:
                raise ConfigurationError(
                    path, f"no cell is graded for question {score.question}", field="cells", remedy=BUILD
                )


def _cells(notebook: nbformat.NotebookNode, role: str) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if nbgrader_metadata(cell).get(role)]


def _unanswered(stub: nbformat.NotebookNode, executed: nbformat.NotebookNode | None) -> frozenset[str]:
    """Grade ids of the hand-graded cells that a student left empty or as they were handed out."""
    if executed is None:
        return frozenset()
    sources = {
        str(nbgrader_metadata(cell).get("grade_id")): plain_text(cell.get("source")).strip()
        for cell in executed.cells
        if isinstance(cell, Mapping)
    }
    by_hand = [cell for cell in _cells(stub, "grade") if nbgrader_metadata(cell).get("solution")]
    return frozenset(
        cell.metadata.nbgrader.grade_id
        for cell in by_hand
        if sources.get(cell.metadata.nbgrader.grade_id) in ("", plain_text(cell.source).strip())
    )


def _define(
    gradebook: Any, assignment: Assignment, stub: nbformat.NotebookNode, reports: Sequence[Report]
) -> Any:
    """Bring assignment, notebook and cells up to date; returns nbgrader's record of the notebook."""
    of = {"notebook": assignment.name, "assignment": assignment.name}
    gradebook.update_or_create_assignment(assignment.name, duedate=assignment.due)
    kernelspec = json.dumps(stub.metadata.get("kernelspec", {}))
    notebook = gradebook.update_or_create_notebook(assignment.name, assignment.name, kernelspec=kernelspec)
    _drop_stale_cells(gradebook, notebook, stub)
    maxima = {score.question: score.max_score for report in reports for score in report.questions}
    for cell in stub.cells:
        metadata = nbgrader_metadata(cell)
        if metadata.get("grade"):
            points = float(metadata["points"])
            if not metadata.get("solution"):
                points = maxima.get(question_of(metadata["grade_id"]) or "", points)
            gradebook.update_or_create_grade_cell(
                metadata["grade_id"], **of, max_score=points, cell_type=cell.cell_type
            )
        if metadata.get("solution"):
            gradebook.update_or_create_solution_cell(metadata["grade_id"], **of)
        if metadata.get("grade") or metadata.get("solution") or metadata.get("locked"):
            gradebook.update_or_create_source_cell(
                metadata["grade_id"],
                **of,
                cell_type=cell.cell_type,
                locked=bool(metadata.get("locked")),
                source=cell.source,
                checksum=compute_checksum(cell),
            )
    return notebook


def _drop_stale_cells(gradebook: Any, notebook: Any, stub: nbformat.NotebookNode) -> None:
    """Forget cells that the assignment no longer has, unless a person has graded them."""
    names = {
        role: {cell.metadata.nbgrader.grade_id for cell in _cells(stub, role)}
        for role in ("grade", "solution")
    }
    stale = [cell for cell in notebook.grade_cells if cell.name not in names["grade"]]
    stale += [cell for cell in notebook.solution_cells if cell.name not in names["solution"]]
    for cell in stale:
        given = [*(getattr(cell, "grades", None) or []), *(getattr(cell, "comments", None) or [])]
        if any(_by_hand(record) for record in given):
            raise GradebookError(
                f"{notebook.name}.ipynb has lost {cell.name}, which was graded or commented on by hand",
                remedy="Run `nbgrader export` first, then grade into a new gradebook (--gradebook).",
            )
        for record in given:
            gradebook.db.delete(record)
        gradebook.db.delete(cell)
    used = names["grade"] | names["solution"] | {c.metadata.nbgrader.grade_id for c in _cells(stub, "locked")}
    for source in notebook.source_cells:
        if source.name not in used:
            gradebook.db.delete(source)
    gradebook.db.commit()
    gradebook.db.refresh(notebook)


def _by_hand(record: Any) -> bool:
    if isinstance(record, api.Grade):
        return record.manual_score is not None or record.extra_credit is not None
    return record.manual_comment is not None


def _record(gradebook: Any, notebook: Any, report: Report, unanswered: frozenset[str]) -> None:
    """Enter one report; the caller commits."""
    db = gradebook.db
    student = db.get(api.Student, report.student) or api.Student(id=report.student)
    submission = (
        db.query(api.SubmittedAssignment).filter_by(assignment=notebook.assignment, student=student).first()
        if student in db
        else None
    )
    is_new = submission is None
    if submission is None:
        submission = api.SubmittedAssignment(assignment=notebook.assignment, student=student)
    received = _naive_utc(report.deadline.received_at)
    resubmitted = not is_new and submission.timestamp != received
    submission.timestamp = received
    submission.extension = _extension(report)
    submitted = next((sheet for sheet in submission.notebooks if sheet.notebook is notebook), None)
    submitted = submitted or api.SubmittedNotebook(notebook=notebook, assignment=submission)
    db.add_all([student, submission, submitted])
    total = sum(
        [_enter_grade(submitted, cell, report, unanswered, resubmitted) for cell in notebook.grade_cells]
    )
    for cell in notebook.solution_cells:
        _enter_comment(submitted, cell, report, unanswered)
    submitted.late_submission_penalty = _penalty(report, total)
    if is_new or resubmitted:
        submitted.flagged = bool(report.flags)


def _naive_utc(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment else None


def _extension(report: Report) -> Any:
    until = report.deadline.extension_until
    return until - report.deadline.due if until else None


def _enter_grade(
    submitted: Any, cell: Any, report: Report, unanswered: frozenset[str], resubmitted: bool
) -> float:
    """Set the automatic score of one cell; returns the score that counts, a person's before ours."""
    grade = next((grade for grade in submitted.grades if grade.cell_id == cell.id), None)
    is_new = grade is None
    if grade is None:
        grade = api.Grade(cell_id=cell.id)
        submitted.grades.append(grade)
    score = _auto_score(cell, report, unanswered)
    has_changed = not is_new and (resubmitted or grade.auto_score != score)
    if is_new:
        grade.needs_manual_grade = score is None
    elif grade.manual_score is None:
        grade.needs_manual_grade = score is None and (has_changed or grade.needs_manual_grade)
    elif has_changed:
        grade.needs_manual_grade = True
    grade.auto_score = score
    counted = grade.manual_score if grade.manual_score is not None else score
    return (counted or 0.0) + (grade.extra_credit or 0.0)


def _auto_score(cell: Any, report: Report, unanswered: frozenset[str]) -> float | None:
    """A question's points for its check cell; where a person grades, None, or 0 for nothing written."""
    is_by_hand = any(solution.name == cell.name for solution in cell.notebook.solution_cells)
    if is_by_hand:
        return 0.0 if cell.name in unanswered else None
    question = question_of(cell.name)
    return next((score.score for score in report.questions if score.question == question), 0.0)


def _enter_comment(submitted: Any, cell: Any, report: Report, unanswered: frozenset[str]) -> None:
    comment = next((comment for comment in submitted.comments if comment.cell_id == cell.id), None)
    if comment is None:
        comment = api.Comment(cell_id=cell.id)
        submitted.comments.append(comment)
    if cell.name in unanswered:
        comment.auto_comment = "No response."
        return
    question = question_of(cell.name)
    hints = [
        t.message for t in report.tests if t.question == question and t.outcome != "passed" and t.message
    ]
    comment.auto_comment = "\n".join(dict.fromkeys(hints)) or None


def _penalty(report: Report, total: float) -> float:
    """Points lost to the deadline: the report's own, and the same share of what a person has added since."""
    added_by_hand = total - report.score
    lost = report.score - report.final_score + (1 - report.deadline.factor) * added_by_hand
    return max(0.0, round(lost, 9))


@contextmanager
def _opened(url: str) -> Iterator[Any]:
    """nbgrader's gradebook, with what goes wrong told as a GradebookError."""
    try:
        shown = make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        raise GradebookError(
            f"{url!r} is not the URL of a database",
            remedy="Write sqlite:////absolute/path/gradebook.db or postgresql+psycopg://user:password@host/name.",
        ) from None
    try:
        with _quiet_nbgrader(), _one_at_a_time(url):
            _ensure_schema(url)
            with api.Gradebook(url) as gradebook:
                yield gradebook
    except (SQLAlchemyError, api.InvalidEntry, ImportError, OSError) as error:
        raise GradebookError(f"gradebook {shown}: {_reason(error)}", remedy=_remedy(error)) from None


@contextmanager
def _one_at_a_time(url: str) -> Iterator[None]:
    """Let graders on several machines wait for each other, from the first table on; SQLite does so itself."""
    if make_url(url).get_backend_name() != "postgresql":
        yield
        return
    engine = create_engine(url, poolclass=NullPool)
    connection = engine.connect()
    try:
        connection.execute(text(f"SET lock_timeout = '{WAIT_SECONDS}s'"))
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": WRITERS_LOCK})
        yield
    finally:
        connection.invalidate()  # closing it gives the lock back, also where the server has gone away
        engine.dispose()


def _ensure_schema(url: str) -> None:
    """Make what is missing of nbgrader's tables, and of the version that `nbgrader db upgrade` reads.

    nbgrader would make them, too, but asks a program for the version, which takes seconds.
    """
    engine = create_engine(url, poolclass=NullPool)
    try:
        with engine.begin() as connection:
            api.Base.metadata.create_all(connection)
            if "alembic_version" not in inspect(connection).get_table_names():
                migrations = ScriptDirectory(str(Path(nbgrader.__file__).parent / "alembic"))
                version = {"version": migrations.get_current_head()}
                connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
                connection.execute(
                    text("INSERT INTO alembic_version (version_num) VALUES (:version)"), version
                )
    finally:
        engine.dispose()


def _reason(error: Exception) -> str:
    original = getattr(error, "orig", None) or error
    lines = str(original).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _remedy(error: Exception) -> str:
    reason = str(error).lower()
    if "locked" in reason or "lock timeout" in reason:
        return "Another program is writing to it; close it or wait, then run the same command again."
    if "disk" in reason:
        return "Make room on the disk, then run the same command again; everything else is written."
    if "readonly" in reason or "read-only" in reason or "permission" in reason:
        return "You need write permission on the file and on its folder."
    if "unable to open" in reason:
        return "The folder must exist, and you must be allowed to write to it."
    if isinstance(error, ImportError):
        return "Install the database's driver, for PostgreSQL with `pip install 'psycopg[binary]'`."
    return "Check that the server runs and that the URL is right, then run the same command again."


@contextmanager
def _quiet_nbgrader() -> Iterator[None]:
    """nbgrader logs a traceback for each database error; we say it in a sentence instead."""
    logger = logging.getLogger("tornado.application")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before
