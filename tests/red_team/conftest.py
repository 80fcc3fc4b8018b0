"""Grades the class of attackers once for each sandbox; every test then looks at the results."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path
from secrets import token_hex

import pytest
from autograder.course import Course
from autograder.sandbox import PROVIDERS

from bank import Group
from red_class import RedClass, Secrets, honest_students
from red_sandboxes import GROUPS, Graded, attacks_in

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.append(str(REPOSITORY / "tests" / "results"))  # for parsed_page
collect_ignore = ["course", "notebooks", "parts"]


@cache
def _packages() -> tuple[str, ...]:
    """What the assignments of this repository need: their image is up to date for the bait, too."""
    return tuple(
        sorted({each for week in Course.load(REPOSITORY).assignments() for each in week.settings.packages})
    )


@pytest.fixture(scope="session")
def secrets() -> Secrets:
    """What nobody may come to know, the same in all classes."""
    return Secrets.new()


@pytest.fixture(scope="session")
def seed() -> str:
    """The courses' own secret: all classes draw the same random inputs."""
    return token_hex(32)


@pytest.fixture(scope="session")
def graded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, secrets: Secrets, seed: str
) -> Graded:
    """Gives the class of a group of attacks, graded in a sandbox; each is graded once."""
    classes: dict[tuple[str, Group], RedClass] = {}

    def graded(sandbox: str, group: Group) -> RedClass:
        if (sandbox, group) not in classes:
            _require(sandbox, request)
            folder = tmp_path_factory.mktemp(f"red-{sandbox}") / "red"
            folder.mkdir()
            red_class = RedClass(folder, _packages(), group, secrets, seed)
            red_class.hand_in(attacks_in(sandbox, group))
            red_class.grade(sandbox)
            classes[sandbox, group] = red_class
        return classes[sandbox, group]

    return graded


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, secrets: Secrets, seed: str) -> RedClass:
    """The honest students of all classes, graded by themselves."""
    folder = tmp_path_factory.mktemp("undisturbed") / "red"
    folder.mkdir()
    calm = RedClass(folder, _packages(), "steady", secrets, seed)
    sizes = {len(attacks_in(sandbox, group)) for sandbox in PROVIDERS for group in GROUPS}
    for student in sorted({student for size in sizes for student in honest_students(size)}):
        calm.hand_in_honest(student)
    calm.grade("process")
    assert calm.code == 0, calm.told
    return calm


def _require(sandbox: str, request: pytest.FixtureRequest) -> None:
    if sandbox == "docker":
        request.getfixturevalue("grading_image")
    elif why := PROVIDERS[sandbox]().why_unavailable():
        if os.environ.get(f"REQUIRE_{sandbox.upper()}") == "1":
            pytest.fail(f"REQUIRE_{sandbox.upper()}=1, but {why}", pytrace=False)
        pytest.skip(f"NOT TESTED WITH {sandbox.upper()}: {why}")
