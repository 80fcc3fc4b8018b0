"""The grader is killed at random moments and started again: nothing is lost, and nothing is left behind."""

from __future__ import annotations

import random
import time

import pytest
from classroom import ALL_RIGHT, HALF_RIGHT, NAME, PADDING_FORGOTTEN, Classroom, without_times
from graders import Grader, eventually, processes, results

from autograder.build import build
from autograder.results import read_reports
from autograder.results.store import PARTIAL
from autograder.sandbox.docker import OWNER_LABEL

STUDENTS = 12
KILLS = 6


@pytest.fixture
def twelve(classroom: Classroom) -> Classroom:
    """Twelve students, and a course that is built."""
    build(classroom.course, NAME)
    for number in range(STUDENTS):
        content = (ALL_RIGHT, HALF_RIGHT, PADDING_FORGOTTEN, b"{")[number % 4]
        classroom.hand_in(f"student{number:02}", content)
    return classroom


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


@pytest.mark.slow
def test_a_grader_killed_at_any_moment_goes_on_where_it_was(twelve):
    kill_and_go_on(twelve, "process", seed=7, kills=KILLS)
    ours = str(twelve.root).encode()

    def worker_is_left() -> list[int]:
        return processes(lambda folder: ours in (folder / "cmdline").read_bytes())

    assert eventually(lambda: not worker_is_left())


def process_in(owner: str) -> int:
    """The process that `owner.this_process` has named."""
    return int(owner.split("-")[2])


@pytest.mark.slow
@pytest.mark.docker
def test_a_killed_grader_leaves_no_container(twelve, grading_image, docker_engine):
    killed = kill_and_go_on(twelve, "docker", seed=11, kills=1)

    def containers() -> list[str]:
        found = docker_engine.api.containers(all=True, filters={"label": OWNER_LABEL})
        return [each["Id"] for each in found if process_in(each["Labels"][OWNER_LABEL]) in killed]

    assert eventually(lambda: not containers())
