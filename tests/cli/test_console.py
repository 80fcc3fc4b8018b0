"""What is shown in a terminal and in a pipe."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from autograder.console import (
    Progress,
    clean,
    counted,
    duration,
    number,
    open_console,
    print_list,
    print_results,
)


@pytest.fixture
def pipe():
    return open_console(io.StringIO())


@pytest.fixture
def terminal():
    return Console(file=io.StringIO(), force_terminal=True, width=60, color_system="standard")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("two\nlines", "two\nlines"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("over\rwritten", "over\\rwritten"),
        ("right\u202eleft", "right\\u202eleft"),
        ("tab\tstop", "tab stop"),
        ("åse – ✓", "åse – ✓"),
    ],
)
def test_control_sequences_are_shown_and_not_sent(text, shown):
    assert clean(text) == shown


@pytest.mark.parametrize(("points", "shown"), [(2.0, "2"), (2.5, "2.5"), (1 / 3, "0.33"), (100.0, "100")])
def test_points_have_at_most_two_decimals(points, shown):
    assert number(points) == shown


@pytest.mark.parametrize(("seconds", "shown"), [(0.42, "0.4 s"), (12.4, "12 s"), (200, "3 min 20 s")])
def test_a_duration_is_as_exact_as_it_is_useful(seconds, shown):
    assert duration(seconds) == shown


def test_one_thing_is_not_counted_as_many():
    assert (counted(1, "test"), counted(0, "test")) == ("1 test", "0 tests")


def test_who_could_not_be_graded_is_in_the_table(pipe):
    print_results(pipe, [], {"zoe": "the process \x1b[5mended"})
    row = pipe.file.getvalue().splitlines()[1]
    assert row.startswith("zoe ") and row.endswith("NOT GRADED: the process \\x1b[5mended")


def test_a_list_in_a_pipe_has_one_line_for_each_however_long(pipe):
    print_list(pipe, "Late", [("ann", "word " * 100), ("bo", "short")])
    assert [len(line) > 0 for line in pipe.file.getvalue().splitlines()] == [False, True, True, True]


def test_an_empty_list_is_not_shown(pipe):
    print_list(pipe, "Late", [])
    assert pipe.file.getvalue() == ""


def test_progress_in_a_pipe_is_a_line_for_each_thing_done(pipe):
    with Progress(pipe, "Grading") as progress:
        progress.planned(10)
        progress.begun("ann\x07")
        progress.done("ann\x07")
        progress.phase("Writing")
    assert pipe.file.getvalue() == "Grading  1/10  ann\\x07\nWriting\n"


def test_progress_in_a_terminal_shows_what_runs_and_how_far_it_is(terminal):
    with Progress(terminal, "Grading") as progress:
        progress.planned(2)
        progress.begun("ann")
        progress.done("ann")
        progress.begun("bo\x1b]0;x\x07")
    shown = terminal.file.getvalue()
    assert "Grading" in shown and "1/2" in shown and "bo\\x1b]0;x\\x07" in shown
