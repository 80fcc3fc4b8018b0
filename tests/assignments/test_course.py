"""Every assignment of the course keeps what it promises: `autograder verify`."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from course_weeks import COURSE, EVERY_WEEK, FIRST, OTHERS, weeks

from autograder.course import Limits
from autograder.image.build import image_name
from autograder.sandbox import Sandbox, SlotSpec
from autograder.verify import verify

SAMPLE = 2
DRAWS = 3
TAKE_LONG = ("w02_parameter_counts", "w04_fine_tune_vgg16", "w05_unet", "w06_grad_cam")
PATIENCE = 4  # other tests share the machine; what a submission may take is measured by `bench.py --weeks`


def patient(limits: Limits) -> Limits:
    seconds = ("run_seconds", "call_seconds", "total_seconds")
    return limits.model_copy(update={name: PATIENCE * getattr(limits, name) for name in seconds})


def problems(
    name: str, sandbox: Sandbox, sample: int | None = None, draws: int = 1, in_jupyter: bool = True
) -> list[str]:
    assignment = COURSE.assignment(name)
    spec = SlotSpec.for_assignment(assignment, image_name(COURSE, "cpu"))
    spec = replace(spec, limits=patient(spec.limits))
    jobs = os.cpu_count() or 1
    verification = verify(
        COURSE, assignment, sandbox, spec, jobs=jobs, sample=sample, draws=draws, in_jupyter=in_jupyter
    )
    found = [f"{each.name}: {problem}" for each in verification.variants for problem in each.problems]
    assert verification.ok == (not found and not verification.problems)
    return [*verification.problems, *found]


def test_a_sample_of_the_first_week_gets_what_it_should(best_sandbox):
    """All its wrong solutions are in the simulated class of 24, whose scores `tests/demo` compares."""
    assert problems(FIRST, best_sandbox, SAMPLE, in_jupyter=False) == []


@weeks(*OTHERS, slow=TAKE_LONG)
def test_the_reference_and_the_stub_get_what_they_should(name, best_sandbox):
    assert problems(name, best_sandbox, 0, in_jupyter=False) == []


@pytest.mark.slow
@EVERY_WEEK
def test_every_solution_gets_what_it_should_in_every_sandbox(name, each_sandbox, best_sandbox):
    """So the three agree on every reference, right and wrong solution.

    Jupyter is asked with the best one, where they also get what they should with other random inputs.
    """
    best = each_sandbox.name == best_sandbox.name
    assert problems(name, each_sandbox, draws=DRAWS if best else 1, in_jupyter=best) == []


@EVERY_WEEK
def test_there_are_enough_questions_points_mistakes_and_styles(name):
    assignment = COURSE.assignment(name)
    assert len(assignment.settings.questions) >= 5
    assert len(list((assignment.path / "wrong").glob("*.py"))) >= 10
    assert len(list((assignment.path / "right").glob("*.py"))) >= 3
