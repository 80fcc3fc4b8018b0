"""Refuses a release in which a line of a solution or of a hidden test appears.

Every file is searched: as text whatever its name says, and in notebooks and other JSON each string by itself
(cells, outputs, metadata). White space does not matter. Not searched is what is packed or encoded: archives,
compressed arrays, pictures of text, base64.

What is not a leak: a line that says nothing by itself (`return result`, an import, a shape unpacked), a line
of a hidden test that test_public.py has too, and a line of a solution that the notebook's given code or
test_public.py uses too, as long as less than half of that solution stands there.
"""

from __future__ import annotations

import ast
import bisect
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.build.regions import MARKER, regions, replace_regions
from autograder.build.source import cell_name, read_source
from autograder.course import Assignment
from autograder.errors import BuildError

TOKEN = re.compile(r"\w+|[^\w\s]")
MINIMUM_TOKENS = 6
GENERIC = re.compile(
    r"""\s*(
        import\b.* | from\b.* | @pytest\.mark\.(question|points)\b.*
        | (\w+)\ =\ np\.(as)?array\(\3(,\ (dtype=)?[\w.]+)?\)  # an argument made an array
        | [\w,\ ]+\ =\ \w+\.shape(\[[\d:-]+\])?             # a shape unpacked
    )\s*""",
    re.VERBOSE,
)
TELLING_VALUE = re.compile(r"\b\d[\d_.]{2,}\b|\"[^\"]{3,}\"|'[^']{3,}'")


@dataclass(frozen=True)
class Secret:
    """One line that must not be in a release, and where its author wrote it."""

    line: str
    origin: str


@dataclass(frozen=True)
class Leak:
    """A secret found in a release. `place` is a line number or a path inside a notebook."""

    file: str
    place: str
    secret: Secret


def refuse_leaks(assignment: Assignment, folder: Path) -> None:
    """Search every file in `folder`, the release of `assignment`.

    Raises:
        BuildError: something leaks; it names file, line and where the line comes from.
    """
    leaks = find_leaks(folder, secrets_of(assignment))
    if leaks:
        first = leaks[0]
        more = f" ({len(leaks) - 1} more like it)" if len(leaks) > 1 else ""
        raise BuildError(
            Path(assignment.name) / first.file,
            f"students would see {first.secret.line.strip()!r}, which is {first.secret.origin}{more}",
            field=first.place,
            remedy="Take it out of what ships, or move it out of the solution if students may know it.",
        )


def find_leaks(folder: Path, secrets: list[Secret]) -> list[Leak]:
    """Return each secret that appears in a file below `folder`, once for each text that it appears in."""
    wanted = [(secret, _canonical(secret.line)) for secret in secrets]
    return [
        Leak(path.relative_to(folder).as_posix(), place or f"line {text.line_of(position)}", secret)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for place, text in _texts(path)
        for secret, line in wanted
        if (position := text.tokens.find(line)) >= 0
    ]


def secrets_of(assignment: Assignment) -> list[Secret]:
    """Return the lines of solutions and hidden tests that nothing given to students uses."""
    public = _lines_of(assignment.public_tests)
    given = public | _given_lines(assignment)
    found: list[Secret] = []
    for passage in _solutions(assignment):
        found += _withheld(passage, given)
    for passage in _hidden_tests(assignment):
        private = [secret for secret in passage if _canonical(secret.line) not in public]
        found += _withheld(private, given)
    return found


def is_telling(line: str) -> bool:
    """Would this line give something away? Blank, generic and very short ones would not."""
    if not line.strip() or GENERIC.fullmatch(line) or MARKER.match(line):
        return False
    return len(TOKEN.findall(line)) >= MINIMUM_TOKENS or bool(TELLING_VALUE.search(line))


def _withheld(passage: list[Secret], given: set[str]) -> list[Secret]:
    """Leave out what the given code uses too, unless it uses half of the passage or more."""
    passage = [secret for secret in passage if is_telling(secret.line)]
    used = [secret for secret in passage if _canonical(secret.line) in given]
    if 2 * len(used) >= len(passage):
        return passage
    return [secret for secret in passage if secret not in used]


def _solutions(assignment: Assignment) -> Iterator[list[Secret]]:
    """Yield the lines of each solution region and of each hidden test in the notebook."""
    for number, cell in enumerate(read_source(assignment).cells, start=1):
        for region in regions(cell.source, "SOLUTION") + regions(cell.source, "HIDDEN TESTS"):
            what = "a solution" if region.kind == "SOLUTION" else "a hidden test"
            where = f"{what} in {assignment.source.name}, {cell_name(number, cell)}"
            yield [Secret(line, where) for line in region.lines]


def _hidden_tests(assignment: Assignment) -> Iterator[list[Secret]]:
    """Yield the lines of each statement of test_hidden.py, functions whole."""
    path = assignment.hidden_tests
    if not path.is_file():
        return
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    begin = 0
    for end in sorted({statement.end_lineno or 0 for statement in ast.parse(text).body} | {len(lines)}):
        yield [Secret(lines[i], f"line {i + 1} of {path.name}") for i in range(begin, end)]
        begin = end


def _given_lines(assignment: Assignment) -> set[str]:
    """Return the lines of code that students get in their notebook, comments aside."""
    found: set[str] = set()
    for cell in read_source(assignment).cells:
        if cell.cell_type == "code":
            given = replace_regions(cell.source, "SOLUTION", lambda region: [])
            found |= _code_lines(replace_regions(given, "HIDDEN TESTS", lambda region: []))
    return found


def _lines_of(path: Path) -> set[str]:
    return _code_lines(path.read_text(encoding="utf-8")) if path.is_file() else set()


def _code_lines(text: str) -> set[str]:
    return {_canonical(line) for line in text.splitlines() if not line.lstrip().startswith("#")}


def _canonical(text: str) -> str:
    """Return a text's tokens with one space around each, so that white space does not matter."""
    return f" {' '.join(TOKEN.findall(text))} "


class _Text:
    """A text's tokens, and the line that each came from."""

    def __init__(self, text: str) -> None:
        by_line = [TOKEN.findall(line) for line in text.splitlines()]
        self.tokens = f" {' '.join(token for tokens in by_line for token in tokens)} "
        self._ends: list[int] = []
        position = 0
        for tokens in by_line:
            position += sum(len(token) + 1 for token in tokens)
            self._ends.append(position)

    def line_of(self, position: int) -> int:
        """Return the line, from 1, of the token that begins after `position`."""
        return bisect.bisect_right(self._ends, position) + 1


def _texts(path: Path) -> Iterator[tuple[str, _Text]]:
    """Yield the texts of a file: of JSON each string with its path inside, of all else one."""
    raw = path.read_bytes()
    text = raw.decode(_encoding(raw), errors="replace")
    parsed: Any = None
    if text.lstrip()[:1] in ("{", "["):
        try:
            parsed = json.loads(text)
        except (ValueError, RecursionError):
            parsed = None
    if parsed is None:
        yield "", _Text(text)
        return
    for place, string in _strings(parsed, ""):
        yield place, _Text(string)


def _encoding(raw: bytes) -> str:
    return "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"


def _strings(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield place or "text", value
    elif isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        yield place or "text", "".join(value)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _strings(item, f"{place}[{index}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            yield f"{place}.{key}".lstrip("."), key
            yield from _strings(item, f"{place}.{key}".lstrip("."))
