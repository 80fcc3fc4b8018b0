"""The class that tests of grading start from."""

from pathlib import Path

import pytest
from classroom import Classroom, new_classroom


@pytest.fixture
def classroom(tmp_path: Path) -> Classroom:
    """A course of one week, in which nobody has handed in anything yet."""
    return new_classroom(tmp_path)
