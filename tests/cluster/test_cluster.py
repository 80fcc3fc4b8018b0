"""Grading on a real cluster gives what grading on this machine gives, whatever happens to its workers."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from dask_cluster import DaskCluster, MostTasks, eventually
from distributed import Client, Future
from lessons import KILLS_ITS_LANE, KILLS_ITS_WORKER, RIGHT, WAITS, Lesson, run

from autograder.cluster import grader
from autograder.cluster.grader import IN_FLIGHT_PER_SLOT, connect
from autograder.errors import EXIT_ENVIRONMENT, ClusterError, SandboxError
from autograder.grading import EXAMINED, Watcher
from autograder.image import ImageInfo

SLOTS = 2


def test_the_same_reports_as_on_this_machine_from_one_warm_lane_for_each_slot(
    cluster: DaskCluster, lesson: Lesson
) -> None:
    lesson.hand_in_class(9)
    summary = lesson.grade_on(cluster.address, "far")
    lesson.grade("near")
    assert (summary.examined, summary.not_graded) == (9, {})
    assert lesson.reports("far") == lesson.reports("near")
    scores = [report["score"] for report in lesson.reports("far").values()]
    assert scores == [3, 1, 0] * 3
    zygotes = {lesson.printed("far", student)[0] for student in ("s00", "s03", "s06")}
    assert len(zygotes) <= SLOTS
    eventually(lambda: not cluster.unpacked_tests())


def test_what_was_graded_on_the_cluster_is_not_run_again_on_this_machine(
    cluster: DaskCluster, lesson: Lesson
) -> None:
    lesson.hand_in("ada", RIGHT)
    lesson.grade_on(cluster.address, "out")
    assert lesson.grade("out").reused == 1


@pytest.mark.docker
def test_workers_run_containers_of_one_image(
    cluster: DaskCluster, lesson: Lesson, grading_image: ImageInfo
) -> None:
    lesson.hand_in("ada", RIGHT)
    lesson.grade_on(cluster.address, "out", "docker")
    report = lesson.reports("out")["ada"]
    assert (report["score"], report["environment"]["image"]) == (3, grading_image.id)
    assert lesson.grade("out", "docker").reused == 1


def test_workers_killed_on_the_way_cost_no_result(cluster: DaskCluster, lesson: Lesson) -> None:
    lesson.hand_in_class(12)
    done: list[str] = []

    def kill_sometimes(label: str) -> None:
        done.append(label)
        if len(done) in (2, 6):
            cluster.kill_a_worker()

    summary = lesson.grade_on(cluster.address, "disturbed", watcher=Watcher(done=kill_sometimes))
    lesson.grade("undisturbed")
    assert len(done) == len(set(done)) == 12
    assert summary.not_graded == {}
    assert lesson.reports("disturbed") == lesson.reports("undisturbed")
    eventually(lambda: not cluster.unpacked_tests())


def cancel_all(other: Client) -> list[str]:
    """Have the scheduler cancel all that it has; it tells the grader."""
    forgotten = other.run_on_scheduler(lambda dask_scheduler: list(dask_scheduler.tasks))
    other.cancel([Future(key, other) for key in forgotten], force=True)
    return forgotten


def drop_results(other: Client) -> list[str]:
    """Have the scheduler drop the results of all that it has; it says so only when asked for them."""

    def drop(dask_scheduler: Any) -> list[str]:
        tasks = dict(dask_scheduler.tasks)
        if len(tasks) < 2 or any(task.state != "memory" for task in tasks.values()):
            return []  # one may be the result that the grader has just taken in
        for key, task in tasks.items():
            for client in list(task.who_wants):
                dask_scheduler.client_releases_keys([key], client.client_key)
        return list(tasks)

    forgotten: list[str] = []
    eventually(lambda: forgotten.extend(other.run_on_scheduler(drop)) or bool(forgotten))
    return forgotten


class ForgetsOnce:
    """Has the scheduler forget, when the first submission is done."""

    def __init__(self, cluster: DaskCluster, forget: Callable[[Client], list[str]]) -> None:
        self._address, self._forget = cluster.address, forget
        self.forgotten: list[str] = []

    def __call__(self, _: str) -> None:
        if not self.forgotten:
            with Client(self._address, set_as_default=False) as other:
                self.forgotten = self._forget(other)


@pytest.mark.parametrize("forget", [cancel_all, drop_results])
def test_tasks_that_the_scheduler_forgets_are_handed_out_again(
    cluster: DaskCluster, lesson: Lesson, forget: Callable[[Client], list[str]]
) -> None:
    lesson.hand_in_class(6)
    forgets = ForgetsOnce(cluster, forget)
    summary = lesson.grade_on(cluster.address, "out", watcher=Watcher(done=forgets))
    assert forgets.forgotten
    assert (len(lesson.reports("out")), summary.not_graded) == (6, {})


@pytest.mark.parametrize("forget", [cancel_all, drop_results])
def test_a_scheduler_that_forgets_too_many_tasks_is_named(
    cluster: DaskCluster,
    lesson: Lesson,
    monkeypatch: pytest.MonkeyPatch,
    forget: Callable[[Client], list[str]],
) -> None:
    monkeypatch.setattr(grader, "MOST_FORGOTTEN", 0)
    lesson.hand_in_class(3)
    with pytest.raises(ClusterError, match="has cancelled 1 examinations") as caught:
        lesson.grade_on(cluster.address, "out", watcher=Watcher(done=ForgetsOnce(cluster, forget)))
    assert "anew" in (caught.value.remedy or "")


def test_a_submission_that_takes_its_lane_down_twice_is_not_graded_and_the_others_are(
    cluster: DaskCluster, lesson: Lesson
) -> None:
    lesson.hand_in_class(3)
    lesson.hand_in("killer", KILLS_ITS_LANE)
    summary = lesson.grade_on(cluster.address, "out")
    assert summary.not_graded == {"killer": "the grader's own process ended twice on killer/w01_small.ipynb"}
    assert sorted(lesson.reports("out")) == ["s00", "s01", "s02"]


@pytest.mark.slow
def test_a_submission_that_takes_its_worker_down_again_and_again_is_not_graded_and_the_others_are(
    cluster: DaskCluster, lesson: Lesson
) -> None:
    lesson.hand_in("killer", KILLS_ITS_WORKER)
    lesson.hand_in_class(6)
    summary = lesson.grade_on(cluster.address, "out")
    assert list(summary.not_graded) == ["killer"]
    cluster.wait_for_workers(2)
    lesson.grade_on(cluster.address, "alone")  # the killer is tried by every run, and harms nobody in it
    assert lesson.reports("out") == lesson.reports("alone")
    assert len(lesson.reports("out")) == 6


@pytest.mark.slow
def test_a_grader_killed_midway_goes_on_where_it_was_and_leaves_no_test_behind(
    cluster: DaskCluster, lesson: Lesson
) -> None:
    gate = lesson.root / "gate"
    lesson.hand_in_class(3)
    for number in range(5):
        lesson.hand_in(f"waits{number}", WAITS.format(gate=str(gate)), RIGHT)
    command = lesson.command("out", "--scheduler", cluster.address)
    folder = lesson.root / "out" / EXAMINED

    def kept() -> int:
        return len(list(folder.glob("*.json")))

    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as program:
        try:
            eventually(lambda: kept() == 3 or program.poll() is not None)
            assert cluster.unpacked_tests()
        finally:
            program.kill()
    eventually(lambda: not cluster.unpacked_tests())
    assert kept() == 3
    gate.touch()
    again = run(command)
    assert again.returncode == 0, again.stderr
    result = json.loads(again.stdout)
    assert (result["reused"], result["examined"], result["jobs"]) == (3, 5, SLOTS)
    assert [student["score"] for student in result["students"]] == [3, 1, 0, 3, 3, 3, 3, 3]


def test_few_tasks_are_with_the_scheduler_at_a_time(cluster: DaskCluster, lesson: Lesson) -> None:
    lesson.hand_in_class(12)
    cluster.client.register_plugin(MostTasks())
    try:
        lesson.grade_on(cluster.address, "out")
        counts = cluster.client.run_on_scheduler(
            lambda dask_scheduler: (dask_scheduler.plugins["most-tasks"].most, len(dask_scheduler.tasks))
        )
    finally:
        cluster.client.unregister_scheduler_plugin("most-tasks")
    assert 2 <= counts[0] <= IN_FLIGHT_PER_SLOT * SLOTS
    assert counts[1] == 0


def test_a_sandbox_that_fails_ends_the_run_with_its_remedy_and_keeps_what_was_done(
    cluster: DaskCluster, lesson: Lesson
) -> None:
    lesson.hand_in("ada", RIGHT)
    lesson.grade_on(cluster.address, "out")
    settings = lesson.assignment.path / "assignment.toml"
    settings.write_text('preload = ["no_such_module"]\n' + settings.read_text())
    with pytest.raises(SandboxError, match="no_such_module") as caught:
        lesson.grade_on(cluster.address, "out")
    assert "preload" in (caught.value.remedy or "")
    assert list(lesson.reports("out")) == ["ada"]


def test_a_cluster_without_the_resource_is_refused_with_the_command_that_helps(cluster: DaskCluster) -> None:
    with connect(cluster.address, gpu=True) as found, pytest.raises(ClusterError) as caught:
        found.sandbox("process", "no-image")
    assert "offers GPU (workers: 2)" in caught.value.message
    command = f'dask worker {cluster.address} --nthreads 2 --resources "GPU=2"'
    assert command in (caught.value.remedy or "")


def test_an_address_where_nobody_answers_is_said_in_a_sentence(lesson: Lesson) -> None:
    lesson.hand_in("ada", RIGHT)
    result = run(lesson.command("out", "--scheduler", "tcp://127.0.0.1:9"))
    assert result.returncode == EXIT_ENVIRONMENT
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in result.stderr
    assert "dask scheduler" in result.stderr and "Traceback" not in result.stderr
