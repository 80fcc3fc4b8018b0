"""Honest students get what their answers deserve, whatever they or their tools did to the file."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from students import CLASS, Honest

from autograder.build import reference_notebook
from autograder.course import Assignment, Course
from autograder.demo import FIRST_WEEK, copy_course
from autograder.examiner import collect
from autograder.receipts import MANIFEST
from autograder.report import Report
from autograder.results import read_reports
from autograder.sandbox import Sandbox

REPOSITORY = Path(__file__).resolve().parents[2]
PROGRAM = Path(sys.executable).parent / "autograder"
IDS = {story: f"student{number:02}" for number, story in enumerate(CLASS)}


@dataclass(frozen=True)
class Graded:
    """The class after grading."""

    assignment: Assignment
    out: Path
    reports: dict[str, Report]

    def of(self, story: str) -> Report:
        return self.reports[IDS[story]]

    def page(self, story: str) -> str:
        return (self.out / IDS[story] / "feedback.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory, best_sandbox: Sandbox) -> Graded:
    """The class of the first week, graded once by the command line, in this machine's strongest sandbox."""
    folder = tmp_path_factory.mktemp("honest")
    course = copy_course(Course.load(REPOSITORY), folder, [FIRST_WEEK])
    give_time(course)
    assignment = course.assignment(FIRST_WEEK)
    hand_in(assignment, folder / "submissions")
    out = folder / "out"
    command = [PROGRAM, "--course", course.root, "grade", FIRST_WEEK, folder / "submissions", "--out", out]
    command += ["--sandbox", best_sandbox.name]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return Graded(assignment, out, {report.student: report for report in read_reports(out)})


def give_time(course: Course) -> None:
    """Four times the time of the real course: what is looked at here is not how busy this machine is."""
    settings = course.assignment(FIRST_WEEK).path / "assignment.toml"
    text = settings.read_text(encoding="utf-8")
    for old, new in (("run_seconds = 60", "run_seconds = 240"), ("call_seconds = 5", "call_seconds = 20")):
        assert old in text
        text = text.replace(old, new)
    settings.write_text(text, encoding="utf-8")


def hand_in(assignment: Assignment, submissions: Path) -> None:
    """Write what each student hands in, with receipts for all of it."""
    reference = reference_notebook(assignment, collect(assignment))
    receipts = []
    for story, honest in CLASS.items():
        for name, content in files_of(honest, honest.content(reference)):
            path = submissions / IDS[story] / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            receipts.append(
                {
                    "student": IDS[story],
                    "sha256": hashlib.sha256(content).hexdigest(),
                    "received_at": (assignment.due - timedelta(hours=1)).isoformat(),
                }
            )
    (submissions / MANIFEST).write_text("".join(json.dumps(receipt) + "\n" for receipt in receipts))


def files_of(honest: Honest, notebook: bytes) -> Iterator[tuple[str, bytes]]:
    yield honest.file, notebook
    yield from honest.beside.items()


@pytest.mark.parametrize("story", CLASS)
def test_an_honest_student_gets_the_points_that_the_answers_deserve(graded: Graded, story: str) -> None:
    report = graded.of(story)
    lost = {test.question for test in report.tests if test.outcome != "passed"}
    assert lost == set(CLASS[story].lost), [test for test in report.tests if test.outcome != "passed"]
    assert report.run.status == "completed", report.run.message
    assert (report.deadline.status, report.approved, report.flags) == ("on_time", True, ())


@pytest.mark.parametrize("story", CLASS)
def test_the_report_notes_what_was_repaired_and_nothing_else(graded: Graded, story: str) -> None:
    notes, patterns = graded.of(story).notes, CLASS[story].notes
    assert len(notes) == len(patterns), notes
    for note, pattern in zip(notes, patterns, strict=True):
        assert re.fullmatch(pattern, note)


@pytest.mark.parametrize("story", [story for story in CLASS if CLASS[story].failed or CLASS[story].shown])
def test_a_cell_that_failed_is_named(graded: Graded, story: str) -> None:
    assert len(graded.of(story).run.cells_failed) == CLASS[story].failed
    assert CLASS[story].shown in graded.page(story)
    assert graded.page(story).count("raised an error") >= CLASS[story].failed
