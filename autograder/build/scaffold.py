"""Starts a new week: a small assignment that builds and verifies at once, to be changed into a real one."""

from __future__ import annotations

import re
import shutil
import tempfile
from datetime import date, datetime, time, timedelta
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from autograder.course import ASSIGNMENT_PATTERN
from autograder.errors import BuildError

DAYS_UNTIL_DUE = 14


def new_assignment(root: Path, name: str, *, today: date | None = None) -> Path:
    """Make `root/assignments/<name>/`, and `root/assignments/course.toml` if `root` is no course yet.

    Args:
        root: the course's folder; it is made when it does not exist.
        name: such as `w07_batch_norm`.
        today: the day that the due time, 14 days later, is counted from.

    Returns:
        The new folder.

    Raises:
        BuildError: the name is not one for an assignment, or is taken; nothing is written.
    """
    folder = root / "assignments" / name
    if not re.fullmatch(ASSIGNMENT_PATTERN, name):
        raise BuildError(
            root / "assignments",
            f"{name!r} is not a name for an assignment",
            remedy="Use w, two digits, and a name in small letters: w07_batch_norm.",
        )
    if folder.exists():
        raise BuildError(folder, "exists already", remedy="Choose another name, or remove it first.")
    due = datetime.combine((today or date.today()) + timedelta(days=DAYS_UNTIL_DUE), time(23, 59))
    values = {"{{title}}": _title(name), "{{due}}": due.isoformat()}
    templates = resources.files("autograder.build") / "templates"
    folder.parent.mkdir(parents=True, exist_ok=True)
    course = folder.parent / "course.toml"
    if not course.exists():
        course.write_text((templates / "course.toml").read_text("utf-8"), encoding="utf-8", newline="\n")
    with tempfile.TemporaryDirectory(prefix=".new-", dir=folder.parent) as scratch:
        _fill(templates / "week", Path(scratch) / "week", values)
        shutil.move(Path(scratch) / "week", folder)
    return folder


def _title(name: str) -> str:
    """Return `Week 7: Batch norm` for w07_batch_norm."""
    week, _, words = name.partition("_")
    return f"Week {int(week[1:])}: {words.replace('_', ' ').capitalize()}"


def _fill(template: Traversable, target: Path, values: dict[str, str]) -> None:
    if template.is_dir():
        target.mkdir()
        for entry in template.iterdir():
            _fill(entry, target / entry.name.removesuffix(".txt"), values)
        return
    text = template.read_text("utf-8")
    for placeholder, value in values.items():
        text = text.replace(placeholder, value)
    target.write_text(text, encoding="utf-8", newline="\n")
