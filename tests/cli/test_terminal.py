"""In a real terminal, no control character of a student's arrives: from names, messages, outputs, errors."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from cli_course import NAME, PROGRAM, Class

CONTROLS = "\x1b]0;owned\x07\x1b[2J\x1b[8mhidden\x1b[5n\x9b31m\x85\u202egnp\u2066\u200f\x00\x08\x7f"
IN_A_NAME = CONTROLS.replace("\x00", "")
OURS = re.compile(r"\x1b\[(?:[0-9;]*m|\?25[lh]|2K|[0-9]*[AG]|H)")
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture
def in_terminal(tmp_path: Path) -> Callable[..., str]:
    """Runs the installed program in a pseudo-terminal; gives everything that it wrote there."""

    def run(*arguments: object) -> str:
        ours, theirs = pty.openpty()
        command = [str(PROGRAM), *map(str, arguments)]
        environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "200", "NO_COLOR": ""}
        with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment):
            os.close(theirs)
            written = b"".join(iter(lambda: _read(ours), b""))
        os.close(ours)
        return written.decode("utf-8", "replace")

    return run


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # the last process that wrote there has gone
        return b""


def hostile_characters(written: str) -> list[str]:
    """Control and direction characters that are not the program's own: colours, the cursor, cleared lines."""
    assert "\x1b[8m" not in written
    return FORBIDDEN.findall(OURS.sub("", written))


def hostile(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Answers that raise, print and say the worst."""
    text = json.dumps(CONTROLS)
    notebook.cells.append(
        nbformat.v4.new_code_cell(
            f"import sys\nprint({text}, file=sys.stderr)\nprint({text})\n"
            f"def output_size(*_, **__):\n    raise ValueError({text})\n"
            f"class Odd:\n    __repr__ = lambda _: {text}\n"
            f"max_pool = Odd()\nOdd.__name__ = {text}.replace(chr(0), '')\nraise KeyError({text})"
        )
    )
    return notebook


def test_grading_hostile_names_and_messages(classroom: Class, in_terminal: Callable[..., str]) -> None:
    path = classroom.hand_in("ann", hostile(classroom.solved), None)
    (classroom.submissions / f"{IN_A_NAME}.ipynb").write_bytes(path.read_bytes())
    folder = classroom.submissions / "bo"
    folder.mkdir()
    (folder / f"broken {IN_A_NAME}.ipynb").write_text("{")
    (folder / f"other {IN_A_NAME}.txt").write_text("x")
    (folder / f"link {IN_A_NAME}").symlink_to("/etc/passwd")
    (classroom.submissions / f"no notebook {IN_A_NAME}").mkdir()
    written = in_terminal("grade", NAME, "submissions", "--sandbox", "process")
    assert "ann" in written and "bo" in written and "\\x1b" in written
    assert hostile_characters(written) == []


def test_checking_a_hostile_notebook(classroom: Class, in_terminal: Callable[..., str]) -> None:
    classroom.hand_in("ann", hostile(classroom.solved), None)
    path = classroom.submissions / f"{NAME} {IN_A_NAME}.ipynb"
    (classroom.submissions / "ann.ipynb").rename(path)
    written = in_terminal("check", path, "--sandbox", "process")
    assert "ValueError" in written and "not passed" in written
    assert hostile_characters(written) == []


@pytest.mark.parametrize(("command", "option"), [("check", "--debug"), ("grade", "--json")])
def test_errors_with_hostile_names(
    classroom: Class, in_terminal: Callable[..., str], command: str, option: str
) -> None:
    path = classroom.root / f"{IN_A_NAME}.ipynb"
    path.write_text("{")
    arguments = (path,) if command == "check" else (NAME, path)
    written = in_terminal(command, *arguments, option)
    assert "Error" in written
    assert hostile_characters(written) == []


def test_what_looks_for_hostile_characters_finds_them() -> None:
    assert len(hostile_characters(CONTROLS.replace("\x1b[8m", ""))) == 12
    assert hostile_characters("\x1b[1;31mError\x1b[0m \x1b[2K\x1b[1A\x1b[?25l\r\n\t") == []
