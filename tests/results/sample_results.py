"""Makes reports, notebooks and a small course to try the results on. No student code runs here."""

from __future__ import annotations

import base64
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import nbformat
from matplotlib.figure import Figure
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.utils import compute_checksum

from autograder.report import (
    DeadlineVerdict,
    Environment,
    NotebookRun,
    Outcome,
    QuestionScore,
    Report,
    SubmissionFile,
    TestResult,
)

DUE = datetime(2025, 3, 14, 22, 0, tzinfo=UTC)
NAME = "w01_corner_filter"
HIDDEN_DETAILS = "expected 0.123456789 for seed 42"

COURSE_TOML = 'name = "Convolutional networks"\ntimezone = "Europe/Oslo"\n'
ASSIGNMENT_TOML = """
title = "The corner filter"
due = 2025-03-14T23:00:00
[[questions]]
id = "q1"
title = "Correlation"
provides = ["correlate2d"]
[[questions]]
id = "q2"
title = "A filter for corners"
provides = ["corner_filter"]
[[questions]]
id = "q6"
title = "In your own words"
"""


def make_test(question: str, name: str, outcome: Outcome = "passed", **changes: Any) -> TestResult:
    public = changes.pop("public", True)
    values: dict[str, Any] = {
        "id": f"test_{'public' if public else 'hidden'}.py::test_{name}",
        "question": question,
        "title": f"The {name.partition('[')[0].replace('_', ' ')} is right.",
        "points": 2.0,
        "public": public,
        "outcome": outcome,
        "message": "" if outcome == "passed" else f"Look at the {name}: the kernel seems to be flipped.",
        "details": "" if outcome == "passed" else (f"AssertionError in {name}" if public else HIDDEN_DETAILS),
    }
    return TestResult(**{**values, **changes})


def make_report(student: str = "ada", **changes: Any) -> Report:
    """A report in which q1 has 4 of 4 points and q2 has 2 of 6, unless told otherwise."""
    tests = changes.pop(
        "tests",
        (
            make_test("q1", "shape"),
            make_test("q1", "deck_example"),
            make_test("q2", "sum"),
            make_test("q2", "corner", "failed"),
            make_test("q2", "random_rectangles[1]", "failed", public=False, points=1.0),
            make_test("q2", "random_rectangles[2]", "passed", public=False, points=1.0),
        ),
    )
    questions = tuple(
        QuestionScore(
            question=question,
            title=title,
            score=sum(test.earned for test in tests if test.question == question),
            max_score=sum(test.points for test in tests if test.question == question),
        )
        for question, title in (("q1", "Correlation"), ("q2", "A filter for corners"))
    )
    score = sum(question.score for question in questions)
    factor = changes.pop("factor", 1.0)
    deadline = changes.pop(
        "deadline",
        DeadlineVerdict(
            status="on_time",
            due=DUE,
            received_at=DUE - timedelta(hours=3),
            factor=factor,
            message="Received 3 hours before the deadline.",
        ),
    )
    maximum = sum(question.max_score for question in questions)
    values: dict[str, Any] = {
        "student": student,
        "assignment": NAME,
        "title": "The corner filter",
        "submission": SubmissionFile(
            student=student, file=f"{student}/{NAME}.ipynb", sha256="ab" * 32, size=9
        ),
        "deadline": deadline,
        "run": NotebookRun(status="completed", seconds=1.5, cells_run=5),
        "questions": questions,
        "tests": tests,
        "score": score,
        "max_score": maximum,
        "final_score": score * deadline.factor,
        "approved": score * deadline.factor >= maximum / 2,
        "mandatory": True,
        "pass_percent": 50,
        "environment": Environment(
            autograder="0.1.0", sandbox="docker", python="3.11", packages={"numpy": "2.1"}, seed="00"
        ),
        "key": "cd" * 32,
    }
    return Report(**{**values, **changes})


def nbgrader_cell(kind: str, source: str, grade_id: str, **metadata: Any) -> nbformat.NotebookNode:
    """A cell as the builder makes it: schema 3, locked cells with a checksum."""
    cell = new_code_cell(source) if kind == "code" else new_markdown_cell(source)
    values = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    cell.metadata["nbgrader"] = {**values, "grade_id": grade_id, "cell_type": kind, **metadata}
    cell.id = grade_id
    if metadata.get("locked"):
        cell.metadata["nbgrader"]["checksum"] = compute_checksum(cell)
    return cell


def make_stub() -> nbformat.NotebookNode:
    check = {"grade": True, "locked": True}
    return new_notebook(
        cells=[
            nbgrader_cell("markdown", "# The corner filter\n\nA kernel $G$ of 4×4.", "text-1", locked=True),
            nbgrader_cell(
                "code", "def correlate2d(X, G):\n    raise NotImplementedError", "question-q1", solution=True
            ),
            nbgrader_cell("code", 'grader.check("q1")', "check-q1", **check, points=4.0),
            nbgrader_cell("code", "corner_filter = ...", "question-q2", solution=True),
            nbgrader_cell("code", 'grader.check("q2")', "check-q2", **check, points=6.0),
            nbgrader_cell("markdown", "*Write here.*", "manual-q6", grade=True, solution=True, points=2.0),
        ],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )


def png() -> str:
    """A small plot as a notebook carries it."""
    figure = Figure(figsize=(3, 2))
    figure.subplots().plot([0, 1, 4, 9])
    target = io.BytesIO()
    figure.savefig(target, format="png")
    return base64.b64encode(target.getvalue()).decode("ascii")


def make_executed() -> nbformat.NotebookNode:
    """The stub with plausible answers and outputs."""
    notebook = make_stub()
    cells = notebook.cells
    cells[1].source = 'def correlate2d(X, G):\n    """Correlate."""\n    return X * 2  # wrong'
    cells[1].outputs = [
        new_output("stream", name="stdout", text="training 1\rtraining 2\n\x1b[31mred\x1b[0m words\n"),
        new_output("display_data", data={"image/png": png(), "text/plain": "<Figure>"}),
    ]
    cells[3].outputs = [
        new_output(
            "execute_result", data={"text/html": "<table><tr><td>7</td></tr></table>", "text/plain": "7"}
        )
    ]
    cells[5].source = "Because $\\sum_i w_i = 0$, a *constant* region answers 0."
    return notebook
