"""A small week with a helper file and a hidden test, and what students hand in for it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from autograder.build import build
from autograder.cluster.grader import Cluster, connect
from autograder.course import Assignment, Course
from autograder.grading import Options, Summary, Watcher, grade
from autograder.intake import find_submissions
from autograder.lanes import work_through
from autograder.report import Report
from autograder.results import read_executed, read_reports
from autograder.sandbox import SlotSpec, provider
from autograder.sandbox.base import DEFAULT_IMAGE

NAME = "w01_small"
SECRET = "the-hidden-test-of-w01"
QUIET = Watcher()
COMMAND = Path(sys.executable).with_name("autograder")
FILES = {
    "course.toml": 'name = "Small"\n',
    "conftest.py": "import pytest\n\n\n@pytest.fixture\ndef forty_two():\n    return 42\n",
    f"{NAME}/assignment.toml": """
title = "Small"
due = 2026-10-02T23:59:00
files = ["helper.py"]

[limits]
run_seconds = 600
call_seconds = 120
total_seconds = 1200

[[questions]]
id = "q1"
title = "Double"
provides = ["double"]
""",
    f"{NAME}/helper.py": "OFFERED = 21\n",
    f"{NAME}/secret.py": f'SECRET = "{SECRET}"\nOFFERED = 21\n',
    f"{NAME}/wrong/q1_half.py": "def double(x):\n    return x / 2\n",
    f"{NAME}/notebook.py": """
# %% [markdown]
# # Small

# %% question="q1"
def double(x):
    \"\"\"Return twice `x`.\"\"\"
    # BEGIN SOLUTION
    return 2 * x
    # END SOLUTION

# %% check="q1"
""",
    f"{NAME}/test_public.py": """
import pytest

pytestmark = pytest.mark.question("q1")


@pytest.mark.points(1)
def test_two(double):
    \"\"\"Twice one is two.\"\"\"
    assert double(1) == 2
""",
    f"{NAME}/test_hidden.py": """
import pathlib
import pytest

pytestmark = pytest.mark.question("q1")


@pytest.mark.points(2)
def test_any(double, forty_two, rng):
    \"\"\"Twice any number is right.\"\"\"
    beside = pathlib.Path(__file__).with_name("secret.py").read_text()
    assert "OFFERED = 21" in beside
    number = float(rng.integers(10**6))
    assert double(number) == 2 * number and double(21) == forty_two
""",
}
RIGHT = "import os, helper\nprint(os.getppid(), helper.OFFERED)\ndef double(x):\n    return 2 * x\n"
WRONG = "def double(x):\n    return x + 1\n"
CRASHES = "import os\nos._exit(3)\n"
WAITS = """
import pathlib, time
while not pathlib.Path({gate!r}).exists():
    time.sleep(0.05)
"""
FIND_LANE = """
import os, pathlib, signal
def parent(process):
    return int(pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[1])
lane = os.getpid()
while b"autograder.cluster.lane" not in pathlib.Path(f"/proc/{lane}/cmdline").read_bytes():
    lane = parent(lane)
    assert lane > 1, "no lane above this process"
"""
KILLS_ITS_LANE = FIND_LANE + "os.kill(lane, signal.SIGKILL)\n"
KILLS_ITS_WORKER = FIND_LANE + "os.kill(parent(lane), signal.SIGKILL)\n"


def notebook(*sources: str) -> bytes:
    """The bytes of a notebook with one code cell for each source."""
    cells = [nbformat.v4.new_code_cell(source, id=f"cell{i}") for i, source in enumerate(sources)]
    return nbformat.writes(nbformat.v4.new_notebook(cells=cells)).encode()


@dataclass
class Lesson:
    """A course, and what its students have handed in."""

    root: Path

    @property
    def course(self) -> Course:
        return Course.load(self.root)

    @property
    def assignment(self) -> Assignment:
        return self.course.assignment(NAME)

    @property
    def submissions(self) -> Path:
        return self.root / "submitted"

    def hand_in(self, student: str, *sources: str) -> None:
        folder = self.submissions / student
        folder.mkdir(parents=True)
        (folder / f"{NAME}.ipynb").write_bytes(notebook(*sources))

    def hand_in_class(self, count: int) -> None:
        """Right, wrong and broken notebooks, in turn."""
        for number in range(count):
            self.hand_in(f"s{number:02}", (RIGHT, WRONG, CRASHES)[number % 3])

    def grade(self, out: str, sandbox: str = "process", **more: Any) -> Summary:
        """Grade on this machine, into the folder called `out`."""
        return self._grade(out, provider(sandbox), more.pop("watcher", Watcher()), work=work_through, **more)

    def grade_on(self, address: str, out: str, sandbox: str = "process", watcher: Watcher = QUIET) -> Summary:
        """Grade on a cluster, into the folder called `out`."""
        with connect(address) as cluster:
            return self.grade_with(cluster, out, sandbox, watcher)

    def grade_with(
        self, cluster: Cluster, out: str, sandbox: str = "process", watcher: Watcher = QUIET
    ) -> Summary:
        found = cluster.sandbox(sandbox, DEFAULT_IMAGE)
        return self._grade(out, found, watcher, jobs=cluster.slots, work=cluster.work_through)

    def command(self, out: str, *options: str) -> list[str]:
        """The command line that grades into the folder called `out`."""
        start = [COMMAND, "--course", self.root, "--json", "grade", NAME, self.submissions]
        return [str(part) for part in (*start, "--out", self.root / out, "--sandbox", "process", *options)]

    def reports(self, out: str) -> dict[str, dict[str, Any]]:
        """Every report in `out` as data by student, without measured times and memory."""
        return {report.student: _without_times(report) for report in read_reports(self.root / out)}

    def printed(self, out: str, student: str) -> list[str]:
        """What the notebook printed, in words."""
        executed = read_executed(self.root / out, student)
        assert executed is not None
        texts = [output.get("text", "") for cell in executed.cells for output in cell.outputs]
        return " ".join(texts).split()

    def _grade(self, out: str, sandbox: Any, watcher: Watcher, **options: Any) -> Summary:
        intake = find_submissions(self.submissions, self.course, self.assignment)
        wanted = Options(sandbox, SlotSpec.for_assignment(self.assignment), seed=b"seed", **options)
        return grade(self.course, self.assignment, intake, self.root / out, wanted, watcher)


def new_lesson(root: Path) -> Lesson:
    """A course of one small week, built, in which nobody has handed in anything yet."""
    for name, content in FILES.items():
        path = root / "assignments" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    lesson = Lesson(root)
    build(lesson.course, NAME)
    return lesson


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _without_times(report: Report) -> dict[str, Any]:
    data = report.model_dump(mode="json")
    for measured in (data["run"], *data["tests"]):
        for name in [name for name in measured if name.endswith("seconds") or name == "memory_mb"]:
            del measured[name]
    return data
