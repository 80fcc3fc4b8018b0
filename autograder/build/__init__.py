"""From what an author writes to what students and instructors get.

`source` reads a notebook, `pipeline` turns it into the notebooks that people open, `otter_tests` writes the
public tests for students' Jupyter, `release` the folders, and `guard` refuses what would give answers away.
"""

from autograder.build.pipeline import reference_notebook, stub_notebook
from autograder.build.release import BuildResult, build, check
from autograder.build.scaffold import new_assignment
from autograder.build.variants import Right, Wrong, load_right, load_wrong, variant_notebook

__all__ = [
    "BuildResult",
    "Right",
    "Wrong",
    "build",
    "check",
    "load_right",
    "load_wrong",
    "new_assignment",
    "reference_notebook",
    "stub_notebook",
    "variant_notebook",
]
