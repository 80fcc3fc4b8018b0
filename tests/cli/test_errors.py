"""Whatever a user gets wrong is a sentence with a remedy, an exit code, and never a traceback."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cli_course import NAME

from autograder.cli import command
from autograder.cli.command import EverywhereOptions, perform

GRADE = ("grade", NAME, "submissions")


def extend(until, reason="ill"):
    return ["extend", NAME, "kari", "--until", until, "--reason", reason]


def break_course(classroom):
    classroom.edit("course.toml", "run_seconds = 60", 'run_seconds = "long"')


def no_course(classroom):
    (classroom.root / "assignments" / "course.toml").unlink()


def no_release(classroom):
    (classroom.root / "release" / NAME / f"{NAME}.ipynb").unlink()


def results_are_a_file(classroom):
    (classroom.root / "out").write_text("not a folder")


def nothing(classroom):
    pass


CASES = {
    "unknown command": (nothing, ["glade"], 2, "No such command"),
    "unknown option": (nothing, ["list", "--fast"], 2, "--fast"),
    "missing argument": (nothing, ["grade", NAME], 2, "PATH"),
    "no number": (nothing, [*GRADE, "--jobs", "many"], 2, "--jobs"),
    "no jobs": (nothing, [*GRADE, "--jobs", "0"], 2, "--jobs"),
    "unknown sandbox": (nothing, [*GRADE, "--sandbox", "jail"], 2, "bubblewrap"),
    "no course": (no_course, ["list"], 2, "--course DIR"),
    "wrong course folder": (nothing, ["list", "--course", "submissions"], 2, "not a course folder"),
    "wrong entry": (break_course, ["list"], 2, "course.toml: limits.run_seconds"),
    "unknown assignment": (nothing, ["grade", "w09_none", "submissions"], 2, f"Assignments here: {NAME}"),
    "unknown assignment to build": (nothing, ["build", "w09_none"], 2, f"Assignments here: {NAME}"),
    "not a name": (nothing, ["new", "Week 9"], 2, "w07_batch_norm"),
    "no such path": (nothing, ["grade", NAME, "nowhere"], 2, "no such file or folder"),
    "no submissions": (nothing, ["grade", NAME, "empty"], 2, "no submission to"),
    "no release": (no_release, GRADE, 2, f"Run `autograder build {NAME}` first"),
    "wrong seed": (nothing, [*GRADE, "--sandbox", "process", "--seed", "0xZZ"], 2, "hexadecimal"),
    "wrong gradebook": (nothing, [*GRADE, "--gradebook", "a file"], 3, "SQLAlchemy URL"),
    "no such receipts": (nothing, [*GRADE, "--receipts", "none.jsonl"], 2, "none.jsonl"),
    "results among submissions": (nothing, [*GRADE, "--out", "submissions/o"], 2, "--out"),
    "results in a file": (results_are_a_file, [*GRADE, "--sandbox", "process"], 3, "out"),
    "check a folder": (nothing, ["check", "submissions"], 2, "autograder grade"),
    "check nothing": (nothing, ["check", "none.ipynb"], 2, "no such file"),
    "check a script": (nothing, ["check", f"assignments/{NAME}/notebook.py"], 2, "not a notebook"),
    "wrong time": (nothing, extend("soon"), 2, "until"),
    "too early": (nothing, extend("2026-10-01 10:00"), 2, "due time"),
    "no reason": (nothing, extend("2026-10-05 10:00", " "), 2, "reason"),
    "no reports": (nothing, ["feedback", NAME], 2, "Grade first"),
}


@pytest.mark.parametrize(("spoil", "arguments", "code", "said"), CASES.values(), ids=CASES)
def test_a_mistake_is_a_sentence_and_with_json_an_object(run, classroom, spoil, arguments, code, said):
    classroom.hand_in("ann", classroom.solved)
    (classroom.root / "empty").mkdir()
    spoil(classroom)
    outcome = run(*arguments, "--json")
    assert outcome.code == code
    assert "Error: " in outcome.err and "Traceback" not in outcome.err
    error = outcome.json["error"]
    assert error["exit_code"] == code
    assert said in f"{error['message']} {error['remedy']}"


def test_without_json_an_error_leaves_standard_output_empty(run, classroom):
    assert run("build", "w09_none").out == ""


def test_nothing_is_examined_where_the_release_is_missing(run, classroom):
    classroom.hand_in("ann", classroom.solved)
    no_release(classroom)
    run("grade", NAME, "submissions", "--sandbox", "process")
    assert not classroom.out.exists()


def buggy(session):
    raise ZeroDivisionError("a bug")


def test_a_bug_is_a_sentence_and_a_file_with_the_traceback(capsys):
    assert perform(buggy, EverywhereOptions()) == 70
    error = capsys.readouterr().err
    assert "Traceback" not in error
    assert "ZeroDivisionError: a bug" in error
    log = Path(re.search(r"/\S+autograder-\S+\.log", error).group())
    assert "Traceback" in log.read_text() and "buggy" in log.read_text()
    log.unlink()


def test_with_debug_a_bug_is_a_traceback(capsys):
    assert perform(buggy, EverywhereOptions(debug=True)) == 70
    assert "in buggy" in capsys.readouterr().err


def test_an_error_shows_no_control_sequence(run, classroom):
    outcome = run("check", "evil\x1b]0;title\x07.ipynb")
    assert outcome.code == 2
    assert "\x1b" not in outcome.err and "\\x1b]0;title" in outcome.err


def test_every_error_has_a_kind_as_data():
    record = command.error_record(command.Interrupted("interrupted"))
    assert record == {"kind": "Interrupted", "message": "interrupted", "remedy": None, "exit_code": 130}
