"""The same submissions get the same reports in every sandbox, times aside."""

import pytest
from simulated_class import GradedClass, comparable

from autograder.sandbox import Sandbox


@pytest.fixture
def other(each_sandbox: Sandbox, graded: GradedClass) -> GradedClass:
    """The same class, graded in another sandbox than the best."""
    return graded if each_sandbox.name == graded.sandbox else graded.of.grade(each_sandbox.name)


@pytest.mark.slow
def test_every_sandbox_gives_the_same_24_reports(graded, other):
    for expected in graded.of.expected:
        came = comparable(other.reports[expected.student])
        assert came == comparable(graded.reports[expected.student]), f"{other.sandbox}: {expected.story}"
    assert other.reports.keys() == graded.reports.keys()
