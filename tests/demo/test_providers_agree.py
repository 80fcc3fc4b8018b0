"""The same submissions get the same reports in every sandbox, times aside."""

import pytest
from simulated_class import GradedClass, comparable

from autograder.sandbox import PROVIDERS


@pytest.fixture(params=[pytest.param("docker", marks=pytest.mark.docker), "bubblewrap", "process"])
def other(request: pytest.FixtureRequest, graded: GradedClass) -> GradedClass:
    """The same class, graded in another sandbox than the best."""
    name = request.param
    if name == graded.sandbox:
        return graded
    if name == "docker":
        request.getfixturevalue("grading_image")
    why = PROVIDERS[name]().why_unavailable()
    if why:
        pytest.skip(f"NOT TESTED WITH {name.upper()}: {why}")
    return graded.of.grade(name)


def test_every_sandbox_gives_the_same_24_reports(graded, other):
    for expected in graded.of.expected:
        came = comparable(other.reports[expected.student])
        assert came == comparable(graded.reports[expected.student]), f"{other.sandbox}: {expected.story}"
    assert other.reports.keys() == graded.reports.keys()
