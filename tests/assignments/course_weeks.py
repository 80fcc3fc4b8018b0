"""The weeks of this repository's course, and which of them a test takes with every change."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest

from autograder.course import Course

COURSE = Course.find(Path(__file__))
FIRST, *OTHERS = COURSE.assignment_names()


def weeks(*names: str, slow: Collection[str] = ()) -> pytest.MarkDecorator:
    """A test of each week in turn, slow for those in `slow`."""
    return pytest.mark.parametrize(
        "name", [pytest.param(name, marks=pytest.mark.slow) if name in slow else name for name in names]
    )


EVERY_WEEK = weeks(FIRST, *OTHERS)
ALL_BUT_THE_FIRST_ARE_SLOW = weeks(FIRST, *OTHERS, slow=OTHERS)
