"""What runs on a Dask worker: what it is, and the lanes that it keeps warm while a grader uses it.

Dask ships `Grading` to every worker, also to those that join later, and `examine_here` with each task.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import math
import platform
import shutil
import tempfile
import threading
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from distributed import get_worker
from distributed.diagnostics.plugin import SchedulerPlugin, WorkerPlugin

import autograder
from autograder.cluster.bundle import Bundle, with_shipped
from autograder.cluster.lane import Lane, LaneDiedError
from autograder.errors import AutograderError, ClusterError
from autograder.lanes import Done, Plan, Task
from autograder.sandbox import SlotSpec, best_available, provider
from autograder.sandbox.gpu import devices_here

GPU = "GPU"
logger = logging.getLogger("distributed.worker.autograder")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a worker is. Workers of one grading must not differ in the first five.

    Args:
        autograder: version of the autograder.
        code: digest of its source.
        python: version of Python, without the patch.
        sandbox: the sandbox that it would use.
        identity: what student code would run with; None where it cannot run.
        problem: why it cannot.
        slots: how much of the resource it offers.
        threads: how many tasks Dask lets it work on at a time.
    """

    autograder: str
    code: str
    python: str
    sandbox: str
    identity: str | None
    problem: str | None
    slots: int
    threads: int


@dataclass(frozen=True, slots=True)
class LaneDied:
    """The lane ended on this task."""


@dataclass(frozen=True, slots=True)
class Refused:
    """This worker does not examine anything, and says why."""

    why: str


Reply = Done | LaneDied | Refused | AutograderError


@cache
def code_digest() -> str:
    """Digest of the source of the whole autograder."""
    package = Path(autograder.__file__).parent
    found = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        found.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()


def python_minor() -> str:
    return ".".join(platform.python_version_tuple()[:2])


def describe(resource: str, sandbox: str | None, image: str, dask_worker: Any = None) -> dict[str, Any]:
    """Say what this worker is; in plain data, for a grader of another version."""
    return asdict(_facts(resource, sandbox, image, dask_worker))


def _facts(resource: str, sandbox: str | None, image: str, worker: Any) -> Facts:
    identity = problem = None
    name = sandbox or best_available(image).name
    try:
        identity = provider(name).identity(SlotSpec(image=image))
    except AutograderError as error:
        problem = str(error)
    return Facts(
        autograder.__version__,
        code_digest(),
        python_minor(),
        name,
        identity,
        problem,
        int(worker.state.total_resources.get(resource, 0)),
        worker.state.nthreads,
    )


def unfit(here: Facts, wanted: Facts) -> str | None:
    """Say why a worker cannot take part in a grading of `wanted`, or None when it can."""
    if here.autograder != wanted.autograder:
        return f"has version {here.autograder} of the autograder, not {wanted.autograder}"
    if here.code != wanted.code:
        return f"has other code of the autograder than the grader, though both call it {here.autograder}"
    if here.python != wanted.python:
        return f"runs Python {here.python}, not {wanted.python}"
    if here.identity is None:
        return f"cannot run the {here.sandbox} sandbox: {here.problem}"
    if (here.sandbox, here.identity) != (wanted.sandbox, wanted.identity):
        would, should = f"{here.sandbox} {here.identity}", f"{wanted.sandbox} {wanted.identity}"
        return f"would run student code in {would}, not in {should} as the others"
    return None


