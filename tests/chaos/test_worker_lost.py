"""A submission whose worker vanishes is examined again; one that loses every worker earns nothing."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_exam import examine_notebooks, small_assignment

from autograder.course import Assignment, Limits
from autograder.errors import SandboxError
from autograder.examiner import Examined
from autograder.sandbox import Connection, Slot, SlotSpec, WorkerLostError, provider
from autograder.sandbox.process import ChildConnection, ProcessSandbox

# Only the `process` sandbox lets a notebook reach its worker; here that stands for whatever may kill one.
KILL_WORKER = """
import os, pathlib, signal
def kill_worker(signal_number=signal.SIGKILL):
    times = pathlib.Path({marker!r})
    if len(times.read_text()) < {deaths}:
        times.write_text(times.read_text() + "x")
        process = os.getpid()
        while os.getsid(process) != process or process == os.getpid():
            status = pathlib.Path(f"/proc/{{process}}/stat").read_text()
            process = int(status.rsplit(")", 1)[1].split()[1])
        os.kill(process, signal_number)
"""
LIMITS = Limits(run_seconds=60, call_seconds=30, total_seconds=200, memory_mb=400)
HONEST = "size = 3\ndef area(x): return x * x"


@pytest.fixture
def slot() -> Iterator[Slot]:
    with Slot(provider("process"), SlotSpec(("numpy",), LIMITS)) as slot:
        yield slot


@pytest.fixture
def exam(tmp_path: Path) -> Assignment:
    """Three tests: of a value, of a function, and one that catches whatever comes."""
    return small_assignment(
        tmp_path,
        ["size", "area"],
        public='''
        def test_size(size):
            """The size is 3."""
            assert size == 3

        def test_area(area, rng):
            """The area of a square."""
            side = int(rng.integers(2, 100))
            assert area(side) == side * side
        ''',
        hidden='''
        def test_area_whatever_comes(area):
            """The area of a large square."""
            try:
                assert area(1000) == 1000 * 1000
            except BaseException:
                pass
        ''',
    )


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    """A file with one letter for each worker that was killed."""
    path = tmp_path / "deaths"
    path.write_text("")
    return path


def outcomes(examined: Examined) -> list[str]:
    return [test.outcome for test in examined.tests]


WHILE_IT_RUNS = "{kill}\nkill_worker()\n" + HONEST
WHILE_A_TEST_ASKS = "{kill}\nsize = 3\ndef area(x):\n    if x == 1000: kill_worker()\n    return x * x"


@pytest.mark.parametrize(("notebook", "deaths"), [(WHILE_IT_RUNS, 1), (WHILE_A_TEST_ASKS, 2)])
def test_a_submission_whose_worker_is_lost_gets_what_it_would_have_got(slot, exam, marker, notebook, deaths):
    kill = KILL_WORKER.format(marker=str(marker), deaths=deaths)
    done = examine_notebooks(exam, slot, {"anna": [notebook.format(kill=kill)], "bo": [HONEST]})
    assert marker.read_text() == "x" * deaths
    for student in ("anna", "bo"):
        assert outcomes(done[student]) == ["passed"] * 3
        assert (done[student].run.status, done[student].run.message) == ("completed", "")
        assert len(done[student].outputs) == 1


@pytest.mark.parametrize("notebook", [WHILE_IT_RUNS, WHILE_A_TEST_ASKS], ids=["running", "asked"])
def test_one_that_loses_every_worker_earns_nothing_and_harms_nobody(slot, exam, marker, notebook):
    kill = KILL_WORKER.format(marker=str(marker), deaths=99)
    done = examine_notebooks(exam, slot, {"anna": [notebook.format(kill=kill)], "bo": [HONEST]})
    assert marker.read_text() == "xxx"
    assert outcomes(done["anna"]) == ["not_run"] * 3 and done["anna"].outputs == []
    assert done["anna"].run.status == "lost"
    assert "The sandbox was lost each of 3 times" in done["anna"].run.message
    assert {test.message for test in done["anna"].tests} == {done["anna"].run.message}
    assert outcomes(done["bo"]) == ["passed"] * 3


def test_every_attempt_draws_the_same_random_numbers(slot, tmp_path, marker):
    exam = small_assignment(
        tmp_path / "course",
        ["draw", "seen"],
        hidden='''
        def test_draw(draw, rng):
            """Tell the notebook a number of ours, and let it draw one of its own."""
            draw(int(rng.integers(1 << 40)))
        ''',
    )
    kill = KILL_WORKER.format(marker=str(marker), deaths=2)
    drawn = tmp_path / "drawn"
    notebook = (
        f"{kill}\nimport numpy as np\nown = np.random.randint(1 << 30)\n"
        f"def draw(given):\n    with open({str(drawn)!r}, 'a') as file: print(given, own, file=file)\n"
        "    kill_worker()"
    )
    done = examine_notebooks(exam, slot, {"anna": [notebook]})
    lines = drawn.read_text().splitlines()
    assert outcomes(done["anna"]) == ["passed"] and len(lines) == 3 and len(set(lines)) == 1


@pytest.mark.slow
def test_a_worker_that_does_not_answer_is_lost_like_one_that_is_gone(exam, marker):
    """It is stopped, not killed: the margin beyond the student's own limit must pass."""
    kill = KILL_WORKER.format(marker=str(marker), deaths=1)
    notebook = f"{kill}\nkill_worker(signal.SIGSTOP)\n{HONEST}"
    limits = LIMITS.model_copy(update={"run_seconds": 10})
    with Slot(provider("process"), SlotSpec(("numpy",), limits)) as slot:
        done = examine_notebooks(exam, slot, {"anna": [notebook]})
    assert marker.read_text() == "x"
    assert outcomes(done["anna"]) == ["passed"] * 3


