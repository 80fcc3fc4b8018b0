"""The feedback page: results beside each question, and nothing of a student's that runs or misleads."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from hostile_notebook import SCRIPT, SNIPPETS, hostile_notebook
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from parsed_page import Page
from sample_results import DUE, HIDDEN_DETAILS, make_stub, make_test, png

from autograder.report import DeadlineVerdict, NotebookRun, QuestionScore, Report
from autograder.results import feedback_html

ReportOf = Callable[..., Report]


def ids_in_order(page: Page) -> list[str]:
    return [str(tag.get("id") or tag.get("aria-label")) for tag in page.all("main > article, main > section")]


def test_each_result_stands_right_after_its_check_cell(
    report_of: ReportOf, executed: nbformat.NotebookNode
) -> None:
    order = ids_in_order(Page(feedback_html(report_of(), executed)))
    assert order[order.index("q1") - 1] == "Cell 3"
    assert order[order.index("q2") - 1] == "Cell 5"


def test_a_result_stands_at_nbgraders_cell_when_the_student_changed_the_call(
    report_of: ReportOf, executed: nbformat.NotebookNode
) -> None:
    executed.cells[2].source = "pass"
    order = ids_in_order(Page(feedback_html(report_of(), executed)))
    assert order[order.index("q1") - 1] == "Cell 3"


def test_the_result_of_a_deleted_check_cell_stands_at_the_end(
    report_of: ReportOf, executed: nbformat.NotebookNode
) -> None:
    del executed.cells[2]
    page = Page(feedback_html(report_of(), executed))
    assert ids_in_order(page)[-1] == "q1"
    assert len(page.all("section.panel")) == 2


def test_a_check_cell_copied_twice_gives_one_result(report_of: ReportOf) -> None:
    notebook = new_notebook(cells=[new_code_cell('grader.check("q1")'), new_code_cell('grader.check("q1")')])
    assert len(Page(feedback_html(report_of(), notebook)).all("#q1")) == 1


def test_a_submission_without_a_notebook_still_gets_its_results(report_of: ReportOf) -> None:
    run = NotebookRun(status="unreadable", message="The file is not a notebook.")
    page = Page(feedback_html(report_of(run=run), None))
    assert ids_in_order(page) == ["q1", "q2"]
    assert "The file is not a notebook." in page.text(".notes")


def test_the_card_shows_score_deadline_pass_mark_and_notes(report_of: ReportOf) -> None:
    verdict = DeadlineVerdict(
        status="late", due=DUE, received_at=DUE, factor=0.5, message="One day late: half of the points."
    )
    page = Page(feedback_html(report_of(deadline=verdict, notes=("Cell 3 was repaired.",)), None))
    assert "3.5 of 10 points" in page.text(".score")
    assert "7 from the tests, 3.5 after the deadline" in page.text(".facts")
    assert "One day late: half of the points." in page.text(".facts")
    assert "not approved" in page.text(".facts")
    assert "Cell 3 was repaired." in page.text(".notes")


def test_times_are_shown_on_the_courses_clock(report_of: ReportOf) -> None:
    page = Page(feedback_html(report_of(), None, timezone="Europe/Oslo"))
    assert "Fri 14 Mar 2025, 23:00 (UTC+01:00)" in page.text(".facts")


def test_an_undecided_submission_says_that_a_teacher_decides_but_not_why(report_of: ReportOf) -> None:
    html = feedback_html(report_of(approved=None, flags=("Receipt of another student.",)), None)
    assert "to be decided" in Page(html).text(".facts")
    assert "A teacher will look" in Page(html).text(".notes")
    assert "Receipt of another student." not in html


def test_a_hidden_test_shows_title_outcome_and_hint_only(report_of: ReportOf) -> None:
    html = feedback_html(report_of(), None)
    assert "The random rectangles is right." in html
    assert "Look at the random_rectangles[1]" in html
    assert HIDDEN_DETAILS not in html
    assert "test_hidden.py" not in html


def test_a_public_test_shows_the_whole_error(report_of: ReportOf) -> None:
    assert "AssertionError in corner" in Page(feedback_html(report_of(), None)).text("#q2 details")


def test_cases_of_one_test_are_one_line(report_of: ReportOf) -> None:
    tests = tuple(
        make_test("q1", f"shapes[{n}]", "failed" if n else "passed", title="All shapes work.", public=False)
        for n in range(5)
    )
    page = Page(feedback_html(report_of(tests=tests), None))
    assert len(page.all("#q1 .tests > li")) == 1
    assert "not passed (1 of 5 cases passed)" in page.text("#q1 .verdict")


def test_a_question_without_tests_is_graded_by_hand(
    report_of: ReportOf, executed: nbformat.NotebookNode
) -> None:
    report = report_of()
    words = QuestionScore(question="q6", title="In your own words", score=0, max_score=0)
    page = Page(feedback_html(report.model_copy(update={"questions": (*report.questions, words)}), executed))
    assert "graded by hand" in page.text("#q6")
    assert ids_in_order(page)[-2:] == ["Cell 6", "q6"]


def test_the_same_input_gives_the_same_bytes(report_of: ReportOf) -> None:
    assert feedback_html(report_of(), hostile_notebook()) == feedback_html(report_of(), hostile_notebook())


def test_formulas_become_mathml_without_a_script(report_of: ReportOf) -> None:
    notebook = new_notebook(cells=[new_markdown_cell("Sum $\\sum_i x_i$ and\n\n$$\\frac{a}{b} < c$$")])
    page = Page(feedback_html(report_of(), notebook))
    assert len(page.all("article math")) == 2
    assert "∑" in page.text("math") and "<" in page.text("math")
    assert page.all('math[display="block"] mfrac')


def test_a_formula_cannot_be_put_back_into_an_attribute(report_of: ReportOf) -> None:
    text = "$x$ <a href='https://a.example/&#xE000;0&#xE001;'>link</a>"
    page = Page(feedback_html(report_of(), new_notebook(cells=[new_markdown_cell(text)])))
    assert len(page.all("article math")) == 1
    assert not page.all("article a[href]")


def test_a_formula_that_cannot_be_read_is_shown_as_written(report_of: ReportOf) -> None:
    notebook = new_notebook(cells=[new_markdown_cell("$\\frac{a}{$")])
    assert "\\frac{a}{" in Page(feedback_html(report_of(), notebook)).text("article code")


def test_plots_tables_and_streams_of_the_run_are_shown(
    report_of: ReportOf, executed: nbformat.NotebookNode
) -> None:
    page = Page(feedback_html(report_of(), executed))
    assert str(page.all(".output img")[0]["src"]).startswith("data:image/png;base64,iVBOR")
    assert page.text(".output td") == "7"
    assert "training 2 red words" in page.text(".output pre")
    assert "training 1" not in page.text(".output pre")


def test_pictures_that_ship_with_the_notebook_are_carried_inside(report_of: ReportOf, tmp_path: Path) -> None:
    (tmp_path / "release").mkdir()
    (tmp_path / "release" / "figure.png").write_bytes(base64.b64decode(png()))
    (tmp_path / "secret.png").write_bytes(base64.b64decode(png()))
    notebook = new_notebook(cells=[new_markdown_cell("![A corner](figure.png) ![S](../secret.png)")])
    page = Page(feedback_html(report_of(), notebook, pictures=tmp_path / "release"))
    assert [image["alt"] for image in page.all("article img")] == ["A corner"]
    assert "[picture not shown: S]" in page.text("article")


def test_an_enormous_picture_is_not_given_to_the_browser(report_of: ReportOf) -> None:
    content = bytearray(base64.b64decode(png()))
    content[16:24] = (100_000).to_bytes(4, "big") * 2
    bomb = base64.b64encode(bytes(content)).decode()
    cell = new_code_cell("x", outputs=[new_output("display_data", data={"image/png": bomb})])
    page = Page(feedback_html(report_of(), new_notebook(cells=[cell])))
    assert not page.all("article img")
    assert "picture not shown" in page.text("article")


def test_an_endless_notebook_is_cut_and_says_so(report_of: ReportOf) -> None:
    notebook = nbformat.from_dict({"cells": [{"cell_type": "raw", "source": "x"}] * 3_000})
    page = Page(feedback_html(report_of(), notebook))
    assert "1000 more cells are not shown" in page.text("main")
    assert len(page.all("section.panel")) == 2


@pytest.mark.parametrize("tangle", ["<div>" * 50_000, "<b><div></b>" * 200, "<p>" * 30_000])
def test_html_that_takes_long_to_clean_is_shown_as_written(report_of: ReportOf, tangle: str) -> None:
    cell = new_code_cell("x", outputs=[new_output("display_data", data={"text/html": tangle + "end"})])
    page = Page(feedback_html(report_of(), new_notebook(cells=[cell])))
    assert page.text(".output pre").endswith(">end")


@pytest.mark.parametrize("tangle", ["\\\\(" * 5_000, "\\begin{a}" * 2_000, "x" * 30_000])
def test_markdown_that_takes_long_to_render_is_shown_as_written(report_of: ReportOf, tangle: str) -> None:
    page = Page(feedback_html(report_of(), new_notebook(cells=[new_markdown_cell(tangle)])))
    assert page.text("article pre") == tangle


@pytest.mark.parametrize("snippet", range(len(SNIPPETS)))
def test_nothing_hostile_is_left_on_the_page(report_of: ReportOf, snippet: int) -> None:
    text = SNIPPETS[snippet]
    outputs = [new_output("display_data", data={kind: text}) for kind in ("text/html", "text/markdown")]
    notebook = new_notebook(cells=[new_markdown_cell(text), new_code_cell(text, outputs=outputs)])
    assert Page(feedback_html(report_of(), notebook)).dangers == []


def test_a_whole_hostile_notebook_leaves_nothing_hostile(report_of: ReportOf) -> None:
    page = Page(feedback_html(report_of(), hostile_notebook()))
    assert page.dangers == []
    assert "\x1b" not in page.html and "\u202e" not in page.html and "\x00" not in page.html
    page.html.encode("utf-8")


def test_a_student_cannot_imitate_or_close_the_pages_own_parts(report_of: ReportOf) -> None:
    honest = Page(feedback_html(report_of(), new_notebook()))
    hostile = Page(feedback_html(report_of(), hostile_notebook()))
    for selector in (".card", ".panel", "#q1", ".score", ".mark", "main", "footer", "h1"):
        assert len(hostile.all(selector)) == len(honest.all(selector)), selector
    allowed = {"code", "rich", "output", "prose", "gutter"}
    for tag in hostile.all("article [class]"):
        classes = set(tag["class"])
        assert classes <= allowed or (tag.name == "span" and tag.find_parent("pre", class_="code")), tag
    assert not hostile.all("article [id]") and not hostile.all("article h1, article h2")


def test_hostile_names_and_messages_are_escaped(report_of: ReportOf) -> None:
    report = report_of()
    file = report.submission.model_copy(update={"file": f"{SCRIPT}.ipynb"})
    test = make_test("q1", "shape", "failed", message=SCRIPT, details=SCRIPT, title=SCRIPT)
    changed = report.model_copy(
        update={"student": SCRIPT, "submission": file, "notes": (SCRIPT,), "tests": (test,)}
    )
    page = Page(feedback_html(changed, None))
    assert page.dangers == []
    assert page.text(".student strong") == SCRIPT


def test_the_policy_forbids_everything_but_this_style_and_inner_pictures(report_of: ReportOf) -> None:
    page = Page(feedback_html(report_of(), None))
    style = re.search(r"<style>(.*?)</style>", page.html, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert page.policy == (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def test_a_cell_that_raised_is_marked(report_of: ReportOf, executed: nbformat.NotebookNode) -> None:
    run = NotebookRun(status="completed", cells_failed=(0,), cells_skipped=(2,))
    page = Page(feedback_html(report_of(run=run), executed))
    assert page.text("article.failed .gutter") == "Cell 2, raised an error"
    assert "Cell 4, left out when the notebook was run again" in page.text(".gutter")


def test_the_stub_of_a_student_who_did_nothing_is_shown(report_of: ReportOf) -> None:
    tests = (make_test("q1", "shape", "unanswered"), make_test("q2", "sum", "unanswered"))
    page = Page(feedback_html(report_of(tests=tests), make_stub()))
    assert "not answered" in page.text("#q1 .verdict")
