"""Results on disk: whole or not at all, readable again, each student in a folder of their own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from hostile_notebook import hostile_notebook

from autograder.course import Course
from autograder.errors import SubmissionError
from autograder.report import Report
from autograder.results import (
    default_out,
    prepare,
    read_executed,
    read_report,
    read_reports,
    student_folder,
    write_atomically,
    write_report,
)

ReportOf = Callable[..., Report]


def test_a_report_comes_back_as_it_was_written(
    out: Path, report_of: ReportOf, executed: nbformat.NotebookNode
) -> None:
    path = write_report(out, report_of(), executed)
    assert read_report(path) == report_of()
    assert read_executed(out, "ada") == executed


def test_a_hostile_notebook_comes_back_as_it_was_written(out: Path, report_of: ReportOf) -> None:
    write_report(out, report_of(), hostile_notebook())
    assert read_executed(out, "ada") == hostile_notebook()


def test_reports_come_sorted_by_student(out: Path, report_of: ReportOf) -> None:
    for student in ("zoe", "ada", "Bob"):
        write_report(out, report_of(student))
    assert [report.student for report in read_reports(out)] == ["Bob", "ada", "zoe"]


def test_a_student_without_a_notebook_has_none_even_after_an_earlier_one(
    out: Path, report_of: ReportOf, executed: nbformat.NotebookNode
) -> None:
    write_report(out, report_of(), executed)
    write_report(out, report_of(), None)
    assert read_executed(out, "ada") is None


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("{", "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ("[]", "schema_version"),
        ('{"schema_version": 99}', "came: 99"),
        ('{"schema_version": 1}', "Field required"),
    ],
)
def test_a_broken_report_is_refused_with_the_files_name(out: Path, content: str, complaint: str) -> None:
    path = out / "ada" / "report.json"
    path.parent.mkdir()
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SubmissionError, match=complaint) as caught:
        read_reports(out)
    assert str(path) in str(caught.value)


def test_an_unknown_field_of_a_report_is_named(out: Path, report_of: ReportOf) -> None:
    path = write_report(out, report_of())
    data = json.loads(path.read_text(encoding="utf-8"))
    data["run"]["speed"] = 1
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(SubmissionError, match=r"run\.speed"):
        read_report(path)


@pytest.mark.parametrize(
    "student", ["", "..", "../eve", "a/b", "a\nb", "nbgrader", "Gradebook.db", "x" * 500]
)
def test_an_id_that_cannot_be_a_folder_is_refused(out: Path, report_of: ReportOf, student: str) -> None:
    with pytest.raises(SubmissionError):
        write_report(out, report_of(student))
    assert list(out.iterdir()) == []


def test_an_interrupted_write_leaves_the_old_file(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = out / "grades.csv"
    write_atomically(path, b"old")

    def interrupted(self: Path, target: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(out.iterdir()) == [path]


def test_what_a_killed_grader_left_half_written_is_cleared(
    out: Path, report_of: ReportOf, executed: nbformat.NotebookNode
) -> None:
    kept = write_report(out, report_of(), executed)
    left = kept.with_name(".report.json.abc123.partial")
    left.write_bytes(b"{")
    prepare(out)
    assert not left.exists() and kept.exists()


def test_each_assignment_has_its_own_place(course: Course) -> None:
    assert default_out(course, "w02_next") == course.root / "out" / "w02_next"
    assert student_folder(default_out(course, "w02_next"), "ada").name == "ada"
