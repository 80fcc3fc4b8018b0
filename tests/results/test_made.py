"""Pages are made again when something that they show has changed, and left alone when nothing has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from autograder.course import Assignment, Course
from autograder.report import Report
from autograder.results import write_changed_feedback, write_class_results, write_report
from autograder.results.made import MADE

ReportOf = Callable[..., Report]
STUDENTS = ("kari", "ola")


@pytest.fixture
def reports(report_of: ReportOf, out: Path, executed: nbformat.NotebookNode) -> list[Report]:
    """Reports on two students, with notebooks, in OUT."""
    made = [report_of(student=student) for student in STUDENTS]
    for report in made:
        write_report(out, report, executed)
    return made


def inodes(out: Path) -> dict[str, int]:
    """Every file of the results; a file that is written anew gets another number."""
    return {path.relative_to(out).as_posix(): path.stat().st_ino for path in out.rglob("*") if path.is_file()}


def test_pages_are_written_once(
    out: Path, reports: list[Report], course: Course, assignment: Assignment
) -> None:
    pages = [out / student / "feedback.html" for student in STUDENTS]
    assert write_changed_feedback(out, reports, course, assignment) == pages
    before = inodes(out)
    assert write_changed_feedback(out, reports, course, assignment) == []
    assert inodes(out) == before


def test_a_changed_report_changes_its_own_page_alone(
    out: Path, reports: list[Report], course: Course, assignment: Assignment
) -> None:
    write_changed_feedback(out, reports, course, assignment)
    reports[0] = reports[0].model_copy(update={"notes": ("A new note.",)})
    assert write_changed_feedback(out, reports, course, assignment) == [out / "kari" / "feedback.html"]
    assert "A new note." in (out / "kari" / "feedback.html").read_text("utf-8")


def test_a_notebook_that_ran_otherwise_changes_its_page(
    out: Path, reports: list[Report], course: Course, assignment: Assignment, executed: nbformat.NotebookNode
) -> None:
    write_changed_feedback(out, reports, course, assignment)
    executed.cells.append(nbformat.v4.new_markdown_cell("A cell that was not there."))
    write_report(out, reports[1], executed)
    assert write_changed_feedback(out, reports, course, assignment) == [out / "ola" / "feedback.html"]


@pytest.mark.parametrize("spoil", [Path.unlink, lambda page: page.write_text("graded by me: 100 points")])
def test_a_page_that_is_gone_or_was_edited_is_written_again(
    out: Path,
    reports: list[Report],
    course: Course,
    assignment: Assignment,
    spoil: Callable[[Path], object],
) -> None:
    write_changed_feedback(out, reports, course, assignment)
    page = out / "ola" / "feedback.html"
    content = page.read_bytes()
    spoil(page)
    assert write_changed_feedback(out, reports, course, assignment) == [page]
    assert page.read_bytes() == content


def test_a_picture_released_anew_changes_every_page(
    out: Path, reports: list[Report], course: Course, assignment: Assignment
) -> None:
    write_changed_feedback(out, reports, course, assignment)
    (course.release / assignment.name / "figure.png").write_bytes(b"another picture")
    assert len(write_changed_feedback(out, reports, course, assignment)) == len(STUDENTS)


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"kari/feedback.html": 3}'])
def test_a_broken_record_of_what_was_made_costs_time_only(
    out: Path, reports: list[Report], course: Course, assignment: Assignment, content: bytes
) -> None:
    write_changed_feedback(out, reports, course, assignment)
    (out / MADE).write_bytes(content)
    assert len(write_changed_feedback(out, reports, course, assignment)) >= 1
    assert write_changed_feedback(out, reports, course, assignment) == []


def test_class_results_written_twice_leave_every_file_but_the_gradebook_alone(
    out: Path, reports: list[Report], course: Course, assignment: Assignment
) -> None:
    write_class_results(out, reports, course, assignment)
    before = inodes(out)
    write_class_results(out, reports, course, assignment)
    assert inodes(out) == before


def test_formgraders_notebook_follows_the_one_that_ran(
    out: Path, reports: list[Report], course: Course, assignment: Assignment, executed: nbformat.NotebookNode
) -> None:
    write_class_results(out, reports, course, assignment)
    executed.cells.append(nbformat.v4.new_markdown_cell("A cell that was not there."))
    write_report(out, reports[1], executed)
    before = inodes(out)
    write_class_results(out, reports, course, assignment)
    changed = {name for name, inode in inodes(out).items() if before[name] != inode}
    assert changed == {f"nbgrader/autograded/ola/{assignment.name}/{assignment.notebook_name}", MADE}
