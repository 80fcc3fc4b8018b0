"""Which attacks run in which sandbox: those whose stopping it claims."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from autograder.sandbox import PROVIDERS

from bank import Attack, Group, attacks
from red_class import RedClass

Graded = Callable[[str, Group], RedClass]
GROUPS: tuple[Group, ...] = ("steady", "hasty", "keras")


def marks_of(sandbox: str, group: Group) -> list[pytest.MarkDecorator]:
    """Marks for tests of a class: slow is what waits for limits, and what needs no isolation."""
    is_slow = group != "steady" or sandbox == "process"
    return [*([pytest.mark.docker] if sandbox == "docker" else []), *([pytest.mark.slow] if is_slow else [])]


CLASSES = [
    pytest.param(sandbox, group, marks=marks_of(sandbox, group)) for sandbox in PROVIDERS for group in GROUPS
]


def attacks_in(sandbox: str, group: Group) -> list[Attack]:
    """The attacks of a group whose stopping a sandbox claims."""
    claims = PROVIDERS[sandbox].claims
    return [each for each in attacks() if each.outcome.group == group and each.outcome.claim in claims]
