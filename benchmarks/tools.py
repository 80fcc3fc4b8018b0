"""The tools that are compared, each set up as its own documentation says.

- nbgrader: a course folder; `generate_assignment` makes the release from a source notebook whose test cells
  hold the hidden tests between nbgrader's marks; measured is `nbgrader autograde`.
- otter-grader: `otter generate` packs the tests into an autograder's zip file; measured is `otter run`, once
  for each submission, because that is what it takes.
- this grader: measured is `autograder grade`, in the sandbox that is named.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

import nbformat
from foreign_tests import as_statements, public_and_hidden
from usage import Used, measured

from autograder.build import reference_notebook
from autograder.course import Assignment

BIN = Path(sys.executable).parent
QUIET = {"PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}", "TF_CPP_MIN_LOG_LEVEL": "3"}
SECONDS_PER_CELL = 600
NBGRADER_CONFIG = f"""\
c = get_config()
c.CourseDirectory.course_id = "benchmark"
c.ExecutePreprocessor.timeout = {SECONDS_PER_CELL}
"""


@dataclass(frozen=True)
class Job:
    """What is graded: the notebook that everyone has handed in, and the tests by question."""

    assignment: Assignment
    notebook: nbformat.NotebookNode
    public: dict[str, str]
    hidden: dict[str, str]
    points: float


def job_for(assignment: Assignment, scratch: Path) -> Job:
    """The reference solution as a class's submission, and the assignment's tests for every tool."""
    public, hidden = public_and_hidden(assignment, scratch)
    notebook = reference_notebook(assignment)
    cells = [cell.metadata.get("nbgrader", {}) for cell in notebook.cells]
    points = sum(cell["points"] for cell in cells if cell.get("grade") and not cell.get("solution"))
    return Job(assignment, notebook, public, hidden, points)


class Tool(ABC):
    """A grader. `students` says how many notebooks one run of it grades."""

    name: str

    def __init__(self, job: Job, folder: Path, students: int) -> None:
        self.job, self.folder, self.students = job, folder, students
        folder.mkdir(parents=True)
        self.set_up()

    @abstractmethod
    def set_up(self) -> None:
        """Do what is done once for an assignment, and hand in the class's notebooks."""

    @abstractmethod
    def run(self) -> Used:
        """Grade the whole class once, from nothing, and check that everyone got every point."""

    def _hand_in(self, folder: Path, notebook: nbformat.NotebookNode, student: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        notebook.metadata["copy"] = student
        nbformat.write(notebook, folder / self.job.assignment.notebook_name)
        self._ship(folder)

    def _ship(self, folder: Path) -> None:
        for name, content in self.job.assignment.shipped_contents().items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


class WrongScoreError(Exception):
    """A tool did not give the reference solution every point, so its time says nothing."""


class Nbgrader(Tool):
    """`nbgrader autograde` in a course folder."""

    name = "nbgrader autograde"

    def set_up(self) -> None:
        (self.folder / "nbgrader_config.py").write_text(NBGRADER_CONFIG)
        name = self.job.assignment.name
        source = self.folder / "source" / name
        source.mkdir(parents=True)
        nbformat.write(self._source(), source / self.job.assignment.notebook_name)
        self._ship(source)
        self._nbgrader("generate_assignment", name, "--create")
        released = self.folder / "release" / name / self.job.assignment.notebook_name
        if "HIDDEN TESTS" in released.read_text("utf-8"):
            raise WrongScoreError("nbgrader has left hidden tests in the release")
        answered = self._answered(nbformat.read(released, as_version=4))
        for student in range(self.students):
            self._hand_in(self.folder / "submitted" / f"student{student:03}" / name, answered, student)

    def run(self) -> Used:
        shutil.rmtree(self.folder / "autograded", ignore_errors=True)
        command = [str(BIN / "nbgrader"), "autograde", self.job.assignment.name, "--create", "--force"]
        used = measured(command, self.folder, QUIET)
        self._check_scores()
        return used

    def _source(self) -> nbformat.NotebookNode:
        notebook = nbformat.from_dict(self.job.notebook)
        notebook.cells = [cell for cell in notebook.cells if cell.id != "setup"]
        for cell in notebook.cells:
            metadata = cell.metadata.get("nbgrader", {})
            metadata.pop("checksum", None)
            if metadata.get("grade") and cell.cell_type == "code":
                cell.source = self._tests(cell.id.removeprefix("check-"))
            elif metadata.get("solution"):
                cell.source = f"### BEGIN SOLUTION\n{cell.source}\n### END SOLUTION"
        return notebook

    def _tests(self, question: str) -> str:
        parts = [as_statements(self.job.public[question])] if question in self.job.public else []
        if question in self.job.hidden:
            hidden = as_statements(self.job.hidden[question])
            parts.append(f"### BEGIN HIDDEN TESTS\n{hidden}\n### END HIDDEN TESTS")
        return "\n".join(parts)

    def _answered(self, released: nbformat.NotebookNode) -> nbformat.NotebookNode:
        """The released notebook with the reference's answers in it."""
        answers = {cell.id: cell.source for cell in self.job.notebook.cells}
        for cell in released.cells:
            if cell.metadata.get("nbgrader", {}).get("solution"):
                cell.source = answers[cell.metadata["nbgrader"]["grade_id"]]
        return released

    def _check_scores(self) -> None:
        with sqlite3.connect(self.folder / "gradebook.db") as database:
            query = "SELECT SUM(auto_score), COUNT(DISTINCT notebook_id) FROM grade"
            total, notebooks = database.execute(query).fetchone()
        if notebooks != self.students or abs(total - self.students * self.job.points) > 1e-6:
            raise WrongScoreError(f"nbgrader: {total} points for {notebooks} notebooks")

    def _nbgrader(self, *arguments: str) -> None:
        subprocess.run(
            [str(BIN / "nbgrader"), *arguments],
            cwd=self.folder,
            env={**os.environ, **QUIET},
            check=True,
            capture_output=True,
        )


class Otter(Tool):
    """`otter run` with an autograder's zip file, one submission after the other."""

    name = "otter run"

    def set_up(self) -> None:
        tests = self.folder / "tests"
        tests.mkdir()
        for question, text in self.job.public.items():
            (tests / f"{question}.py").write_text(text)
        for question, text in self.job.hidden.items():
            hidden = text.replace(f'name = "{question}"', f'name = "{question}_hidden"')
            (tests / f"{question}_hidden.py").write_text(
                hidden.replace("@test_case(", "@test_case(hidden=True, ")
            )
        self._ship(self.folder)
        shipped = list(self.job.assignment.shipped_contents())
        subprocess.run(
            [
                str(BIN / "otter"),
                "generate",
                "-t",
                "tests",
                "--no-requirements",
                "--no-environment",
                *shipped,
            ],
            cwd=self.folder,
            env={**os.environ, **QUIET},
            check=True,
            capture_output=True,
        )
        for student in range(self.students):
            self._hand_in(self.folder / f"student{student:03}", self.job.notebook, student)

    def run(self) -> Used:
        each = [self._run_one(self.folder / f"student{student:03}") for student in range(self.students)]
        return Used(
            sum(used.seconds for used in each),
            sum(used.cpu_seconds for used in each),
            max(used.memory_mb for used in each),
        )

    def _run_one(self, folder: Path) -> Used:
        (folder / "results.json").unlink(missing_ok=True)
        notebook = self.job.assignment.notebook_name
        command = [
            str(BIN / "otter"),
            "run",
            "-a",
            str(self.folder / "autograder.zip"),
            "--no-logo",
            notebook,
        ]
        used = measured(command, folder, QUIET)
        results = json.loads((folder / "results.json").read_text("utf-8"))
        score = sum(test.get("score", 0) for test in results["tests"])
        if abs(score - self.job.points) > 0.01:
            raise WrongScoreError(f"otter: {score} points: {json.dumps(results)[:2000]}")
        return used


class Ours(Tool):
    """`autograder grade` with as many slots as `jobs` says."""

    def __init__(self, job: Job, folder: Path, students: int, *, jobs: int, sandbox: str) -> None:
        self.jobs, self.sandbox = jobs, sandbox
        slots = "one slot" if jobs == 1 else f"{jobs} slots"
        self.name = f"autograder grade, {sandbox}, {slots}"
        super().__init__(job, folder, students)

    def set_up(self) -> None:
        self.submissions = self.folder / "submissions"
        for student in range(self.students):
            folder = self.submissions / f"student{student:03}"
            folder.mkdir(parents=True)
            self.job.notebook.metadata["copy"] = student
            nbformat.write(self.job.notebook, folder / self.job.assignment.notebook_name)

    def run(self) -> Used:
        out = self.folder / "out"
        shutil.rmtree(out, ignore_errors=True)
        course = self.job.assignment.path.parents[1]
        command = [
            *(str(BIN / "autograder"), "grade", self.job.assignment.name, str(self.submissions)),
            *(
                "--course",
                str(course),
                "--out",
                str(out),
                "--jobs",
                str(self.jobs),
                "--sandbox",
                self.sandbox,
            ),
        ]
        used = measured(command, self.folder, QUIET)
        scores = [
            json.loads(path.read_text("utf-8"))["score"] for path in sorted(out.glob("student*/report.json"))
        ]
        if len(scores) != self.students or any(abs(score - self.job.points) > 1e-6 for score in scores):
            raise WrongScoreError(f"autograder: {scores} of {self.job.points}")
        return used
