"""Workers, lanes, engine and grader are killed at random; in the end, results are as if nothing had been."""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from chaos import Monkey, Victim, new_class
from classroom import NAME, Classroom, without_times
from engines import Engine
from graders import Grader, eventually, gradebook, results

from autograder.report import Report
from autograder.results import read_reports
from autograder.results.store import PARTIAL
from autograder.sandbox import owner, provider
from autograder.sandbox.docker import OWNER_LABEL

SEEDS = range(20)
SMALL, LARGE = 60, 300


@dataclass(frozen=True)
class Undisturbed:
    """A class, and what grading it gives when nobody disturbs."""

    room: Classroom
    size: int
    out: Path

    @classmethod
    def grade(cls, root: Path, size: int, *, hanging: bool) -> Undisturbed:
        room = new_class(root, size, hanging=hanging)
        out = root / "undisturbed" / NAME
        Grader(room, out, "bubblewrap", root / "tmp").wait()
        return cls(room, size, out)


@pytest.fixture(scope="session")
def bubblewrap() -> None:
    if why := provider("bubblewrap").why_unavailable():
        if os.environ.get("REQUIRE_BUBBLEWRAP") == "1":
            pytest.fail(f"REQUIRE_BUBBLEWRAP=1, but {why}", pytrace=False)
        pytest.skip(f"NOT TESTED WITH BUBBLEWRAP: {why}")


@pytest.fixture(scope="session")
def small_class(bubblewrap: None, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    return Undisturbed.grade(tmp_path_factory.mktemp("small"), SMALL, hanging=False)


@pytest.fixture(scope="session")
def large_class(bubblewrap: None, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """In it, one student hangs until a limit of 40 s, and every kind of death comes five times."""
    return Undisturbed.grade(tmp_path_factory.mktemp("large"), LARGE, hanging=True)


@pytest.fixture(scope="session")
def own_engine(grading_image: Any) -> Iterator[Engine]:
    """A second engine that holds the grading image; it takes 3 GB of disk while the tests run."""
    if os.geteuid() != 0 or shutil.which("dockerd") is None:
        pytest.skip("NOT TESTED WITH AN ENGINE THAT DIES: starting one needs root and `dockerd`")
    engine = Engine()
    try:
        engine.start()
        engine.load(grading_image.name)
        yield engine
    finally:
        engine.remove()


def comparable(report: Report) -> dict[str, Any]:
    """A report without what was measured, and without the name of the sandbox and what derives from it."""
    data = without_times(report)
    del data["key"], data["environment"]
    return data


def disturb(undisturbed: Undisturbed, sandbox: str, victims: list[Victim], seed: int, **more: Any) -> Monkey:
    """Grade the class while a monkey kills; what comes out is what comes out undisturbed."""
    out = undisturbed.room.root / f"disturbed-{sandbox}-{seed}" / NAME
    monkey = Monkey(undisturbed.room, undisturbed.size, out, sandbox, victims, seed, **more)
    monkey.work()
    print(f"seed {seed}, {sandbox}: {dict(monkey.killed)} killed in {monkey.runs} runs")  # noqa: T201
    expected = read_reports(undisturbed.out)
    assert len(expected) == undisturbed.size
    assert [comparable(report) for report in read_reports(out)] == [comparable(each) for each in expected]
    assert results_by_student(out) == results_by_student(undisturbed.out)
    assert gradebook(out) == gradebook(undisturbed.out)
    assert_gradebook_and_csv_agree(out)
    assert not list(out.rglob(f"*{PARTIAL}"))
    assert not list(monkey.scratch.glob("autograder-*"))
    assert eventually(lambda: all(owner.is_gone(name) for name in monkey.seen)), "a process is left"
    if sandbox == "docker":
        assert eventually(lambda: not containers_of(monkey)), "a container is left"
    shutil.rmtree(out.parent)
    return monkey


def results_by_student(out: Path) -> dict[str, str]:
    """Names of all results but those under digests, which tell the sandboxes apart; and the grades."""
    return {name: text for name, text in results(out).items() if not name.startswith(".examined/")}


def assert_gradebook_and_csv_agree(out: Path) -> None:
    points: dict[str, float] = {}
    for student, _, score, _ in gradebook(out):
        points[student] = points.get(student, 0) + (score or 0)
    with (out / "grades.csv").open(newline="", encoding="utf-8") as file:
        rows = {row["student"]: float(row["score"]) for row in csv.DictReader(file)}
    assert rows == points


def containers_of(monkey: Monkey) -> list[str]:
    found = monkey.client().api.containers(all=True, filters={"label": OWNER_LABEL})
    return [each["Id"] for each in found if each["Labels"][OWNER_LABEL] in monkey.seen]


def test_a_class_in_bubblewrap_survives_the_death_of_workers_lanes_and_graders(small_class):
    victims: list[Victim] = [*["worker"] * 4, "lane", "grader", "group"]
    monkey = disturb(small_class, "bubblewrap", victims, seed=2026)
    assert (monkey.killed["worker"], monkey.killed["lane"]) == (4, 1)


@pytest.mark.slow
@pytest.mark.docker
def test_a_class_in_docker_survives_the_death_of_containers_and_graders(small_class, grading_image):
    monkey = disturb(small_class, "docker", ["worker", "worker", "worker", "grader"], seed=2027)
    assert monkey.killed["worker"] == 3


@pytest.mark.slow
@pytest.mark.parametrize("seed", [seed for seed in SEEDS if seed % 2 == 0])
def test_a_large_class_in_bubblewrap_survives_chaos(large_class, seed):
    """Every fourth time with one lane, which is the grader's own process."""
    victims: list[Victim] = [*["worker"] * 12, *["grader"] * 3, *["group"] * 2]
    jobs = 1 if seed % 4 == 0 else 2
    monkey = disturb(
        large_class, "bubblewrap", victims + (["lane"] * 4 if jobs == 2 else []), seed, jobs=jobs
    )
    assert monkey.killed["worker"] == 12


@pytest.mark.slow
@pytest.mark.docker
@pytest.mark.parametrize("seed", [seed for seed in SEEDS if seed % 2])
def test_a_large_class_in_docker_survives_chaos(large_class, own_engine, seed):
    """The engine itself dies, too, and comes back."""
    victims: list[Victim] = [*["worker"] * 8, *["grader"] * 2, "group", "lane", "engine", "engine"]
    monkey = disturb(large_class, "docker", victims, seed, engine=own_engine)
    assert (monkey.killed["worker"], monkey.killed["engine"]) == (8, 2)
