"""Writes an assignment's release (for students) and its solution (for instructors), all or nothing.

Both folders are made beside their targets, searched for leaks, and only then swapped in, so that a folder is
never half old and half new. Building twice gives the same bytes.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.build.guard import refuse_leaks
from autograder.build.howto import howto
from autograder.build.otter_tests import otter_tests
from autograder.build.pipeline import collected, points_by_question, reference_notebook, stub_notebook
from autograder.build.source import read_source, role_of
from autograder.course import Assignment, Course
from autograder.errors import BuildError, StaleBuildError
from autograder.report import TestInfo

OTTER_REQUIREMENT = "otter-grader>=6,<8"
NEVER_SHIPPED = ("wrong", "right", "mutants.toml")
DEBRIS = frozenset(["__pycache__", ".ipynb_checkpoints", ".DS_Store"])


@dataclass(frozen=True)
class BuildResult:
    """What was written. `files` are relative to the course's root."""

    assignment: str
    release: Path
    solution: Path
    files: tuple[str, ...]
    points: float


def build(course: Course, name: str) -> BuildResult:
    """Write `release/<name>/` and `solutions/<name>/`.

    Raises:
        BuildError: the source or a test is wrong, or the release would give something away.
            Nothing is written then.
        ConfigurationError: assignment.toml is wrong.
    """
    assignment = course.assignment(name)
    tests = collected(assignment, None)
    release, solution = course.release / name, course.solutions / name
    with _beside(release) as new_release, _beside(solution) as new_solution:
        _write_both(assignment, tests, new_release, new_solution)
        _swap(new_release, release)
        _swap(new_solution, solution)
    files = [*_files(release).values(), *_files(solution).values()]
    return BuildResult(
        assignment=name,
        release=release,
        solution=solution,
        files=tuple(path.relative_to(course.root).as_posix() for path in files),
        points=sum(points_by_question(assignment, tests).values()),
    )


def check(course: Course, name: str) -> None:
    """Compare what is in `release/<name>/` and `solutions/<name>/` with what would be built.

    Raises:
        StaleBuildError: they differ; it names the files.
        BuildError: as `build`.
    """
    assignment = course.assignment(name)
    with tempfile.TemporaryDirectory() as scratch:
        new = {
            course.release / name: Path(scratch) / "release",
            course.solutions / name: Path(scratch) / "sol",
        }
        _write_both(assignment, collected(assignment, None), *new.values())
        differing = [
            f"{(target / path).relative_to(course.root).as_posix()} ({how})"
            for target, fresh in new.items()
            for path, how in _differences(target, fresh)
        ]
    if differing:
        raise StaleBuildError(
            f"{name}: {len(differing)} built file(s) are not what the sources give: {', '.join(differing)}",
            remedy=f"Run `autograder build {name}` and commit the result.",
        )


def _write_both(assignment: Assignment, tests: Sequence[TestInfo], release: Path, solution: Path) -> None:
    checks = otter_tests(assignment, tests)
    _check_every_check_has_tests(assignment, checks)
    shipped = _shipped(assignment)
    for folder, make in ((release, stub_notebook), (solution, reference_notebook)):
        _write_common(folder, assignment, make(assignment, tests), checks, shipped)
    _write(release / "requirements.txt", "".join(f"{line}\n" for line in _requirements(assignment)))
    _write(release / "README.md", howto(assignment, tests))
    refuse_leaks(assignment, release)


def _write_common(
    folder: Path,
    assignment: Assignment,
    notebook: NotebookNode,
    checks: dict[str, str],
    shipped: dict[str, Path],
) -> None:
    _write(folder / assignment.notebook_name, nbformat.writes(notebook) + "\n")
    for question, text in checks.items():
        _write(folder / "tests" / f"{question}.py", text)
    for name, path in shipped.items():
        target = folder / name
        if target.exists() or name in ("requirements.txt", "README.md"):
            raise BuildError(
                assignment.path / "assignment.toml",
                f"{name} would replace a file that the builder writes",
                field="files",
                remedy="Give it another name.",
            )
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())


def _check_every_check_has_tests(assignment: Assignment, checks: dict[str, str]) -> None:
    for cell in read_source(assignment).cells:
        role = role_of(cell)
        if role.kind == "check" and role.question not in checks:
            raise BuildError(
                assignment.public_tests,
                f"there is no test of {role.question}, so its check cell would have nothing to say",
                remedy=f'Write one with @pytest.mark.question("{role.question}").',
            )


def _shipped(assignment: Assignment) -> dict[str, Path]:
    """Return the files that ship, by their path in the release."""
    root = assignment.path.resolve()
    private = {assignment.source, assignment.hidden_tests, assignment.path / "assignment.toml"}
    found: dict[str, Path] = {}
    for path in assignment.shipped_files():
        real = path.resolve()
        if not real.is_relative_to(root):
            raise _not_shippable(assignment, path, "lies outside the assignment's folder")
        name = real.relative_to(root)
        if DEBRIS & set(name.parts):
            continue
        if real in {p.resolve() for p in private} or name.parts[0] in NEVER_SHIPPED:
            raise _not_shippable(assignment, path, "is not for students")
        found[path.relative_to(assignment.path).as_posix()] = path
    return found


def _not_shippable(assignment: Assignment, path: Path, problem: str) -> BuildError:
    return BuildError(
        assignment.path / "assignment.toml",
        f"{path.name} {problem}",
        field="files",
        remedy="Make the patterns narrower.",
    )


def _requirements(assignment: Assignment) -> list[str]:
    return [*assignment.settings.packages, OTTER_REQUIREMENT]


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


@contextlib.contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A temporary folder on the file system of `target`; what an interrupted build left there goes too."""
    target.parent.mkdir(parents=True, exist_ok=True)
    for left_over in target.parent.glob(f".{target.name}-*"):
        shutil.rmtree(left_over)
    scratch = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        yield scratch / "new"
    finally:
        shutil.rmtree(scratch)


def _swap(new: Path, target: Path) -> None:
    if target.exists():
        target.rename(new.parent / "old")
    new.rename(target)


def _files(folder: Path) -> dict[str, Path]:
    return {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not DEBRIS & set(path.relative_to(folder).parts)
    }


def _differences(target: Path, fresh: Path) -> Iterator[tuple[str, str]]:
    old, new = _files(target), _files(fresh)
    for name in sorted(old.keys() | new.keys()):
        if name not in old:
            yield name, "missing"
        elif name not in new:
            yield name, "left over"
        elif old[name].read_bytes() != new[name].read_bytes():
            yield name, "changed"
