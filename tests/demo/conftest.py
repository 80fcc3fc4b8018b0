"""The simulated class, graded once for all tests that look at its results."""

import pytest
from simulated_class import GradedClass, SimulatedClass, new_class

from autograder.sandbox import Sandbox


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> SimulatedClass:
    return new_class(tmp_path_factory.mktemp("demo") / "class")


@pytest.fixture(scope="session")
def graded(simulated: SimulatedClass, best_sandbox: Sandbox) -> GradedClass:
    """The class, graded on the best sandbox of this machine."""
    return simulated.grade(best_sandbox.name)
