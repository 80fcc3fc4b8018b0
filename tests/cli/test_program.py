"""The installed program as a shell sees it: pipes, terminals, signals, standard output for results alone."""

from __future__ import annotations

import os
import pty
import re
import shutil
import signal
import subprocess

import nbformat
import pytest
from cli_course import NAME, PROGRAM

GRADE = ("grade", NAME, "submissions", "--sandbox", "process")


@pytest.fixture
def unbuilt(classroom):
    """The class before its release is built, which makes `list` quick."""
    shutil.rmtree(classroom.root / "release")
    return classroom


def test_a_reader_that_goes_away_is_no_error(unbuilt):
    program = subprocess.Popen([PROGRAM, "list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    program.stdout.close()
    error = program.stderr.read().decode()
    program.stderr.close()
    assert program.wait(60) == 0
    assert "Broken" not in error and "Traceback" not in error and "Exception" not in error


def in_a_terminal(*arguments: str, columns: int) -> str:
    """What the program prints in a terminal of that width."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": str(columns)}
    environment.pop("NO_COLOR", None)
    program = subprocess.Popen(
        [PROGRAM, *arguments], stdout=theirs, stderr=subprocess.DEVNULL, env=environment
    )
    os.close(theirs)
    shown = bytearray()
    while True:
        try:
            data = os.read(ours, 4096)
        except OSError:
            break
        if not data:
            break
        shown += data
    os.close(ours)
    assert program.wait(60) == 0
    return shown.decode()


def test_a_terminal_gets_colour_and_no_line_that_is_too_long(unbuilt):
    shown = in_a_terminal("list", columns=60)
    assert "\x1b[33mnot built" in shown
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert max(len(line) for line in plain.splitlines()) <= 60


def test_a_pipe_gets_plain_columns_that_are_not_cut_off(run_program, unbuilt):
    title = "A title that is far too long for a terminal " * 4
    unbuilt.edit(f"{NAME}/assignment.toml", "Week 7: Pooling", title.strip())
    outcome = run_program("list", COLUMNS="80", PYTHONIOENCODING="ascii")
    assert outcome.code == 0
    assert outcome.out.splitlines()[1].endswith(title.strip())
    assert outcome.out.isascii() and "\x1b" not in outcome.out
    assert all(line == line.rstrip() for line in outcome.out.splitlines())


def test_what_tests_print_stays_apart_and_who_breaks_the_grader_is_not_graded(run_program, classroom):
    loop = "    for _ in range(20):"
    trap = "    print('NOISE')\n    if output_size(1, 1) == 41:\n        __import__('os')._exit(1)\n"
    classroom.edit(f"{NAME}/test_hidden.py", loop, trap + loop)
    classroom.hand_in("ann", classroom.solved)
    breaks = classroom.solved
    breaks.cells.append(nbformat.v4.new_code_cell("output_size = lambda *_, **__: 41"))
    classroom.hand_in("zoe", breaks)
    outcome = run_program(*GRADE, "--jobs", "2", "--json")
    assert outcome.code == 3
    assert [each["student"] for each in outcome.json["students"]] == ["ann"]
    assert "the grader's own process ended" in outcome.json["not_graded"]["zoe"]
    assert "NOISE" in outcome.err


def test_an_interrupted_run_says_what_is_kept_and_goes_on_there(run_program, classroom):
    classroom.hand_in("ann", classroom.solved)
    slow = classroom.solved
    slow.cells.append(nbformat.v4.new_code_cell("import time; time.sleep(600)"))
    classroom.hand_in("zoe", slow)
    program = subprocess.Popen(
        [PROGRAM, *GRADE, "--jobs", "1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(
            signal.SIGINT, signal.SIG_DFL
        ),  # a shell's background job ignores it
    )
    seen = ""
    while "Grading 1/2" not in seen:
        line = program.stderr.readline()
        assert line, seen
        seen += line
    program.send_signal(signal.SIGINT)
    out, err = program.communicate(timeout=120)
    assert program.returncode == 130
    assert out == "" and "Traceback" not in err
    assert "1 of 2 notebooks examined and kept" in err
    assert "Run the same command again" in err
    classroom.hand_in("zoe", classroom.solved)
    data = run_program(*GRADE, "--json").json
    assert (data["reused"], data["examined"]) == (1, 1)


def test_without_an_engine_another_sandbox_is_taken_and_named(run_program, classroom, tmp_path):
    nowhere = f"unix://{tmp_path}/none.sock"
    classroom.hand_in("ann", classroom.solved)
    outcome = run_program("check", "submissions/ann.ipynb", NAME, DOCKER_HOST=nowhere)
    assert outcome.code == 0
    assert re.search(r"Sandbox: (bubblewrap|process); no container engine at", outcome.err)
    asked = run_program("check", "submissions/ann.ipynb", NAME, "--sandbox", "docker", DOCKER_HOST=nowhere)
    assert asked.code == 3
    assert "no container engine at" in asked.err and "autograder doctor" in asked.err


@pytest.mark.docker
def test_an_engine_without_the_image_is_told_how_to_build_it(run_program, classroom, docker_engine):
    classroom.edit("course.toml", 'name = "My course"', 'name = "My course"\nimage = "no-such-image"')
    classroom.hand_in("ann", classroom.solved)
    outcome = run_program("grade", NAME, "submissions", "--sandbox", "docker")
    assert outcome.code == 3
    assert "no image no-such-image:cpu" in outcome.err and "autograder image" in outcome.err


@pytest.mark.docker
def test_an_engine_without_a_gpu_is_said_before_anything_runs(run_program, classroom, docker_engine):
    if "nvidia" in docker_engine.info().get("Runtimes", {}):
        pytest.skip("this engine has a GPU")
    classroom.hand_in("ann", classroom.solved)
    outcome = run_program("grade", NAME, "submissions", "--gpu")
    assert outcome.code == 3
    assert "the container engine offers no GPU" in outcome.err
    assert not classroom.out.exists()
