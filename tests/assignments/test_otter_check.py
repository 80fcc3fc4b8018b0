"""The command `otter check`, as a student or another grader runs it, says the same as the grader."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from course_weeks import COURSE, EVERY_WEEK

from autograder.build import load_wrong, reference_notebook, stub_notebook, variant_notebook
from autograder.course import Assignment
from autograder.examiner import collect
from autograder.image.build import image_name
from autograder.lanes import Done, Plan, Task, work_through
from autograder.reading import code_cells
from autograder.report import TestInfo
from autograder.sandbox import Sandbox, SlotSpec

pytestmark = pytest.mark.slow
AT_A_TIME = 2
CASE = re.compile(r"^ +(?P<title>.+) result:\n +(?P<mark>\S)", re.MULTILINE)
QUESTION = re.compile(r"^(?P<question>q\w+) results:", re.MULTILINE)
Notebooks = dict[str, nbformat.NotebookNode]


@dataclass
class Comparison:
    """What both say of one notebook: titles of the public tests that fail."""

    notebook: str
    otter: set[tuple[str, str]]
    grader: set[tuple[str, str]]


def otter_failures(folder: Path, notebook: nbformat.NotebookNode) -> set[tuple[str, str]]:
    """(question, title) of each failed test case, as `otter check` prints them."""
    nbformat.write(notebook, folder / "answers.ipynb")
    command = [str(Path(sys.executable).parent / "otter"), "check", "answers.ipynb", "-t", "tests"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    if "All tests passed!" in done.stdout:
        return set()
    _, *parts = QUESTION.split(done.stdout)
    failed = {
        (question, case["title"])
        for question, printed in zip(parts[::2], parts[1::2], strict=True)
        for case in CASE.finditer(printed)
        if case["mark"] == "❌"
    }
    assert failed, done.stdout + done.stderr
    return failed


def shown(test: TestInfo) -> tuple[str, str]:
    """Question and title of a test, as `otter check` prints it: without the full stop."""
    return test.question, test.title.removesuffix(".")


def grader_failures(
    assignment: Assignment, notebooks: Notebooks, sandbox: Sandbox
) -> dict[str, set[tuple[str, str]]]:
    spec = SlotSpec.for_assignment(assignment, image_name(COURSE, "cpu"))
    files = assignment.shipped_contents()
    tasks = [Task(name, code_cells(notebook), files, b"seed") for name, notebook in notebooks.items()]
    results: list[Done] = []
    assert work_through(Plan(assignment, sandbox.name, spec, jobs=2), tasks, on_done=results.append) == []
    return {
        done.id: {shown(test) for test in done.examined.tests if test.public and test.outcome != "passed"}
        for done in results
    }


def compared(
    assignment: Assignment, notebooks: Notebooks, sandbox: Sandbox, scratch: Path
) -> Iterator[Comparison]:
    in_grader = grader_failures(assignment, notebooks, sandbox)

    def check(name: str) -> set[tuple[str, str]]:
        return otter_failures(
            Path(shutil.copytree(COURSE.release / assignment.name, scratch / name)), notebooks[name]
        )

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        for name, failed in zip(notebooks, pool.map(check, notebooks), strict=True):
            yield Comparison(name, failed, in_grader[name])


def wrong_notebooks(assignment: Assignment, tests: list[TestInfo]) -> Notebooks:
    return {wrong.name: variant_notebook(assignment, wrong, tests) for wrong in load_wrong(assignment)}


def failing_public_tests(assignment: Assignment) -> list[str]:
    """Names of two wrong solutions, of different questions, that a public test catches."""
    of: dict[str, str] = {}
    for wrong in load_wrong(assignment):
        if any(test.startswith("test_public.py") for test in wrong.fails):
            of.setdefault(wrong.cells[0].question, wrong.name)
    return list(of.values())[:2]


@EVERY_WEEK
def test_otter_check_agrees_on_the_reference_the_stub_and_two_mistakes(name, best_sandbox, tmp_path):
    assignment = COURSE.assignment(name)
    tests = collect(assignment)
    wrong = wrong_notebooks(assignment, tests)
    mistakes = failing_public_tests(assignment)
    notebooks = {
        "reference": reference_notebook(assignment, tests),
        "stub": stub_notebook(assignment, tests),
        **{mistake: wrong[mistake] for mistake in mistakes},
    }
    results = {each.notebook: each for each in compared(assignment, notebooks, best_sandbox, tmp_path)}
    for each in results.values():
        assert each.otter == each.grader, each.notebook
    assert results["reference"].otter == set()
    assert results["stub"].otter == {shown(test) for test in tests if test.public}
    assert all(results[mistake].otter for mistake in mistakes) and len(mistakes) == 2


@EVERY_WEEK
def test_otter_check_agrees_on_every_wrong_solution(name, best_sandbox, tmp_path):
    assignment = COURSE.assignment(name)
    notebooks = wrong_notebooks(assignment, collect(assignment))
    differing = [
        each for each in compared(assignment, notebooks, best_sandbox, tmp_path) if each.otter != each.grader
    ]
    assert differing == []
