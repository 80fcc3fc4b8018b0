"""A test notices every change of every reference that is not recorded as meaning the same."""

from __future__ import annotations

import os

import pytest
from course_weeks import COURSE, EVERY_WEEK

from autograder.image.build import image_name
from autograder.mutants import try_mutants
from autograder.sandbox import SlotSpec


@pytest.mark.slow
@EVERY_WEEK
def test_every_mutant_is_killed_or_recorded(name, best_sandbox):
    assignment = COURSE.assignment(name)
    spec = SlotSpec.for_assignment(assignment, image_name(COURSE, "cpu"))
    report = try_mutants(assignment, best_sandbox, spec, jobs=os.cpu_count() or 1)
    assert (report.survivors, report.untrue) == ((), ())
    assert report.share >= 0.95
