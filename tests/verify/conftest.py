"""A small course in a temporary folder, which a test changes before it is proven."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.build import build, new_assignment
from autograder.course import Course
from autograder.mutants import MutantReport, try_mutants
from autograder.sandbox import SlotSpec, provider
from autograder.verify import Progress, Verification, verify

NAME = "w07_pooling"


class Week:
    """The scaffolded assignment w07_pooling, which a test changes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        new_assignment(root, NAME)
        self.folder = root / "assignments" / NAME

    @property
    def course(self) -> Course:
        return Course.load(self.root)

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {file}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def add_wrong(self, name: str, score: float, fails: str, question: str, code: str) -> None:
        header = f'# /// wrong\n# mistake = "A mistake."\n# score = {score}\n# fails = ["{fails}"]\n# ///\n'
        path = self.folder / "wrong" / f"{name}.py"
        path.write_text(f'{header}\n# %% question="{question}"\n{code}\n', encoding="utf-8")

    def add_right(self, name: str, question: str, code: str) -> None:
        path = self.folder / "right" / f"{name}.py"
        header = '# /// right\n# style = "Another style."\n# ///\n'
        path.write_text(f'{header}\n# %% question="{question}"\n{code}\n', encoding="utf-8")

    def record(self, question: str, original: str, mutated: str) -> None:
        """Add an entry to mutants.toml."""
        path = self.folder / "mutants.toml"
        entry = (
            f"[[equivalent]]\nquestion = '{question}'\noriginal = '''{original}'''\n"
            f"mutated = '''{mutated}'''\nreason = 'A reason.'\n\n"
        )
        path.write_text((path.read_text() if path.exists() else "") + entry, encoding="utf-8")

    def mutants(self, progress: Progress | None = None, *, sample: int | None = None) -> MutantReport:
        assignment = self.course.assignment(NAME)
        return try_mutants(
            assignment,
            provider("process"),
            SlotSpec.for_assignment(assignment),
            sample=sample,
            progress=progress or Progress(),
        )

    def verify(
        self,
        progress: Progress | None = None,
        *,
        stale: bool = False,
        sample: int | None = None,
        draws: int = 1,
        in_jupyter: bool = False,
    ) -> Verification:
        if not stale:
            build(self.course, NAME)
        assignment = self.course.assignment(NAME)
        spec = SlotSpec.for_assignment(assignment)
        return verify(
            self.course,
            assignment,
            provider("process"),
            spec,
            sample=sample,
            draws=draws,
            in_jupyter=in_jupyter,
            progress=progress or Progress(),
        )


@pytest.fixture
def week(tmp_path: Path) -> Week:
    return Week(tmp_path)