class Dying(ProcessSandbox):
    """A sandbox in which every worker starts, and dies as soon as it is asked for anything."""

    def open(self, spec: SlotSpec) -> Connection:
        connection = super().open(spec)
        assert isinstance(connection, ChildConnection)

        class Doomed(ChildConnection):
            def __init__(self) -> None:
                self.__dict__ = connection.__dict__

            def send(self, body: bytes, seconds: float) -> None:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
                super().send(body, seconds)

        return Doomed()


def test_where_an_empty_notebook_loses_its_worker_too_nobody_is_blamed(exam):
    with Slot(Dying(), SlotSpec((), LIMITS)) as slot, pytest.raises(WorkerLostError, match="lost") as caught:
        examine_notebooks(exam, slot, {"anna": [HONEST], "bo": [HONEST]})
    assert caught.value.exit_code == 3
    assert "autograder doctor" in str(caught.value.remedy)


class Restarted(ProcessSandbox):
    """A sandbox whose engine is away for as many tries as are left."""

    def __init__(self) -> None:
        self.away = 0

    def open(self, spec: SlotSpec) -> Connection:
        if self.away:
            self.away -= 1
            raise SandboxError("the engine is not there")
        return super().open(spec)


def test_an_engine_that_is_away_for_a_moment_is_waited_for(exam, marker):
    sandbox = Restarted()
    notebook = KILL_WORKER.format(marker=str(marker), deaths=1) + "kill_worker()\n" + HONEST
    with Slot(sandbox, SlotSpec(("numpy",), LIMITS), pauses=[0.01] * 3) as slot:
        slot.warm_up()
        sandbox.away = 3
        done = examine_notebooks(exam, slot, {"anna": [notebook]})
    assert outcomes(done["anna"]) == ["passed"] * 3 and sandbox.away == 0


def test_an_engine_that_stays_away_ends_the_grading_with_its_own_words(exam, marker):
    """Also where it goes away while a test asks, and the test catches whatever comes."""
    sandbox = Restarted()
    kill = KILL_WORKER.format(marker=str(marker), deaths=1)
    with Slot(sandbox, SlotSpec(("numpy",), LIMITS), pauses=[0.01] * 3) as slot:
        slot.warm_up()
        sandbox.away = 99
        with pytest.raises(SandboxError, match="the engine is not there"):
            examine_notebooks(exam, slot, {"anna": [WHILE_A_TEST_ASKS.format(kill=kill)]})
    assert sandbox.away == 99 - 4
