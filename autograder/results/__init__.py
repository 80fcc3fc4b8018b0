"""From reports to what people read: feedback, CSV, gradebook and class report. Runs no student code."""

from autograder.results.class_report import class_report_html
from autograder.results.feedback import feedback_html
from autograder.results.grades_csv import grades_csv
from autograder.results.nbgrader_course import write_nbgrader_course
from autograder.results.store import (
    default_out,
    gradebook_url,
    prepare,
    read_executed,
    read_report,
    read_reports,
    student_folder,
    write_atomically,
    write_report,
)
from autograder.results.write import write_changed_feedback, write_class_results, write_feedback

__all__ = [
    "class_report_html",
    "default_out",
    "feedback_html",
    "gradebook_url",
    "grades_csv",
    "prepare",
    "read_executed",
    "read_report",
    "read_reports",
    "student_folder",
    "write_atomically",
    "write_changed_feedback",
    "write_class_results",
    "write_feedback",
    "write_nbgrader_course",
    "write_report",
]
