"""The folder for formgrader: found by nbgrader itself, with notebooks that are safe to look at."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hostile_notebook import hostile_notebook
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.apps import NbGraderAPI
from nbgrader.nbgraderformat import MetadataValidator
from parsed_page import Page
from sample_results import DUE, NAME, make_executed, make_stub, png
from traitlets.config import PyFileConfigLoader

from autograder.course import Assignment, Course
from autograder.report import NotebookRun, Report
from autograder.results import gradebook_url, write_class_results, write_nbgrader_course, write_report
from autograder.results.nbgrader_course import formgrader_notebook

ReportOf = Callable[..., Report]


def shown(notebook: nbformat.NotebookNode) -> str:
    """The notebook as nbconvert, and so formgrader, turns it into HTML."""
    html: str = HTMLExporter(template_name="basic").from_notebook_node(notebook)[0]
    return html


def grade_ids(notebook: nbformat.NotebookNode) -> list[str]:
    return [cell.metadata.nbgrader.grade_id for cell in notebook.cells if "nbgrader" in cell.metadata]


def configuration(folder: Path) -> Any:
    return PyFileConfigLoader("nbgrader_config.py", path=str(folder)).load_config()


def test_formgrader_finds_the_submissions_and_their_scores(
    report_of: ReportOf, course: Course, assignment: Assignment, out: Path
) -> None:
    reports = [report_of("ada"), report_of("bob")]
    for report in reports:
        write_report(out, report, make_executed())
    write_class_results(out, reports, course, assignment)
    api = NbGraderAPI(config=configuration(out / "nbgrader"))
    submissions = api.get_notebook_submissions(NAME, NAME)
    assert {entry["student"]: entry["score"] for entry in submissions} == {"ada": 7, "bob": 7}
    assert api.get_source_assignments() == {NAME}
    assert [entry["autograded"] for entry in api.get_submissions(NAME)] == [True, True]


def test_the_time_of_receipt_stands_beside_the_notebook_in_nbgraders_form(
    report_of: ReportOf, course: Course, assignment: Assignment, out: Path
) -> None:
    write_nbgrader_course(out, [report_of()], course, assignment, gradebook_url(out))
    folder = out / "nbgrader" / "autograded" / "ada" / NAME
    assert (folder / "timestamp.txt").read_text() == "2025-03-14 19:00:00.000000 UTC\n"
    verdict = report_of().deadline.model_copy(update={"received_at": None, "status": "flagged"})
    write_nbgrader_course(out, [report_of(deadline=verdict)], course, assignment, gradebook_url(out))
    assert not (folder / "timestamp.txt").exists()


def test_a_password_is_not_written_down(
    report_of: ReportOf,
    course: Course,
    assignment: Assignment,
    out: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = "postgresql+psycopg://grader:secret@db.example/grades"
    folder = write_nbgrader_course(out, [report_of()], course, assignment, url)
    assert "secret" not in (folder / "nbgrader_config.py").read_text()
    monkeypatch.setenv("AUTOGRADER_GRADEBOOK", url)
    assert configuration(folder).CourseDirectory.db_url == url


def test_the_folder_can_be_moved_with_its_gradebook(
    report_of: ReportOf, course: Course, assignment: Assignment, out: Path
) -> None:
    write_nbgrader_course(out, [report_of()], course, assignment, gradebook_url(out))
    moved = out.rename(out.with_name("elsewhere"))
    assert configuration(moved / "nbgrader").CourseDirectory.db_url == gradebook_url(moved)


def test_the_answers_stand_in_nbgraders_own_cells(report_of: ReportOf) -> None:
    notebook = formgrader_notebook(make_stub(), make_executed(), report_of())
    assert grade_ids(notebook) == grade_ids(make_stub())
    assert "return X * 2" in notebook.cells[1].source
    assert "*constant* region" in notebook.cells[5].source
    assert notebook.cells[1].outputs[1]["data"]["image/png"] == "".join(png().split())


def test_cells_that_were_deleted_copied_or_edited_are_put_right(report_of: ReportOf) -> None:
    executed = make_executed()
    executed.cells[2].source = "pass  # was a check"
    executed.cells[2].metadata.nbgrader.points = 100
    executed.cells.append(executed.cells[1].copy())
    del executed.cells[4]
    notebook = formgrader_notebook(make_stub(), executed, report_of())
    assert sorted(grade_ids(notebook)) == sorted(grade_ids(make_stub()))
    check = next(cell for cell in notebook.cells if cell.source == 'grader.check("q1")')
    assert check.metadata.nbgrader.points == 4
    MetadataValidator().validate_nb(notebook)
    nbformat.validate(notebook)


def test_an_unreadable_submission_says_so(report_of: ReportOf) -> None:
    run = NotebookRun(status="unreadable", message="The file is not a <b>notebook</b>.")
    notebook = formgrader_notebook(make_stub(), None, report_of(run=run))
    assert "The file is not a" in shown(notebook) and "<b>" not in shown(notebook)
    assert "check-q1" in grade_ids(notebook)


def test_nothing_hostile_reaches_formgrader(report_of: ReportOf) -> None:
    notebook = formgrader_notebook(make_stub(), hostile_notebook(), report_of())
    nbformat.validate(notebook)
    assert Page(shown(notebook)).dangers == []
    assert set(notebook.metadata) == {"kernelspec"}


def test_formulas_cannot_reach_the_pages_attributes(report_of: ReportOf) -> None:
    cell = new_markdown_cell(r"$\href{javascript:alert(1)}{x} \alpha \style{color:red}{y}$")
    source = formgrader_notebook(make_stub(), new_notebook(cells=[cell]), report_of()).cells[0].source
    assert r"\href" not in source and r"\style" not in source and r"\alpha" in source


def test_honest_markdown_looks_as_it_was_written(report_of: ReportOf) -> None:
    text = "# Why\n\nSince $a < b$, see [this](https://example.org) and `x[0]`.\n\n| a |\n|---|\n| 1 |"
    attachment = {"plot.png": {"image/png": png()}}
    cell = new_markdown_cell(f"{text}\n\n![My plot](attachment:plot.png)", attachments=attachment)
    page = Page(shown(formgrader_notebook(make_stub(), new_notebook(cells=[cell]), report_of())))
    assert page.all('a[href="https://example.org"]') and page.text("td") == "1"
    assert [image["alt"] for image in page.all("img")] == ["My plot"]


@pytest.mark.parametrize("name", ["gone.png", "bad.png"])
def test_a_picture_that_is_not_there_does_not_stop_formgrader(report_of: ReportOf, name: str) -> None:
    attachment = {"bad.png": {"image/png": base64.b64encode(b"<script>").decode()}}
    cell = new_markdown_cell(f"![x](attachment:{name})", attachments=attachment)
    notebook = formgrader_notebook(make_stub(), new_notebook(cells=[cell]), report_of())
    assert "<img" not in shown(notebook)


def test_a_drawing_is_shown_as_a_picture_in_which_nothing_runs(report_of: ReportOf) -> None:
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
    cell = new_code_cell("x", outputs=[new_output("display_data", data={"image/svg+xml": drawing})])
    page = Page(shown(formgrader_notebook(make_stub(), new_notebook(cells=[cell]), report_of())))
    assert str(page.all("img")[0]["src"]).startswith("data:image/svg+xml;base64,") and not page.all("svg")


def test_the_same_reports_give_the_same_folder(
    report_of: ReportOf, course: Course, assignment: Assignment, out: Path
) -> None:
    late = report_of().deadline.model_copy(update={"received_at": DUE + timedelta(hours=2)})
    write_report(out, report_of(deadline=late), make_executed())

    def written() -> dict[Path, bytes]:
        write_nbgrader_course(out, [report_of(deadline=late)], course, assignment, gradebook_url(out))
        return {path: path.read_bytes() for path in (out / "nbgrader").rglob("*") if path.is_file()}

    assert written() == written()
