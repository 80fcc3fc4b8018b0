"""Which pages were made from what: a page is made again only when something that it shows has changed.

OUT/.made.json keeps, for each such file, a digest of what it was made from, and the file's own size and time:
one that somebody has edited is made again, too. It may be deleted at any time.
"""

from __future__ import annotations

import hashlib
import json
import os
from functools import cache
from importlib import metadata
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from autograder.report import Report
from autograder.results.store import EXECUTED, student_folder, write_atomically

MADE = ".made.json"
RENDERERS = ("jinja2", "latex2mathml", "mistune", "nbconvert", "nbformat", "nh3", "pygments")


class Made:
    """What was made in OUT. Use it as a context manager: it is kept when the block ends, however it ends."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._path = out / MADE
        self._known = _read(self._path)
        self._changed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._changed:
            os.sync()  # what was made did not wait for the disk, and is to be there before we say so
            write_atomically(self._path, (json.dumps(self._known, sort_keys=True, indent=0) + "\n").encode())

    def is_current(self, path: Path, source: str) -> bool:
        """Whether the file at `path` is the one that was made from `source`, untouched since."""
        known = self._known.get(self._name(path))
        return known is not None and known == [source, *_traits(path)]

    def note(self, path: Path, source: str) -> None:
        """The file at `path` has just been made from `source`."""
        self._known[self._name(path)] = [source, *_traits(path)]
        self._changed = True

    def _name(self, path: Path) -> str:
        return path.relative_to(self._out).as_posix()


def source_of(out: Path, report: Report, *more: str) -> str:
    """Digest of what pages on a student are made from: report, notebook as it ran, `more`, our code."""
    digest = hashlib.sha256(code_digest().encode())
    for part in (report.model_dump_json(), *more):
        digest.update(part.encode("utf-8", "replace") + b"\0")
    digest.update(_content_digest(student_folder(out, report.student) / EXECUTED))
    return digest.hexdigest()


def folder_digest(folder: Path) -> str:
    """Digest of a folder's files, names and contents, without what Python compiles there."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + _content_digest(path))
    return digest.hexdigest()


@cache
def code_digest() -> str:
    """Digest of the code and the packages that make pages."""
    versions = [f"{name}={_version(name)}" for name in RENDERERS]
    return hashlib.sha256("\0".join([folder_digest(_CODE), *versions]).encode()).hexdigest()


_CODE = Path(__file__).parent


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _content_digest(path: Path) -> bytes:
    try:
        return hashlib.sha256(path.read_bytes()).digest()
    except FileNotFoundError:
        return b"none"


def _traits(path: Path) -> list[int]:
    try:
        found = path.stat()
    except OSError:
        return []
    return [found.st_size, found.st_mtime_ns]


def _read(path: Path) -> dict[str, Any]:
    try:
        known = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}
