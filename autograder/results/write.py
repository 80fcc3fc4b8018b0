"""Writes the pages and files that people open, from reports that are already there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import nbformat

from autograder.course import Assignment, Course
from autograder.report import Report
from autograder.results.class_report import class_report_html
from autograder.results.feedback import feedback_html
from autograder.results.grades_csv import grades_csv
from autograder.results.made import Made, folder_digest, source_of
from autograder.results.nbgrader_course import write_nbgrader_course
from autograder.results.store import (
    CLASS_REPORT,
    FEEDBACK,
    GRADES,
    gradebook_url,
    read_executed,
    student_folder,
    write_atomically,
    write_if_different,
)


def write_feedback(
    out: Path, report: Report, executed: nbformat.NotebookNode | None, course: Course, assignment: Assignment
) -> Path:
    """Write OUT/<student>/feedback.html; returns its path.

    Raises:
        SubmissionError: the student's id cannot be the name of a folder.
    """
    path = student_folder(out, report.student) / FEEDBACK
    path.parent.mkdir(parents=True, exist_ok=True)
    page = feedback_html(
        report,
        executed,
        timezone=course.settings.timezone,
        pictures=course.release / assignment.name,
    )
    write_atomically(path, page.encode("utf-8", "replace"), flush=False)
    return path


def write_changed_feedback(
    out: Path, reports: Sequence[Report], course: Course, assignment: Assignment
) -> list[Path]:
    """Write the feedback pages of which something has changed since they were written; returns their paths.

    Args:
        reports: as they are in OUT, with the notebooks as they ran.

    Raises:
        SubmissionError: a student's id cannot be the name of a folder, or a notebook there cannot be read.
    """
    shared = (course.settings.timezone, folder_digest(course.release / assignment.name))
    written = []
    with Made(out) as made:
        for report in reports:
            path = student_folder(out, report.student) / FEEDBACK
            source = source_of(out, report, *shared)
            if not made.is_current(path, source):
                write_feedback(out, report, read_executed(out, report.student), course, assignment)
                made.note(path, source)
                written.append(path)
    return written


def write_class_results(
    out: Path,
    reports: Sequence[Report],
    course: Course,
    assignment: Assignment,
    *,
    gradebook: str | None = None,
    other_reports: Sequence[Report] = (),
) -> None:
    """Write grades.csv, the gradebook with formgrader's folder, and the class report into OUT.

    Args:
        reports: all of this assignment; their executed notebooks are read from OUT.
        gradebook: SQLAlchemy URL; by default SQLite in OUT.
        other_reports: of other assignments, for who has approved the mandatory work.

    Raises:
        GradebookError: the database cannot be reached or written. The other files are then written already.
        ConfigurationError: the released notebook is missing.
    """
    from autograder.results.gradebook import write_gradebook  # takes seconds to import

    url = gradebook or gradebook_url(out)
    write_if_different(out / GRADES, grades_csv(reports).encode("utf-8", "replace"))
    page = class_report_html([*reports, *other_reports], course, assignment)
    write_if_different(out / CLASS_REPORT, page.encode("utf-8", "replace"))
    write_nbgrader_course(out, reports, course, assignment, url)
    write_gradebook(reports, course, assignment, url, out=out)
