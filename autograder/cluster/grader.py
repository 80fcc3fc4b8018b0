"""The grader's side of a cluster: look at the workers, hand out tasks, take results in, lose none.

Only a few tasks for each slot are with the scheduler at a time. Dask gives the tasks of a worker that is lost
to another one. Results come to the one process that writes.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import secrets
import socket
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import urlsplit

from distributed import CancelledError, Client, Future, KilledWorker

import autograder
from autograder.cluster.bundle import Bundle, without_shipped
from autograder.cluster.worker import (
    GPU,
    EndWithGrader,
    Facts,
    Grading,
    LaneDied,
    Refused,
    Reply,
    code_digest,
    describe,
    examine_here,
    python_minor,
    raise_unfit,
    slots_of,
)
from autograder.errors import AutograderError, ClusterError, SandboxError
from autograder.grading import files_that_count
from autograder.lanes import ATTEMPTS_PER_TASK, Done, Plan, Task
from autograder.sandbox import PROVIDERS, Connection, Sandbox, SlotSpec
from autograder.sandbox.base import with_weights

SLOT = "SLOT"
IN_FLIGHT_PER_SLOT = 2
REACH_SECONDS = 10.0
CONNECT_SECONDS = 60.0
LOOK_SECONDS = 2.0
RESULT_SECONDS = 60.0
PATIENCE_SECONDS = 600.0
MOST_FORGOTTEN = 100  # tasks that a scheduler which answers may cancel; they are handed out again
SAME_EVERYWHERE = "Install the same one for scheduler, workers and grader (docs/scaling.md)."
AGAIN = "What has been examined is kept; the same command goes on from there."


@contextlib.contextmanager
def connect(
    address: str, *, gpu: bool = False, notify: Callable[[str], None] = lambda _: None
) -> Iterator[Cluster]:
    """A cluster of which some worker has slots.

    Args:
        address: of the scheduler, `tcp://…` or `tls://…`; certificates are set in Dask's own configuration.
        gpu: use slots with a GPU.
        notify: is told, in sentences, what a person should know meanwhile.

    Raises:
        ClusterError: no scheduler answers there, or no worker has slots.
    """
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters is said in sentences
    try:
        _reach(address)  # Dask would try again and again, for a minute, where nobody listens
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, RuntimeError, TypeError) as error:
        reason = str(error).strip().splitlines()
        raise ClusterError(
            f"no Dask scheduler answers at {address}: {reason[0] if reason else type(error).__name__}",
            remedy="Start one with `dask scheduler`, and see docs/scaling.md; tls:// needs certificates.",
        ) from None
    with client:
        yield Cluster(client, address, GPU if gpu else SLOT, notify)


def _reach(address: str) -> None:
    """Raise an OSError or ValueError where nothing listens at `address`."""
    url = urlsplit(address)
    if not url.hostname or not url.port:
        raise ValueError("write it as tcp://host:port or tls://host:port")
    socket.create_connection((url.hostname, url.port), timeout=REACH_SECONDS).close()


class Cluster:
    """The workers behind one scheduler.

    Args:
        client: connected to the scheduler.
        address: how the user wrote it.
        resource: what a task takes one of.
        notify: as for `connect`.
        patience: seconds without any worker after which to give up.
    """

    def __init__(
        self,
        client: Client,
        address: str,
        resource: str,
        notify: Callable[[str], None],
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._client, self._address, self._resource = client, address, resource
        self._notify, self._patience = notify, patience
        self._wanted: Facts | None = None
        self.slots = 0

    def sandbox(self, wanted: str | None, image: str) -> Sandbox:
        """The sandbox that all workers have, as one object; the strongest of the first worker by default.

        Raises:
            ClusterError: no worker has slots, or one differs from the grader or from the others.
        """
        facts = self._look(wanted, image)
        first = next(iter(facts.values()))
        self._wanted = replace(
            first, autograder=autograder.__version__, code=code_digest(), python=python_minor()
        )
        raise_unfit(facts, self._wanted)
        self.slots = sum(here.slots for here in facts.values())
        for address, here in facts.items():
            if here.threads < here.slots:
                self._notify(
                    f"the worker {address} has {here.slots} slots and uses {here.threads} of them: "
                    f"start it with --nthreads {here.slots}"
                )
        assert self._wanted.identity is not None
        return ClusterSandbox(self._wanted.sandbox, self._wanted.identity)

    def work_through(
        self,
        plan: Plan,
        tasks: Iterable[Task],
        *,
        on_begin: Callable[[str], None] = lambda _: None,
        on_done: Callable[[Done], None],
    ) -> list[str]:
        """Examine every task on the cluster, as `lanes.work_through` does on this machine.

        Raises:
            AutograderError: the tests, a sandbox or the cluster cannot be used; what was done has been handed
                over.
        """
        waiting = deque(tasks)
        if not waiting:
            return []
        assert self._wanted is not None, "look at the workers' sandbox first"
        name = f"grading-{secrets.token_hex(8)}"
        grading = Grading(
            name, Bundle.of(plan, files_that_count(plan.assignment)), self._resource, self._wanted
        )
        with self._installed(name, grading):
            shipped = plan.assignment.shipped_contents()
            return _Run(self, name, shipped, waiting, on_begin, on_done).run()

    # ------------------------------------------------------------------ for a run

    def submit(self, grading: str, task: Task, attempt: int) -> Future:
        """Hand a task to the scheduler."""
        return self._client.submit(
            examine_here,
            grading,
            task,
            key=f"examine-{grading}-{task.id}-{attempt}",
            resources={self._resource: 1},
            pure=False,
        )

    def count_slots(self) -> int:
        """How many slots the workers offer now.

        Raises:
            ClusterError: the scheduler is gone.
        """
        try:
            return int(self._client.run_on_scheduler(slots_of, self._resource))
        except (OSError, TimeoutError, RuntimeError):
            raise self.lost() from None

    def lost(self) -> ClusterError:
        return ClusterError(f"the scheduler at {self._address} is gone", remedy=AGAIN)

    def wait_for_workers(self, since: float) -> None:
        """Say once that there is no worker; end the run when there has been none for too long."""
        if since == 0.0:
            self._notify(f"no worker with {self._resource} is left; waiting for one")
        elif time.monotonic() - since > self._patience:
            raise ClusterError(
                f"no worker with {self._resource} for {self._patience:g} s", remedy=f"{self._start()} {AGAIN}"
            )

    # ------------------------------------------------------------------ helpers

    def _look(self, wanted: str | None, image: str) -> dict[str, Facts]:
        """What each worker with slots is.

        Raises:
            ClusterError: there is none, or one has no autograder that can say.
        """
        try:
            self._client.run_on_scheduler(slots_of, self._resource)
        except (ImportError, AttributeError) as error:
            raise ClusterError(
                f"the scheduler at {self._address} has another version of the autograder, or none: {error}",
                remedy=SAME_EVERYWHERE,
            ) from None
        answers = self._client.run(describe, self._resource, wanted, image, on_error="return")
        facts = {}
        for address, answer in sorted(answers.items()):
            if isinstance(answer, dict) and set(answer) == set(Facts.__slots__):
                facts[address] = Facts(**answer)
                continue
            came = f": {answer}" if isinstance(answer, Exception) else ""
            raise ClusterError(
                f"the worker {address} has another version of the autograder, or none{came}",
                remedy=SAME_EVERYWHERE,
            )
        offering = {address: here for address, here in facts.items() if here.slots}
        if not offering:
            raise ClusterError(
                f"no worker of the cluster at {self._address} offers {self._resource} "
                f"(workers: {len(facts)})",
                remedy=self._start(),
            )
        return offering

    def _start(self) -> str:
        command = f'dask worker {self._address} --nthreads 2 --resources "{self._resource}=2"'
        return f"Start a worker that takes two notebooks at a time: `{command}`."

    @contextlib.contextmanager
    def _installed(self, name: str, grading: Grading) -> Iterator[None]:
        """Tests and lanes on the workers for as long as this lasts, and no longer than the grader lives."""
        end = EndWithGrader(name, self._client.id)
        try:
            self._client.register_plugin(end)
            self._client.register_plugin(grading, name=name)
            yield
        except (OSError, TimeoutError):
            if self._client.status != "running":
                raise self.lost() from None
            raise
        finally:
            with contextlib.suppress(Exception):  # the scheduler may be gone; then so are the workers
                self._client.unregister_worker_plugin(name)
                self._client.unregister_scheduler_plugin(end.name)


class ClusterSandbox(Sandbox):
    """The sandbox of a cluster's workers, as the grader knows it: by name and identity."""

    claims: ClassVar = frozenset()

    def __init__(self, name: str, identity: str) -> None:
        self.name = name  # type: ignore[misc]
        self.claims = PROVIDERS[name].claims  # type: ignore[misc]
        self._identity = identity

    def why_unavailable(self) -> str | None:
        return None

    def identity(self, spec: SlotSpec) -> str:
        return self._identity if self.name == "docker" else with_weights(self._identity, spec)

    def open(self, spec: SlotSpec) -> Connection:
        raise SandboxError("a sandbox of the cluster is opened by its workers alone")


