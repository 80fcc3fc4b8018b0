"""`pytest ASSIGNMENT --submission NOTEBOOK`: the grader's verdicts in a plain session of pytest."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from autograder.build import load_wrong, new_assignment, reference_notebook, stub_notebook, variant_notebook
from autograder.course import Course
from autograder.lanes import Done, Plan, Task, work_through
from autograder.reading import code_cells
from autograder.sandbox import SlotSpec

NAME = "w07_pooling"
OUTCOME = re.compile(r"^(PASSED|FAILED|ERROR) \S*?(test_(?:public|hidden)\.py::\S+)", re.MULTILINE)
HANGS = "def output_size(*_, **__):\n    while True:\n        pass\n"
PASSES_WHATEVER_COMES = '''
@pytest.mark.question("q1")
@pytest.mark.points(1)
def test_anything(output_size):
    """Anything goes."""
    try:
        output_size(5, 3)
    except BaseException:
        pass
'''


@pytest.fixture
def course(tmp_path: Path) -> Course:
    new_assignment(tmp_path, NAME)
    toml = tmp_path / "assignments" / NAME / "assignment.toml"
    toml.write_text(
        toml.read_text(encoding="utf-8").replace(
            "[[questions]]", "[limits]\ncall_seconds = 1\n\n[[questions]]", 1
        ),
        encoding="utf-8",
    )
    return Course.load(tmp_path)


@pytest.fixture
def submission(course: Course) -> Path:
    path = course.root / "anna.ipynb"
    nbformat.write(reference_notebook(course.assignment(NAME)), path)
    return path


def run(course: Course, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run pytest as a person would, in the course's folder."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rA", *map(str, arguments)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.run(command, cwd=course.root, env=environment, capture_output=True, text=True)


def passed_here(course: Course, path: Path) -> dict[str, bool]:
    """Test → whether it passes in a plain session."""
    done = run(course, f"assignments/{NAME}", "--submission", path, "--sandbox", "process")
    assert done.returncode in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED), done.stdout + done.stderr
    return {name: outcome == "PASSED" for outcome, name in OUTCOME.findall(done.stdout)}


def passed_in_the_grader(course: Course, notebook: nbformat.NotebookNode) -> dict[str, bool]:
    assignment = course.assignment(NAME)
    results: list[Done] = []
    plan = Plan(assignment, "process", SlotSpec.for_assignment(assignment))
    work_through(plan, [Task("anna", code_cells(notebook), {}, b"seed")], on_done=results.append)
    return {test.id: test.outcome == "passed" for test in results[0].examined.tests}


@pytest.mark.parametrize("kind", ["reference", "stub", "rounds_up", "hangs", "swallowed"])
def test_the_same_tests_pass_as_in_the_grader(course, submission, kind):
    assignment = course.assignment(NAME)
    notebook = reference_notebook(assignment)
    if kind == "stub":
        notebook = stub_notebook(assignment)
    elif kind in ("hangs", "swallowed"):
        notebook.cells.append(nbformat.v4.new_code_cell(HANGS))
    elif kind != "reference":
        (wrong,) = [each for each in load_wrong(assignment) if each.name == kind]
        notebook = variant_notebook(assignment, wrong)
    if kind == "swallowed":
        text = assignment.public_tests.read_text(encoding="utf-8")
        assignment.public_tests.write_text(f"{text}\n\n{PASSES_WHATEVER_COMES}", encoding="utf-8")
    nbformat.write(notebook, submission)
    came = passed_here(course, submission)
    assert came == passed_in_the_grader(course, notebook)
    assert len(came) == (6 if kind == "swallowed" else 5)


def test_one_test_can_be_chosen(course, submission):
    path = f"assignments/{NAME}/test_hidden.py::test_random_sizes"
    done = run(course, path, "--submission", submission, "--sandbox", "process")
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


def test_the_session_says_where_the_notebook_runs_and_what_that_does_not_protect_from(course, submission):
    path = f"assignments/{NAME}"
    done = run(course, path, "--submission", submission, "--sandbox", "process", "--collect-only")
    assert "in the process sandbox: no isolation, limits only" in done.stdout


def test_a_failure_shows_the_hint(course, submission):
    (wrong,) = [each for each in load_wrong(course.assignment(NAME)) if each.name == "forgets_padding"]
    nbformat.write(variant_notebook(course.assignment(NAME), wrong), submission)
    done = run(course, f"assignments/{NAME}", "--submission", submission, "--sandbox", "process")
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "Is the padding at both ends?" in done.stdout


def refused(course: Course, *arguments: str | Path) -> str:
    """The sentence with which pytest refuses to run, without a traceback."""
    done = run(course, *arguments)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    return done.stdout + done.stderr


def test_without_a_notebook_it_says_which_option_names_one(course):
    assert "name one with --submission NOTEBOOK" in refused(course, f"assignments/{NAME}")


def test_a_notebook_that_does_not_exist_is_named(course):
    said = refused(course, f"assignments/{NAME}", "--submission", "bo.ipynb")
    assert "--submission bo.ipynb: No such file or directory" in said


@pytest.mark.parametrize(("content", "reason"), [("", "empty"), ("{", "cut off"), ("[]", "not a notebook")])
def test_a_file_that_is_no_notebook_is_named_with_the_reason(course, submission, content, reason):
    submission.write_text(content)
    said = refused(course, f"assignments/{NAME}", "--submission", submission)
    assert f"--submission {submission}: " in said and reason in said


def test_two_assignments_or_none_are_refused(course, submission):
    new_assignment(course.root, "w08_more")
    both = (f"assignments/{NAME}", "assignments/w08_more")
    for folders in (both, ("assignments",)):
        assert "name one assignment's folder" in refused(course, *folders, "--submission", submission)


def test_an_unknown_sandbox_is_refused_with_the_ones_there_are(course, submission):
    said = refused(course, f"assignments/{NAME}", "--submission", submission, "--sandbox", "castle")
    assert "there is no sandbox 'castle'" in said and "docker, bubblewrap, process" in said


def test_a_worker_that_cannot_start_ends_the_session_with_a_sentence(course, submission):
    toml = course.root / "assignments" / NAME / "assignment.toml"
    text = toml.read_text(encoding="utf-8")
    toml.write_text(text.replace('preload = ["numpy"]', 'preload = ["no_such_module"]'), encoding="utf-8")
    done = run(course, f"assignments/{NAME}", "--submission", submission, "--sandbox", "process")
    assert done.returncode == 3
    assert "no_such_module" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_other_sessions_are_left_alone_and_load_nothing(course):
    (course.root / "test_other.py").write_text(
        "import sys\n\n\ndef test_nothing_of_the_grader_is_loaded(request):\n"
        '    loaded = {name for name in sys.modules if name.startswith("autograder")}\n'
        '    assert loaded == {"autograder", "autograder.pytest_plugin"}\n'
        '    assert not {"numpy", "pydantic", "docker"} & set(sys.modules)\n'
    )
    done = run(course, "test_other.py")
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout and "autograder:" not in done.stdout
