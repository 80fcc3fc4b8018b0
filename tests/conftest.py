"""What tests of several parts share: the container engine, the grading image, how properties are tested.

A test that needs one of them is marked `docker`. Without it the test is skipped with the reason, or fails
when REQUIRE_DOCKER=1, so that continuous integration can never pass without having looked.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from docker import DockerClient
from hypothesis import HealthCheck, settings

from autograder import engine
from autograder.course import Course
from autograder.errors import SandboxUnavailableError
from autograder.image import ImageInfo, build_image, find_image
from autograder.image.build import image_name
from autograder.sandbox import Sandbox, best_available, provider

REPOSITORY = Path(__file__).resolve().parent.parent

# Other work may share the machine, so no example of a property has a time limit. The examples are the same
# in every run: what a change has broken is told from what chance has found.
settings.register_profile(
    "repeatable", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("repeatable")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say once, not once for each test, what was not tested here and why."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(str(report.longrepr[2]).removeprefix("Skipped: ") for report in skipped)
    if reasons:
        terminalreporter.section("tests that were skipped, and why")
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"{count:5}  " + reason.replace("\n", "\n" + 7 * " "))


@pytest.fixture(scope="session")
def docker_engine() -> DockerClient:
    """The container engine of this machine."""
    try:
        return engine.connect()
    except SandboxUnavailableError as error:
        _unavailable(str(error))


@pytest.fixture(scope="session")
def grading_image(docker_engine: DockerClient) -> ImageInfo:
    """The CPU image of this repository's course, with the worker as it is now.

    An image that is out of date is built again from the same base; after a change to the worker that
    takes seconds, because the packages come from the engine's cache. Of several test processes one builds.
    """
    course = Course.load(REPOSITORY)
    with _alone(Path(tempfile.gettempdir()) / f"cnn-autograder-image-{os.getuid()}.lock"):
        image = find_image(course, client=docker_engine)
        if image is None:
            _unavailable("the grading image has not been built; build it with `autograder image`")
        if not image.up_to_date:
            image = build_image(course, base=image.base, network="host")
        return image


@pytest.fixture(scope="session")
def best_sandbox(request: pytest.FixtureRequest) -> Sandbox:
    """The strongest sandbox of this machine, its image up to date; `docker` where that is required."""
    image = image_name(Course.load(REPOSITORY), "cpu")
    if os.environ.get("REQUIRE_DOCKER") == "1" or best_available(image).name == "docker":
        request.getfixturevalue("grading_image")
        return provider("docker")
    return best_available(image)


@pytest.fixture(params=[pytest.param("docker", marks=pytest.mark.docker), "bubblewrap", "process"])
def each_sandbox(request: pytest.FixtureRequest) -> Sandbox:
    """Each of the three sandboxes in turn; bubblewrap must be there when REQUIRE_BUBBLEWRAP=1."""
    name = request.param
    if name == "docker":
        request.getfixturevalue("grading_image")
    sandbox = provider(name)
    if why := sandbox.why_unavailable():
        if os.environ.get(f"REQUIRE_{name.upper()}") == "1":
            pytest.fail(f"REQUIRE_{name.upper()}=1, but {why}", pytrace=False)
        pytest.skip(f"NOT TESTED WITH {name.upper()}: {why}")
    return sandbox


@contextlib.contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Wait until no other process holds `lock`."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _unavailable(reason: str) -> NoReturn:
    if os.environ.get("REQUIRE_DOCKER") == "1":
        pytest.fail(f"REQUIRE_DOCKER=1, but {reason}", pytrace=False)
    pytest.skip(f"NOT TESTED WITH DOCKER: {reason}")
