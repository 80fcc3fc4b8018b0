"""`check`: all tests on one notebook."""

from __future__ import annotations

import nbformat
import pytest
from cli_course import NAME

from autograder.build import new_assignment

PROCESS = ("--sandbox", "process")


@pytest.fixture
def solution(classroom):
    return classroom.root / "solutions" / NAME / f"{NAME}.ipynb"


def test_a_right_notebook_passes(run, classroom, solution):
    outcome = run("check", solution, *PROCESS)
    assert outcome.code == 0
    assert "8 of 8 points: all 5 tests passed." in outcome.out


def test_an_unanswered_notebook_fails_and_says_why(run, classroom):
    outcome = run("check", classroom.root / "release" / NAME / f"{NAME}.ipynb", *PROCESS)
    assert outcome.code == 1
    assert "0 of 8 points: 5 of 5 tests not passed." in outcome.out
    assert "`max_pool(…)` is not answered yet." in outcome.out


def test_it_says_every_time_that_the_process_sandbox_isolates_nothing(run, classroom, solution):
    for _ in range(2):
        assert "gives no isolation, limits only" in run("check", solution, *PROCESS).err


def test_public_leaves_out_the_hidden_tests_which_need_not_exist(run, classroom, solution):
    classroom.assignment.hidden_tests.unlink()
    data = run("check", solution, "--public", *PROCESS, "--json").json
    assert {test["public"] for test in data["tests"]} == {True}
    assert (data["score"], data["max_score"], data["passed"]) == (4, 4, True)


def test_the_seed_repeats_the_random_inputs(run, classroom):
    wrong = classroom.solved
    for cell in wrong.cells:
        cell.source = cell.source.replace("- kernel) // stride", "- kernel) // stride + 1")
    nbformat.write(wrong, classroom.root / "wrong.ipynb")
    first = run("check", "wrong.ipynb", NAME, *PROCESS, "--json").json
    again = run("check", "wrong.ipynb", NAME, *PROCESS, "--json", "--seed", first["seed"]).json
    assert not first["passed"]
    assert [test["message"] for test in again["tests"]] == [test["message"] for test in first["tests"]]


@pytest.mark.parametrize("file", [f"{NAME} (2).ipynb", f"{NAME}/kari.ipynb", "kari.ipynb"])
def test_the_assignment_is_told_by_name_by_folder_or_by_content(run, classroom, solution, file):
    new_assignment(classroom.root, "w08_other")
    for test in ("test_public.py", "test_hidden.py", "notebook.py", "assignment.toml"):
        path = classroom.root / "assignments" / "w08_other" / test
        path.write_text(path.read_text().replace("max_pool", "mean_pool").replace("output_size", "size_of"))
    path = classroom.root / "inbox" / file
    path.parent.mkdir(parents=True)
    path.write_bytes(solution.read_bytes())
    assert f"Assignment: {NAME}" in run("check", path, *PROCESS).err


def test_a_notebook_that_says_nothing_needs_the_assignments_name(run, classroom):
    cells = [nbformat.v4.new_code_cell("x = 1")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), "kari.ipynb")
    outcome = run("check", "kari.ipynb", *PROCESS)
    assert outcome.code == 2
    assert NAME in outcome.err and "which assignment" in outcome.err


def test_control_sequences_of_a_student_do_not_reach_the_terminal(run, classroom):
    evil = classroom.solved
    code = "def max_pool(image, size=2):\n    raise ValueError('\\x1b[2Jboo')"
    evil.cells.append(nbformat.v4.new_code_cell(code))
    nbformat.write(evil, "evil.ipynb")
    outcome = run("check", "evil.ipynb", NAME, *PROCESS)
    assert "\x1b" not in outcome.out and "\\x1b[2Jboo" in outcome.out
