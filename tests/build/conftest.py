"""A small course in a temporary folder, which each test changes as it needs."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from autograder.build import BuildResult, build, new_assignment
from autograder.course import Assignment, Course

NAME = "w07_pooling"


@dataclass
class Week:
    """The scaffolded assignment w07_pooling: q1 `output_size`, q2 `max_pool`, 8 points."""

    root: Path

    @property
    def folder(self) -> Path:
        return self.root / "assignments" / NAME

    @property
    def course(self) -> Course:
        return Course.load(self.root)

    @property
    def assignment(self) -> Assignment:
        return self.course.assignment(NAME)

    @property
    def release(self) -> Path:
        return self.root / "release" / NAME

    @property
    def solution(self) -> Path:
        return self.root / "solutions" / NAME

    def write(self, file: str, text: str) -> None:
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def append(self, file: str, text: str) -> None:
        self.write(file, (self.folder / file).read_text(encoding="utf-8") + text)

    def edit(self, file: str, old: str, new: str) -> None:
        text = (self.folder / file).read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {file}"
        self.write(file, text.replace(old, new, 1))

    def build(self) -> BuildResult:
        return build(self.course, NAME)


@pytest.fixture
def week(tmp_path: Path) -> Week:
    new_assignment(tmp_path, NAME)
    return Week(tmp_path.resolve())
