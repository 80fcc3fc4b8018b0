"""Several lanes share out the work; one that dies costs its task another try, never a result."""

from __future__ import annotations

from pathlib import Path

import pytest
from classroom import ALL_RIGHT, HALF_RIGHT, POOL, SIZE, Classroom, notebook

from autograder.errors import EXIT_ENVIRONMENT, SandboxError
from autograder.sandbox import SlotSpec

KILLS_ITS_LANE = """
import os, pathlib, signal
times = pathlib.Path({marker!r})
count = len(times.read_text()) if times.exists() else 0
if count < {deaths}:
    times.write_text("x" * (count + 1))
    process = os.getpid()
    while b"spawn_main" not in pathlib.Path(f"/proc/{{process}}/cmdline").read_bytes():
        status = pathlib.Path(f"/proc/{{process}}/stat").read_text()
        process = int(status.rsplit(")", 1)[1].split()[1])
        assert process > 1, "no lane above this process"
    os.kill(process, signal.SIGKILL)
"""


def killer(tmp_path: Path, deaths: int) -> bytes:
    """A right notebook whose first cell kills the lane that it runs in, `deaths` times."""
    return notebook(KILLS_ITS_LANE.format(marker=str(tmp_path / "deaths"), deaths=deaths), SIZE, POOL)


@pytest.fixture
def eight(classroom: Classroom) -> Classroom:
    for number in range(4):
        classroom.hand_in(f"anna{number}", ALL_RIGHT)
        classroom.hand_in(f"bo{number}", HALF_RIGHT)
    return classroom


def test_the_task_of_a_lane_that_dies_is_tried_again(eight, tmp_path):
    eight.hand_in("killer", killer(tmp_path, deaths=1))
    summary = eight.grade(jobs=2)
    assert summary.not_graded == {}
    assert [report.score for report in summary.reports] == [8, 8, 8, 8, 4, 4, 4, 4, 8]
    assert eight.begun.count("killer/answers.ipynb") == 2
    assert (tmp_path / "deaths").read_text() == "x"


def test_a_task_that_ends_its_lane_twice_is_given_up_and_the_others_are_done(eight, tmp_path):
    eight.hand_in("killer", killer(tmp_path, deaths=3))
    summary = eight.grade(jobs=2)
    assert [report.score for report in summary.reports] == [8, 8, 8, 8, 4, 4, 4, 4]
    assert summary.not_graded == {"killer": "the grader's own process ended twice on killer/answers.ipynb"}
    assert not (eight.out / "killer").exists()
    assert (tmp_path / "deaths").read_text() == "xx"


def test_what_was_given_up_is_tried_by_the_next_run(classroom, tmp_path):
    classroom.hand_in("anna", ALL_RIGHT)
    classroom.hand_in("killer", killer(tmp_path, deaths=2))
    assert list(classroom.grade(jobs=2).not_graded) == ["killer"]
    summary = classroom.grade(jobs=2)
    assert (summary.examined, summary.not_graded) == (1, {})
    assert classroom.report("killer").score == 8


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_sandbox_that_fails_ends_the_run_with_a_remedy(classroom, jobs):
    classroom.edit("assignment.toml", 'preload = ["numpy"]', 'preload = ["no_such_module"]')
    for student in ("anna", "bo", "cleo"):
        classroom.hand_in(student, ALL_RIGHT)
    with pytest.raises(SandboxError, match="no_such_module") as caught:
        classroom.grade(jobs=jobs)
    assert "preload" in (caught.value.remedy or "")
    assert caught.value.exit_code == EXIT_ENVIRONMENT
    assert not list(classroom.out.glob("*/report.json"))


def test_results_before_a_failure_are_kept(classroom):
    classroom.hand_in("anna", ALL_RIGHT)
    classroom.grade()
    classroom.hand_in("bo", HALF_RIGHT)
    spec = SlotSpec(("no_such_module",), classroom.assignment.limits)
    with pytest.raises(SandboxError):
        classroom.grade(spec=spec)
    assert classroom.report("anna").score == 8
    assert classroom.grade().examined == 1


def test_what_lies_where_the_grader_is_started_is_not_imported(
    eight: Classroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lane is a new Python, which would else look for modules in the current folder first."""
    folder = tmp_path / "of a student"
    folder.mkdir()
    for name in ("multiprocessing", "random", "json", "numpy", "sitecustomize"):
        (folder / f"{name}.py").write_text("open('ran', 'w').close()\n")
    monkeypatch.chdir(folder)
    summary = eight.grade(jobs=2)
    assert len(summary.reports) == 8
    assert not (folder / "ran").exists()
