"""A small course made by `autograder new`, and two ways to run the command line on it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_course import NAME, PROGRAM, Class, Outcome

from autograder.build import build, new_assignment
from autograder.cli import main
from autograder.course import Course


@pytest.fixture(scope="session")
def built_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("course")
    folder = new_assignment(root, NAME)
    settings = folder / "assignment.toml"
    lines = settings.read_text().splitlines()
    due = "due = 2026-10-02T23:59:00"
    settings.write_text("\n".join(due if line.startswith("due") else line for line in lines) + "\n")
    course = folder.parent / "course.toml"
    course.write_text(course.read_text().replace('"UTC"', '"Europe/Oslo"'))
    build(Course.load(root), NAME)
    return root


@pytest.fixture
def classroom(built_course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Class:
    """A fresh copy of the course; it is the current folder."""
    root = tmp_path / "course"
    shutil.copytree(built_course, root)
    monkeypatch.chdir(root)
    return Class(root)


Run = Callable[..., Outcome]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line in this process."""

    def run(*arguments: object) -> Outcome:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return run


@pytest.fixture
def run_program() -> Run:
    """Run the installed program."""

    def run_program(*arguments: object, **environment: str) -> Outcome:
        done = subprocess.run(
            [PROGRAM, *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            env={**os.environ, **environment},
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    return run_program
