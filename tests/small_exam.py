"""An assignment of a few lines, written into a temporary folder, and its examination of a few notebooks."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path

from autograder.course import Assignment, Course
from autograder.examiner import Candidate, Examined, StudentNotebook, examine
from autograder.sandbox import Slot

NAME = "w01_small"
PREAMBLE = (
    'import numpy as np\nimport pytest\npytestmark = [pytest.mark.question("q1"), pytest.mark.points(1)]\n'
)


def small_assignment(
    root: Path, provides: Sequence[str], *, public: str = "", hidden: str = ""
) -> Assignment:
    """Write an assignment with one question. The tests get the imports and markers that all tests need."""
    folder = root / "assignments" / NAME
    folder.mkdir(parents=True)
    (root / "assignments" / "course.toml").write_text('name = "Small"\n')
    names = ", ".join(f'"{name}"' for name in provides)
    (folder / "assignment.toml").write_text(
        'title = "Small"\ndue = 2026-10-02T23:59:00\n\n'
        f'[[questions]]\nid = "q1"\ntitle = "One"\nprovides = [{names}]\n'
    )
    (folder / "test_public.py").write_text(PREAMBLE + textwrap.dedent(public))
    (folder / "test_hidden.py").write_text(PREAMBLE + textwrap.dedent(hidden))
    return Course.load(root).assignment(NAME)


def examine_notebooks(
    assignment: Assignment, slot: Slot, notebooks: Mapping[str, Sequence[str]], *, seed: bytes = b"seed"
) -> dict[str, Examined]:
    """Examine notebooks, given as their code cells, one after the other in one session; results by name."""
    results: dict[str, Examined] = {}
    candidates = (
        Candidate(name, StudentNotebook(slot, [textwrap.dedent(cell) for cell in cells], {}, seed=1), seed)
        for name, cells in notebooks.items()
    )
    examine(assignment, candidates, lambda examined: results.__setitem__(examined.name, examined))
    return results