class Grading(WorkerPlugin):  # type: ignore[misc]
    """One grader's use of a worker: its copy of the tests, and a warm lane for each slot.

    Args:
        name: of this grading.
        bundle: what examining needs.
        resource: what a task takes one of.
        wanted: what the worker must be.
    """

    def __init__(self, name: str, bundle: Bundle, resource: str, wanted: Facts) -> None:
        self.name = name
        self._bundle, self._resource, self._wanted = bundle, resource, wanted

    def setup(self, worker: Any) -> None:
        """Called by Dask on a worker when it gets this plugin."""
        self._lock = threading.Lock()
        self._address = worker.address
        self._idle: dict[int, Lane] = {}
        self._busy: dict[int, Lane] = {}
        self._folder: Path | None = None
        self._plan: Plan | None = None
        self._why = "has none of the resource"
        slots = int(worker.state.total_resources.get(self._resource, 0))
        if not slots:
            return
        image = self._bundle.plan.spec.image
        why = unfit(_facts(self._resource, self._wanted.sandbox, image, worker), self._wanted)
        if why is None and self._resource == GPU and not devices_here():
            why = "offers a GPU and has none"
        if why is not None:
            self._refuse(worker, why)
            return
        provider(self._wanted.sandbox).clear_left_over()
        self._folder = Path(tempfile.mkdtemp(prefix="grading-", dir=worker.local_directory))
        plan = self._bundle.unpack(self._folder)
        self._plan = _on_devices(plan, devices_here(), slots) if self._resource == GPU else plan
        self._shipped = self._plan.assignment.shipped_contents()

    async def teardown(self, worker: Any) -> None:
        """Called by Dask when the grader is done or gone, and when the worker ends."""
        await asyncio.to_thread(self._end)

    def examine(self, task: Task) -> Reply:
        """Examine a task in a warm lane; a new one is started where there is none."""
        place, lane = self._take()
        if lane is None:
            return Refused(self._why)
        reply: Reply
        try:
            reply = lane.examine(with_shipped(task, self._shipped))
        except LaneDiedError:
            reply = LaneDied()
        with self._lock:
            self._busy.pop(place, None)
            if self._plan is not None and isinstance(reply, Done):
                self._idle[place] = lane
                return self._as_at_home(reply, self._plan)
        lane.close()
        if isinstance(reply, AutograderError):
            reply.message += f"\n(on the worker {self._address})"
        return reply

    def _as_at_home(self, done: Done, plan: Plan) -> Done:
        """The result with the grader's paths in what it says of the tests, not those of this worker."""
        here, home = str(plan.assignment.path), str(self._bundle.plan.assignment.path)
        tests = [
            test.model_copy(update={"details": test.details.replace(here, home)})
            for test in done.examined.tests
        ]
        return replace(done, examined=replace(done.examined, tests=tests))

    def _take(self) -> tuple[int, Lane | None]:
        with self._lock:
            if self._plan is None or self._folder is None:
                return 0, None
            if self._idle:
                place = min(self._idle)
                lane = self._idle.pop(place)
            else:
                place = min(set(range(len(self._busy) + 1)) - set(self._busy))
                lane = Lane(self._plan.at(place), self._folder)
            self._busy[place] = lane
            return place, lane

    def _refuse(self, worker: Any, why: str) -> None:
        """A worker that joined later and does not fit leaves, so that nothing is sent to it again."""
        self._why = why
        logger.error("This worker %s. It leaves the cluster.", why)
        worker.loop.call_later(0, worker.close_gracefully, reason=f"autograder: this worker {why}")

    def _end(self) -> None:
        with self._lock:
            self._plan, self._why = None, "is no longer used by this grading"
            busy, idle = list(self._busy.values()), list(self._idle.values())
            self._idle.clear()
        for lane in busy:
            lane.kill()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        for lane in idle:
            lane.close()


def _on_devices(plan: Plan, devices: tuple[str, ...], slots: int) -> Plan:
    """The plan for a worker's slots: bound to one GPU each, and told their share of its memory."""
    spec = plan.spec.sharing(math.ceil(slots / len(devices)), devices[0])
    return replace(plan, spec=spec, devices=devices)


class EndWithGrader(SchedulerPlugin):  # type: ignore[misc]
    """Takes a grading from the workers when its grader is gone, however that ended."""

    def __init__(self, name: str, client: str) -> None:
        self.name = f"end-{name}"
        self._grading, self._client = name, client

    def remove_client(self, scheduler: Any, client: str) -> None:
        """Called by Dask when a client has left."""
        if client == self._client:
            self._ending = asyncio.ensure_future(self._end(scheduler))

    async def _end(self, scheduler: Any) -> None:
        with contextlib.suppress(ValueError):  # the grader has done it itself
            await scheduler.unregister_worker_plugin(comm=None, name=self._grading)
        await scheduler.unregister_scheduler_plugin(name=self.name)


def examine_here(grading: str, task: Task) -> Reply:
    """The Dask task: examine one notebook on the worker that this is."""
    plugin = get_worker().plugins.get(grading)
    return plugin.examine(task) if plugin is not None else Refused("does not know this grading")


def slots_of(resource: str, dask_scheduler: Any = None) -> int:
    """On the scheduler: how much of a resource the workers offer now."""
    return int(sum(dask_scheduler.resources.get(resource, {}).values()))


def raise_unfit(facts: dict[str, Facts], wanted: Facts) -> None:
    """Refuse to grade with workers that differ from the grader or from each other.

    Raises:
        ClusterError: names the worker, what it is, and what to do.
    """
    for address, here in facts.items():
        why = unfit(here, wanted)
        if why is not None:
            raise ClusterError(
                f"the worker {address} {why}",
                remedy="Grader and workers need the same autograder, Python and image (docs/scaling.md).",
            )
