"""Which attacks run in which sandbox: those whose stopping it claims."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from autograder.sandbox import PROVIDERS

from bank import Attack, Group, attacks
from red_class import RedClass

Graded = Callable[[str, Group], RedClass]
SANDBOXES = [pytest.param("docker", marks=pytest.mark.docker), "bubblewrap", "process"]
GROUPS = [pytest.param("steady"), pytest.param("hasty"), pytest.param("keras", marks=pytest.mark.slow)]


def attacks_in(sandbox: str, group: Group) -> list[Attack]:
    """The attacks of a group whose stopping a sandbox claims."""
    claims = PROVIDERS[sandbox].claims
    return [each for each in attacks() if each.outcome.group == group and each.outcome.claim in claims]
