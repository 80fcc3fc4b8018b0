"""Eight students in every week of the course: everybody gets exactly what they should."""

import subprocess
from pathlib import Path

import pytest
from simulated_class import PROGRAMS, REPOSITORY

from autograder.course import Course
from autograder.demo import copy_course, eight_students, hand_in
from autograder.results import read_reports
from autograder.sandbox import Sandbox

WEEKS = Course.load(REPOSITORY).assignment_names()


@pytest.mark.slow
@pytest.mark.parametrize("week", WEEKS)
def test_the_eight_results_are_exactly_the_expected_ones(week: str, best_sandbox: Sandbox, tmp_path: Path):
    course = copy_course(Course.load(REPOSITORY), tmp_path, [week])
    expected = hand_in(course, week, eight_students(course.assignment(week)), tmp_path / "submissions")
    command = [PROGRAMS / "autograder", "--course", course.root, "grade", week, tmp_path / "submissions"]
    command += ["--out", tmp_path / "out", "--sandbox", best_sandbox.name]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    came = {
        report.student: (report.score, report.final_score, report.deadline.status, report.approved)
        for report in read_reports(tmp_path / "out")
    }
    assert came == {
        each.student: (each.score, each.final_score, each.status, each.approved) for each in expected
    }
