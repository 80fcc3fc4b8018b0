"""The simulated class, graded as an instructor would: by the command line, in a process of its own."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course import Assignment, Course
from autograder.demo import FIRST_WEEK, Expected, class_of_24, copy_course, hand_in
from autograder.report import Report
from autograder.results import read_reports

REPOSITORY = Path(__file__).resolve().parents[2]
PROGRAMS = Path(sys.executable).parent
RUN_SECONDS = 25
PACKAGES_FOLDER = re.compile(r"[\w./-]+/(site-packages|autograder)/")
NOT_COMPARED = {"sandbox", "image", "python", "packages"}


@dataclass
class SimulatedClass:
    """What the class has handed in, and what must come out."""

    course: Course
    submissions: Path
    expected: list[Expected]

    @property
    def assignment(self) -> Assignment:
        return self.course.assignment(FIRST_WEEK)

    def grade(self, sandbox: str) -> GradedClass:
        out = self.course.root / "out" / sandbox / FIRST_WEEK
        command = [PROGRAMS / "autograder", "--course", self.course.root, "grade", FIRST_WEEK]
        command += [self.submissions, "--out", out, "--sandbox", sandbox]
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return GradedClass(self, sandbox, out, done.stdout)


@dataclass
class GradedClass:
    """The class and the results of grading it."""

    of: SimulatedClass
    sandbox: str
    out: Path
    printed: str

    @property
    def reports(self) -> dict[str, Report]:
        return {report.student: report for report in read_reports(self.out)}


def new_class(folder: Path) -> SimulatedClass:
    """Simulate the class; a cell that hangs is stopped sooner than in the real course."""
    course = copy_course(Course.load(REPOSITORY), folder, [FIRST_WEEK])
    submissions = folder / "submissions"
    expected = hand_in(course, FIRST_WEEK, class_of_24(course.assignment(FIRST_WEEK)), submissions)
    settings = course.assignment(FIRST_WEEK).path / "assignment.toml"
    text = settings.read_text(encoding="utf-8")
    assert "run_seconds = 60" in text
    settings.write_text(text.replace("run_seconds = 60", f"run_seconds = {RUN_SECONDS}"), encoding="utf-8")
    return SimulatedClass(course, submissions, expected)


def comparable(report: Report) -> dict[str, Any]:
    """A report as data without times, without what names the sandbox and where its packages lie."""
    data = report.model_dump(mode="json")
    del data["key"]
    for name in NOT_COMPARED:
        del data["environment"][name]
    for measured in (data["run"], *data["tests"]):
        for name in [name for name in measured if name.endswith(("seconds", "memory_mb"))]:
            del measured[name]
    for test in data["tests"]:
        test["details"] = PACKAGES_FOLDER.sub("", test["details"])
    return data
