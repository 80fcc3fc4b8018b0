"""Marked regions in a cell: `# BEGIN SOLUTION` … `# END SOLUTION` and nbgrader's `### BEGIN HIDDEN TESTS`.

Works on text alone. Lines are counted from 1 within the cell.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from autograder.errors import BuildError

Kind = Literal["SOLUTION", "HIDDEN TESTS"]

MARKER = re.compile(r"^\s*#{1,3} ?(?P<edge>BEGIN|END) (?P<kind>SOLUTION|HIDDEN TESTS)\s*$")
ALMOST = re.compile(r"^\s*#+\s*(begin|end)[\s_-]*(solution|hidden)|#+\s*solution\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Region:
    """Lines `begin`…`end` of a cell, both markers included."""

    kind: Kind
    begin: int
    end: int
    lines: tuple[str, ...]

    @property
    def indentation(self) -> str:
        """The white space that the first line with text inside the region begins with."""
        first = next((line for line in self.lines if line.strip()), "")
        return first[: len(first) - len(first.lstrip())]


def check_markers(path: Path, where: str, text: str) -> None:
    """Check that markers in a cell's text are spelled right, in pairs and not nested.

    Raises:
        BuildError: they are not; it names file, cell and line.
    """
    opened: tuple[int, str] | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        marker = MARKER.match(line)
        if marker is None:
            if ALMOST.search(line):
                raise _marker_error(path, where, number, f"{line.strip()!r} looks like a marker but is none")
            continue
        if marker["edge"] == "BEGIN" and opened:
            raise _marker_error(path, where, number, f"BEGIN {marker['kind']} inside BEGIN {opened[1]}")
        if marker["edge"] == "END" and (opened is None or opened[1] != marker["kind"]):
            raise _marker_error(path, where, number, f"END {marker['kind']} without its BEGIN")
        opened = (number, marker["kind"]) if marker["edge"] == "BEGIN" else None
    if opened:
        raise _marker_error(path, where, opened[0], f"BEGIN {opened[1]} without its END")
    empty = [region for region in regions(text, "SOLUTION") if not any(map(str.strip, region.lines))]
    if empty:
        raise _marker_error(path, where, empty[0].begin, "an empty solution region")


def regions(text: str, kind: Kind) -> list[Region]:
    """Return the regions of one kind in a text whose markers are balanced."""
    found: list[Region] = []
    begin = 0
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        marker = MARKER.match(line)
        if marker is None or marker["kind"] != kind:
            continue
        if marker["edge"] == "BEGIN":
            begin = number
        else:
            found.append(Region(kind, begin, number, tuple(lines[begin : number - 1])))
    return found


def replace_regions(text: str, kind: Kind, replacement: Callable[[Region], list[str]]) -> str:
    """Return `text` with each region of one kind, markers included, replaced by lines."""
    lines = text.splitlines()
    for region in reversed(regions(text, kind)):
        lines[region.begin - 1 : region.end] = replacement(region)
    return "\n".join(lines)


def _marker_error(path: Path, where: str, number: int, problem: str) -> BuildError:
    return BuildError(
        path,
        problem,
        field=f"{where}, line {number}",
        remedy="Use `# BEGIN SOLUTION` … `# END SOLUTION` (or `HIDDEN TESTS`), each on a line of its own.",
    )
