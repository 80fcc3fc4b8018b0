"""The grader is killed at random moments and started again: nothing is lost, and nothing is left behind."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from classroom import ALL_RIGHT, HALF_RIGHT, NAME, PADDING_FORGOTTEN, Classroom, without_times

from autograder.build import build
from autograder.results import read_reports
from autograder.results.store import PARTIAL
from autograder.sandbox.docker import LABEL

COMMAND = Path(sys.executable).parent / "autograder"
STUDENTS = 12
KILLS = 6
VANISH_SECONDS = 30


@pytest.fixture
def twelve(classroom: Classroom) -> Classroom:
    """Twelve students, and a course that is built."""
    build(classroom.course, NAME)
    for number in range(STUDENTS):
        content = (ALL_RIGHT, HALF_RIGHT, PADDING_FORGOTTEN, b"{")[number % 4]
        classroom.hand_in(f"student{number:02}", content)
    return classroom


class Grader:
    """`autograder grade` as a process of its own, with a folder of its own for temporary files."""

    def __init__(self, room: Classroom, out: Path, sandbox: str, scratch: Path) -> None:
        scratch.mkdir(exist_ok=True)
        command = [COMMAND, "--course", room.root, "grade", NAME, room.submissions, "--out", out]
        command += ["--sandbox", sandbox, "--jobs", "2", "--seed", "ab" * 32]
        self._process = subprocess.Popen(
            [str(part) for part in command],
            env={**os.environ, "TMPDIR": str(scratch)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def wait(self) -> None:
        _, errors = self._process.communicate()
        assert self._process.returncode == 0, errors

    def kill_after(self, seconds: float) -> list[int]:
        """Kill the process with all of its group; return their ids, none where it was done before."""
        try:
            self._process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            group = processes(lambda folder: os.getpgid(int(folder.name)) == self._process.pid)
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.communicate()
            return group
        return []


def processes(wanted: Callable[[Path], bool]) -> list[int]:
    """Ids of the running processes that are `wanted`, which is asked with a folder of /proc."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if wanted(folder):
                found.append(int(folder.name))
        except OSError:
            continue  # it has ended meanwhile
    return found


def eventually(holds: Callable[[], bool]) -> bool:
    """Whether something becomes true within the time that a worker may take to notice that it is alone."""
    deadline = time.monotonic() + VANISH_SECONDS
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def results(out: Path) -> dict[str, str]:
    """The names of all files of the results; of those that hold no time, with what they say."""
    found = {path.relative_to(out).as_posix(): "" for path in out.rglob("*") if path.is_file()}
    return {**found, "grades.csv": (out / "grades.csv").read_text(encoding="utf-8")}


def kill_and_go_on(room: Classroom, sandbox: str, seed: int, kills: int) -> list[int]:
    """Grade into one OUT undisturbed and into another with kills; compare; return who was killed."""
    chance, killed = random.Random(seed), []
    undisturbed, disturbed = room.root / "undisturbed" / NAME, room.root / "disturbed" / NAME
    began = time.monotonic()
    Grader(room, undisturbed, sandbox, room.root / "tmp").wait()
    length = time.monotonic() - began
    for number in range(kills):
        moment = length * (number + chance.random()) / kills
        killed += Grader(room, disturbed, sandbox, room.root / "tmp").kill_after(moment)
    Grader(room, disturbed, sandbox, room.root / "tmp").wait()
    assert killed, "every run was done before it could be killed"
    reports = [without_times(report) for report in read_reports(disturbed)]
    assert [report["student"] for report in reports] == [f"student{n:02}" for n in range(STUDENTS)]
    assert reports == [without_times(report) for report in read_reports(undisturbed)]
    assert results(disturbed) == results(undisturbed)
    assert not list(room.root.rglob(f"*{PARTIAL}"))
    return killed


def test_a_grader_killed_at_any_moment_goes_on_where_it_was(twelve):
    kill_and_go_on(twelve, "process", seed=7, kills=KILLS)
    ours = str(twelve.root).encode()

    def worker_is_left() -> list[int]:
        return processes(lambda folder: ours in (folder / "cmdline").read_bytes())

    assert eventually(lambda: not worker_is_left())


@pytest.mark.docker
def test_a_killed_grader_leaves_no_container(twelve, grading_image, docker_engine):
    killed = kill_and_go_on(twelve, "docker", seed=11, kills=2)

    def containers() -> list[str]:
        found = docker_engine.containers.list(all=True, filters={"label": LABEL}, ignore_removed=True)
        return [each.id for each in found if each.labels[LABEL] in map(str, killed)]

    assert eventually(lambda: not containers())
