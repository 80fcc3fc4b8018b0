"""A course of one small assignment, which the scaffold gives: NumPy, two questions, no pictures.

What grading it costs is what a grader costs, and not the notebook.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from autograder.build import build, new_assignment
from autograder.course import Course

NAME = "w07_pooling"


def small_course(root: Path) -> Course:
    """Make the course in the folder `root`, which may be missing, and build its release."""
    root.mkdir(parents=True, exist_ok=True)
    new_assignment(root, NAME, today=date(2026, 9, 1))
    course = Course.load(root)
    build(course, NAME)
    return course
