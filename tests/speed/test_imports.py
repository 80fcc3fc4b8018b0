"""Packages that take seconds to import are imported where they are needed, not by every process."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("nbgrader", "otter", "jupytext", "matplotlib", "tensorflow", "distributed")


@pytest.mark.parametrize(
    "what",
    [
        pytest.param(
            "import autograder.cli.app, autograder.cli.check, autograder.cli.grade", id="command line"
        ),
        pytest.param("import autograder.grading, autograder.results, autograder.verify", id="grader"),
        pytest.param("import autograder.lanes", id="lane"),
        pytest.param(
            "import numpy; from autograder.worker.warm_up import warm_kernel; warm_kernel()",
            id="worker of a week without figures",
        ),
    ],
)
def test_nothing_that_takes_seconds_is_imported(what: str) -> None:
    command = f"{what}\nimport sys; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
