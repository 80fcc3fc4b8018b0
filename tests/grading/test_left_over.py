"""What is left of earlier runs: results nobody refers to, students who are gone, halves of killed graders."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from classroom import ALL_RIGHT, HALF_RIGHT, PADDING_FORGOTTEN, POOL, SIZE, Classroom, notebook

from autograder.grading import EXAMINED
from autograder.sandbox import SlotSpec, owner, provider
from autograder.sandbox.docker import OWNER_LABEL

LATER = "2026-09-15T13:00:00+00:00"


@pytest.fixture
def pair(classroom: Classroom) -> Classroom:
    """Two students; anna has everything, bo one half. Graded."""
    classroom.hand_in("anna", ALL_RIGHT)
    classroom.hand_in("bo", HALF_RIGHT)
    classroom.grade()
    return classroom


def resubmit(room: Classroom, student: str, content: bytes) -> None:
    (room.submissions / student / "answers.ipynb").unlink()
    room.hand_in(student, content, LATER)


def kept(room: Classroom) -> int:
    return len(list((room.out / EXAMINED).iterdir()))


def test_a_result_that_no_submission_refers_to_goes_with_the_second_run(pair):
    resubmit(pair, "bo", PADDING_FORGOTTEN)
    assert (pair.grade().examined, kept(pair)) == (1, 3)
    assert (pair.grade().examined, kept(pair)) == (0, 2)
    assert [pair.report(student).score for student in ("anna", "bo")] == [8, 6]


def test_who_goes_back_at_once_to_an_earlier_file_is_not_examined_again(pair):
    resubmit(pair, "bo", PADDING_FORGOTTEN)
    pair.grade()
    resubmit(pair, "bo", HALF_RIGHT)
    assert (pair.grade().examined, pair.report("bo").score) == (0, 4)
    assert (pair.grade().examined, pair.report("bo").score, kept(pair)) == (0, 4, 2)


def test_grading_one_student_alone_lets_go_of_nobody_elses_results(pair):
    away = pair.root / "anna"
    shutil.move(pair.submissions / "anna", away)
    for _ in range(3):
        pair.grade()
    shutil.move(away, pair.submissions / "anna")
    assert pair.grade().examined == 0


def test_a_student_with_a_report_and_no_submission_is_named_and_keeps_the_report(pair):
    assert pair.grade().left_behind == []
    shutil.rmtree(pair.submissions / "anna")
    assert pair.grade().left_behind == ["anna"]
    assert pair.report("anna").score == 8


def test_a_notebook_of_another_run_beside_an_old_report_is_put_right(pair):
    """As after a grader that was killed between the two files, and a student who then went back."""
    executed = pair.out / "bo" / "executed.ipynb"
    before = executed.read_bytes()
    executed.write_bytes((pair.out / "anna" / "executed.ipynb").read_bytes())
    assert pair.grade().examined == 0
    assert executed.read_bytes() == before


KILLS_EVERY_WORKER = """
import os, pathlib, signal
process = os.getpid()
while os.getsid(process) != process or process == os.getpid():
    status = pathlib.Path(f"/proc/{process}/stat").read_text()
    process = int(status.rsplit(")", 1)[1].split()[1])
if not pathlib.Path(MARKER).exists():
    os.kill(process, signal.SIGKILL)
"""


def test_who_loses_every_sandbox_gets_no_points_and_a_person_and_is_tried_again(pair, tmp_path):
    """With an earlier submission that counts, the flag is there too: the lost one might have been better."""
    marker = tmp_path / "no more"
    kills = KILLS_EVERY_WORKER.replace("MARKER", repr(str(marker)))
    pair.hand_in("cleo", notebook(kills, SIZE, POOL))
    pair.hand_in("bo", notebook(kills, SIZE, POOL), LATER, file="second.ipynb")
    summary = pair.grade()
    assert (summary.lost, summary.not_graded) == (["bo", "cleo"], {})
    cleo, bo = pair.report("cleo"), pair.report("bo")
    assert (cleo.run.status, cleo.score, cleo.approved) == ("lost", 0, None)
    assert {test.outcome for test in cleo.tests} == {"not_run"} and cleo.max_score == 8
    assert (bo.score, bo.approved) == (4, True)
    assert all("The sandbox was lost" in report.flags[0] for report in (bo, cleo))
    marker.touch()
    summary = pair.grade()
    assert (summary.examined, summary.lost) == (2, [])
    assert [(pair.report(name).score, pair.report(name).flags) for name in ("bo", "cleo")] == [(8, ())] * 2


ENDED = "from autograder.sandbox import owner; print(owner.this_process())"


@pytest.fixture
def dead_grader() -> str:
    """The name of a process that has ended."""
    done = subprocess.run([sys.executable, "-c", ENDED], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_only_who_has_certainly_ended_is_gone(dead_grader):
    boot, namespace, process, start = dead_grader.split("-")
    assert owner.is_gone(dead_grader) and not owner.is_gone(owner.this_process())
    assert owner.is_gone(f"{boot}-{namespace}-{os.getpid()}-1"), "the number belongs to another process now"
    elsewhere = (f"other-{namespace}-{process}-{start}", f"{boot}-1-{process}-{start}", "", "a-b", "a-b-c-d")
    assert not any(owner.is_gone(other) for other in elsewhere)


def test_folders_of_killed_graders_are_removed_and_of_no_other(classroom, dead_grader):
    folders = [
        Path(tempfile.mkdtemp(prefix=f"autograder-{made_by}-"))
        for made_by in (dead_grader, owner.this_process(), "other-1-2-3")
    ]
    for folder in folders:
        (folder / "20001").mkdir(mode=0)
    try:
        classroom.hand_in("anna", b"{")
        classroom.grade()
        assert [folder.exists() for folder in folders] == [False, True, True]
    finally:
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.docker
def test_containers_of_killed_graders_are_removed_and_of_no_other(grading_image, docker_engine, dead_grader):
    """Made, but not started: such a one does not end by itself."""
    containers = [
        docker_engine.containers.create(grading_image.name, ["true"], labels={OWNER_LABEL: made_by})
        for made_by in (dead_grader, owner.this_process())
    ]
    try:
        provider("docker").clear_left_over()
        left = {found["Id"] for found in docker_engine.api.containers(all=True)}
        assert [container.id in left for container in containers] == [False, True]
    finally:
        for container in containers:
            docker_engine.api.remove_container(container.id, force=True) if container.id in left else None


@pytest.mark.docker
def test_a_container_says_who_made_it(grading_image, docker_engine):
    def ours() -> set[str]:
        found = docker_engine.api.containers(filters={"label": f"{OWNER_LABEL}={owner.this_process()}"})
        return {each["Id"] for each in found}

    before = ours()
    connection = provider("docker").open(SlotSpec(image=grading_image.name))
    try:
        assert len(ours() - before) == 1
    finally:
        connection.close()
