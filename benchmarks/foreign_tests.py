"""The tests of an assignment, public and hidden, in the forms that nbgrader and otter-grader run.

Both come from the generator of the public tests that students get, so that every tool runs the same bodies,
on inputs drawn in the same way. Hidden tests are only ever written into a benchmark's temporary folder.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from autograder.build.otter_tests import otter_tests
from autograder.course import Assignment, Course
from autograder.examiner import collect

OTTER_IMPORT = "from otter.test_files import test_case\n"
WITHOUT_OTTER = "def test_case(**_):\n    return lambda function: function\n"
CASE = re.compile(r"^def (case_\d+)\(env\):$", re.MULTILINE)


def public_and_hidden(assignment: Assignment, scratch: Path) -> tuple[dict[str, str], dict[str, str]]:
    """otter-grader's test files by question: those that students get, and the same of the hidden tests."""
    public = otter_tests(assignment, collect(assignment))
    twin = _twin_with_hidden_tests_alone(assignment, scratch)
    return public, otter_tests(twin, collect(twin))


def as_statements(otter_test: str) -> str:
    """Turn a test file of otter-grader's into statements for a cell, as nbgrader runs them.

    Without warnings: nbgrader gives no points for a cell that writes to stderr.
    """
    assert OTTER_IMPORT in otter_test
    calls = [f"{case}(globals())" for case in CASE.findall(otter_test)]
    body = re.sub(r"^from __future__ .*\n", "", otter_test, flags=re.MULTILINE)
    statements = body.replace(OTTER_IMPORT, WITHOUT_OTTER) + "\n\n" + "\n".join(calls) + "\n"
    return f"import warnings\n\nwarnings.simplefilter('ignore')\n{statements}"


def _twin_with_hidden_tests_alone(assignment: Assignment, scratch: Path) -> Assignment:
    """A copy of the assignment whose public tests are the hidden ones."""
    assignments = scratch / "twin" / "assignments"
    shutil.copytree(assignment.path, assignments / assignment.name)
    shutil.copy(assignment.path.parent / "course.toml", assignments)
    folder = assignments / assignment.name
    folder.joinpath("test_hidden.py").replace(folder / "test_public.py")
    folder.joinpath("test_hidden.py").write_text('"""None left."""\n')
    settings = folder / "assignment.toml"
    settings.write_text(
        re.sub(r"^weights = .*\n", "", settings.read_text("utf-8"), flags=re.MULTILINE), "utf-8"
    )
    return Course.load(scratch / "twin").assignment(assignment.name)
