"""From what an author writes to what students and instructors get.

`source` reads a notebook, `pipeline` turns it into the notebooks that people open, `otter_tests` writes the
public tests for students' Jupyter, `release` the folders, and `guard` refuses what would give answers away.
"""

from autograder.build.pipeline import reference_notebook, stub_notebook
from autograder.build.release import BuildResult, build, check
from autograder.build.scaffold import new_assignment
from autograder.build.wrong import Wrong, load_wrong, wrong_notebook

__all__ = [
    "BuildResult",
    "Wrong",
    "build",
    "check",
    "load_wrong",
    "new_assignment",
    "reference_notebook",
    "stub_notebook",
    "wrong_notebook",
]