class _Run:
    """One pass over the tasks of an assignment.

    A task whose lane dies is tried again, as on one machine. One that was with too many workers when they
    were lost is suspected: it is tried again at the end, with nothing beside it that could suffer for it.
    """

    def __init__(
        self,
        cluster: Cluster,
        grading: str,
        shipped: dict[str, bytes],
        waiting: deque[Task],
        on_begin: Callable[[str], None],
        on_done: Callable[[Done], None],
    ) -> None:
        self._cluster, self._grading, self._shipped = cluster, grading, shipped
        self._waiting, self._suspects = waiting, deque[Task]()
        self._on_begin, self._on_done = on_begin, on_done
        self._with_scheduler: dict[Future, Task] = {}
        self._ready: queue.SimpleQueue[Future] = queue.SimpleQueue()
        self._submitted: dict[str, int] = {}
        self._deaths: dict[str, int] = {}
        self._alone: Task | None = None
        self._given_up: list[str] = []
        self._slots = cluster.slots
        self._looked = time.monotonic()
        self._empty_since = 0.0
        self._forgotten = 0

    def run(self) -> list[str]:
        """Work until every task is done or given up; return the ids of those given up."""
        try:
            while self._fill():
                with contextlib.suppress(queue.Empty):
                    self._settle(self._ready.get(timeout=LOOK_SECONDS))
                if time.monotonic() - self._looked > LOOK_SECONDS:
                    self._look()
        finally:
            for future in self._with_scheduler:
                future.release()
        return self._given_up

    def _fill(self) -> bool:
        """Hand out tasks as long as there is room; say whether any are on their way."""
        self._alone = None if not self._with_scheduler else self._alone
        while self._waiting and self._alone is None and len(self._with_scheduler) < self._room():
            self._submit(self._waiting.popleft())
        if self._suspects and not self._waiting and not self._with_scheduler:
            self._alone = self._suspects.popleft()
            self._submit(self._alone)
        return bool(self._with_scheduler)

    def _room(self) -> int:
        return max(1, IN_FLIGHT_PER_SLOT * self._slots)

    def _submit(self, task: Task) -> None:
        attempt = self._submitted[task.id] = self._submitted.get(task.id, 0) + 1
        if attempt == 1:
            self._on_begin(task.id)
        future = self._cluster.submit(self._grading, without_shipped(task, self._shipped), attempt)
        self._with_scheduler[future] = task
        future.add_done_callback(self._ready.put)

    def _settle(self, future: Future) -> None:
        """Take in what became of a task."""
        task = self._with_scheduler.pop(future)
        reply = self._reply(future)
        future.release()
        if isinstance(reply, Done):
            self._on_done(reply)
        elif isinstance(reply, AutograderError):
            raise reply
        elif isinstance(reply, LaneDied):
            self._deaths[task.id] = self._deaths.get(task.id, 0) + 1
            if self._deaths[task.id] < ATTEMPTS_PER_TASK:
                self._waiting.append(task)
            else:
                self._given_up.append(task.id)
        elif isinstance(reply, KilledWorker):
            if task is self._alone:
                self._given_up.append(task.id)
            else:
                self._suspects.append(task)
        else:  # the result was lost with its worker, or the worker is leaving
            self._waiting.append(task)

    def _reply(self, future: Future) -> Reply | KilledWorker | None:
        """What came of a task; None where nothing came and nothing is known against it.

        Raises:
            ClusterError: the scheduler is gone, or the worker could not say what happened.
        """
        if future.status in ("cancelled", "lost"):
            self._cancelled()
            return None
        try:
            reply: Any = future.result(timeout=RESULT_SECONDS)
        except KilledWorker as error:
            return error
        except TimeoutError:
            return None
        except CancelledError:  # it was done, and its result has been dropped since
            self._cancelled()
            return None
        except Exception as error:
            raise ClusterError(
                f"a worker failed with {type(error).__name__}: {error}",
                remedy=f"Its log says more. {AGAIN}",
            ) from None
        return None if isinstance(reply, Refused) else reply

    def _cancelled(self) -> None:
        """A scheduler that is gone cancels every task; one that is there may forget one with a lost worker.

        Raises:
            ClusterError: the scheduler is gone, or answers but goes on to forget tasks.
        """
        self._forgotten += 1
        if self._forgotten > MOST_FORGOTTEN:
            raise ClusterError(
                f"the scheduler has cancelled {self._forgotten} examinations, and gives no reason",
                remedy=f"Start scheduler and workers anew. {AGAIN}",
            )
        self._cluster.count_slots()  # only to learn whether the scheduler still answers

    def _look(self) -> None:
        """Follow the workers that come and go."""
        self._looked = time.monotonic()
        self._slots = self._cluster.count_slots()
        if self._slots:
            self._empty_since = 0.0
            return
        self._cluster.wait_for_workers(self._empty_since)
        self._empty_since = self._empty_since or self._looked
