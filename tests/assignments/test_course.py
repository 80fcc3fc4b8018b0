"""Every assignment of the course keeps what it promises: `autograder verify`, on the best sandbox here."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from autograder.course import Course
from autograder.image.build import image_name
from autograder.sandbox import SlotSpec
from autograder.verify import verify

COURSE = Course.find(Path(__file__))


@pytest.mark.parametrize("name", COURSE.assignment_names())
def test_the_reference_gets_everything_the_stub_nothing_and_each_mistake_what_it_should(name, best_sandbox):
    assignment = COURSE.assignment(name)
    spec = SlotSpec(assignment.settings.preload, assignment.limits, image_name(COURSE, "cpu"))
    verification = verify(COURSE, assignment, best_sandbox, spec, jobs=os.cpu_count() or 1)
    problems = [f"{each.name}: {problem}" for each in verification.variants for problem in each.problems]
    assert [*verification.problems, *problems] == []
    assert verification.ok


@pytest.mark.parametrize("name", COURSE.assignment_names())
def test_there_are_enough_questions_points_and_mistakes(name):
    assignment = COURSE.assignment(name)
    assert len(assignment.settings.questions) >= 5
    assert len(list((assignment.path / "wrong").glob("*.py"))) >= 10
