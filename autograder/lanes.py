"""Lanes: processes of the grader that each hold one slot and one pytest session, and share out the work.

pytest is not made for threads, so a second lane is a second process. One lane runs in the grader itself.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from typing import Any, Protocol

from autograder.course import Assignment
from autograder.errors import AutograderError, SandboxError
from autograder.examiner import Candidate, Examined, StudentNotebook, examine
from autograder.sandbox import Slot, SlotSpec, provider

ATTEMPTS_PER_TASK = 2


@dataclass(frozen=True, slots=True)
class Task:
    """One notebook to examine.

    Args:
        id: unique among the tasks; only handed through.
        cells: the source of each code cell.
        files: content by relative path, beside the notebook.
        seed: the `rng` of every test, and the notebook's own random numbers, derive from it.
        questions: run the tests of these questions only; None for all.
        until_failure: stop at the first test that does not pass, or when the notebook comes to no end.
    """

    id: str
    cells: tuple[str, ...]
    files: dict[str, bytes]
    seed: bytes
    questions: frozenset[str] | None = None
    until_failure: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """What the examination of one task gave, and what it ran on."""

    id: str
    examined: Examined
    python: str
    packages: dict[str, str]
    image: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """How the tasks of one assignment are worked through.

    Args:
        assignment: whose tests.
        sandbox: name of the provider.
        spec: what a slot must offer.
        jobs: how many lanes.
        fresh: a new sandbox for every task.
        devices: the GPUs that the lanes share out among themselves, each bound to one; none for any.
    """

    assignment: Assignment
    sandbox: str
    spec: SlotSpec
    jobs: int = 1
    fresh: bool = False
    devices: tuple[str, ...] = ()

    def at(self, place: int) -> Plan:
        """The plan of the lane at `place`, counted from 0: on a GPU of its own where there are enough."""
        if not self.devices:
            return self
        return replace(self, spec=replace(self.spec, gpu_device=self.devices[place % len(self.devices)]))


class Work(Protocol):
    """What works through tasks: `work_through` on this machine, or a cluster."""

    def __call__(
        self,
        plan: Plan,
        tasks: Iterable[Task],
        *,
        on_begin: Callable[[str], None],
        on_done: Callable[[Done], None],
    ) -> list[str]: ...


def work_through(
    plan: Plan,
    tasks: Iterable[Task],
    *,
    on_begin: Callable[[str], None] = lambda _: None,
    on_done: Callable[[Done], None],
) -> list[str]:
    """Examine every task; return the ids of those that took their lane down with them, twice.

    Raises:
        AutograderError: the tests or the sandbox cannot be used; what was done has been handed over.
    """
    waiting = list(tasks)
    if not waiting:
        return []
    if plan.jobs == 1:
        _run_lane(plan.at(0), _announced(waiting, on_begin), on_done)
        return []
    return _Lanes(plan, waiting, on_begin, on_done).run()


def _announced(tasks: Iterable[Task], on_begin: Callable[[str], None]) -> Iterator[Task]:
    for task in tasks:
        on_begin(task.id)
        yield task


def _run_lane(
    plan: Plan, tasks: Iterable[Task], on_done: Callable[[Done], None], *, may_exit: bool = False
) -> None:
    with Slot(provider(plan.sandbox), plan.spec) as slot:

        def candidates() -> Iterator[Candidate]:
            for task in tasks:
                seed = int.from_bytes(task.seed[:8], "big") >> 1
                notebook = StudentNotebook(slot, task.cells, task.files, seed=seed)
                yield Candidate(task.id, notebook, task.seed, task.questions, task.until_failure)

        def hand_over(examined: Examined) -> None:
            on_done(Done(examined.name, examined, slot.python, slot.packages, slot.image))
            if plan.fresh:
                slot.close()

        slot.start()  # it imports the week's packages while the tests are imported here
        examine(plan.assignment, candidates(), hand_over, may_exit=may_exit)


class _Lanes:
    """Several lanes, each given a task when it is free; one that dies is replaced."""

    def __init__(
        self,
        plan: Plan,
        tasks: list[Task],
        on_begin: Callable[[str], None],
        on_done: Callable[[Done], None],
    ) -> None:
        self._plan = plan
        self._on_begin, self._on_done = on_begin, on_done
        self._waiting = deque(tasks)
        self._tries: dict[str, int] = {}
        self._given_up: list[str] = []
        self._working: dict[Connection, Task | None] = {}
        self._processes: dict[Connection, Any] = {}
        self._places: dict[Connection, int] = {}

    def run(self) -> list[str]:
        try:
            for _ in range(min(self._plan.jobs, len(self._waiting))):
                self._open_lane()
            while self._working:
                for lane in wait(list(self._working)):
                    assert isinstance(lane, Connection)
                    self._hear(lane)
        finally:
            self._close_all()
        return self._given_up

    def _open_lane(self) -> None:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        place = min(set(range(self._plan.jobs)) - set(self._places.values()))
        process = context.Process(target=serve_lane, args=(self._plan.at(place), theirs), daemon=True)
        with _safe_path():
            process.start()
        theirs.close()
        self._working[ours], self._processes[ours], self._places[ours] = None, process, place
        self._give(ours)

    def _give(self, lane: Connection) -> None:
        """Give a free lane its next task, or send it home."""
        if not self._waiting:
            self._retire(lane)
            return
        task = self._waiting.popleft()
        self._working[lane] = task
        self._on_begin(task.id)
        try:
            lane.send(task)
        except OSError:
            self._bury(lane)

    def _hear(self, lane: Connection) -> None:
        try:
            message = lane.recv()
        except (EOFError, OSError):
            self._bury(lane)
            return
        if isinstance(message, AutograderError):
            raise message
        self._give(lane)  # first, so that the lane works while the result is kept
        self._on_done(message)

    def _bury(self, lane: Connection) -> None:
        """A lane has died: its task is tried once more."""
        task = self._working[lane]
        self._retire(lane)
        if task is not None:
            self._tries[task.id] = self._tries.get(task.id, 0) + 1
            if self._tries[task.id] < ATTEMPTS_PER_TASK:
                self._waiting.append(task)
            else:
                self._given_up.append(task.id)
        if self._waiting:
            self._open_lane()

    def _retire(self, lane: Connection) -> None:
        del self._working[lane], self._places[lane]
        lane.close()

    def _close_all(self) -> None:
        for lane in list(self._working):
            self._retire(lane)
        for process in self._processes.values():
            process.join(30)
            if process.is_alive():
                process.kill()
                process.join()


@contextlib.contextmanager
def _safe_path() -> Iterator[None]:
    """Keep the current folder, where students' files may lie, out of what a new process imports from."""
    before = os.environ.get("PYTHONSAFEPATH")
    os.environ["PYTHONSAFEPATH"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONSAFEPATH"]
        else:
            os.environ["PYTHONSAFEPATH"] = before


def serve_lane(plan: Plan, parent: Connection) -> None:
    """Be a lane, in a process of its own, until the grader closes the pipe, for whatever reason.

    Each `Task` that comes is answered by a `Done`, or by an `AutograderError` that ends the lane. A test that
    comes to no end ends it without an answer.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def tasks() -> Iterator[Task]:
        while True:
            try:
                yield parent.recv()
            except (EOFError, OSError):
                return

    try:
        _run_lane(plan, tasks(), parent.send, may_exit=True)
    except AutograderError as error:
        with contextlib.suppress(OSError):
            parent.send(_portable(error))
    except OSError:
        return  # the grader is gone


def _portable(error: AutograderError) -> AutograderError:
    """The same error in a form that survives the way between processes."""
    kind = SandboxError if isinstance(error, SandboxError) else AutograderError
    carried = kind(error.message, remedy=error.remedy)
    carried.exit_code = error.exit_code
    return carried
