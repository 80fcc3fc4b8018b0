"""A class of many small submissions, and a monkey that kills at random what grades them."""

from __future__ import annotations

import os
import random
import signal
import subprocess
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import docker
import docker.errors
from classroom import NAME, POOL, SIZE, SIZE_WITHOUT_PADDING, Classroom, new_classroom, notebook
from engines import Engine
from graders import Grader

from autograder.build import build
from autograder.sandbox import owner
from autograder.sandbox.docker import OWNER_LABEL

Victim = Literal["worker", "lane", "grader", "group", "engine"]
ENDS_A_CELL = "import os; os._exit(3)"
ENDS_WHEN_ASKED = f"{SIZE}\nright = output_size\ndef output_size(size, kernel, stride=1, padding=0):\n"
ENDS_WHEN_ASKED += (
    "    import os\n    return os._exit(4) if size == 512 else right(size, kernel, stride, padding)"
)
EATS_MEMORY = "hoard = bytearray(b'x') * (700 << 20)"
HANGS = "import time; time.sleep(1000)"
WRITING_SECONDS = 4
LIMITS = "[limits]\nrun_seconds = 40\ncall_seconds = 30\ntotal_seconds = 300\nmemory_mb = 400\n"


def new_class(root: Path, size: int, *, hanging: bool) -> Classroom:
    """A course of one week that is built, and `size` students: good, bad, and some that die by themselves.

    Args:
        hanging: one of them hangs, and is stopped by its own limit.
    """
    room = new_classroom(root)
    room.edit("assignment.toml", "[[questions]]", f"{LIMITS}\n[[questions]]")
    build(room.course, NAME)
    for number in range(size):
        hangs = hanging and number == size // 2
        room.hand_in(f"student{number:03}", _submission(number, HANGS if hangs else ""))
    return room


def _submission(number: int, first: str) -> bytes:
    """Every student's notebook says whose it is, so that no result can be taken for another's."""
    whose = f"{first}\nprint('notebook {number}')"
    parts: Mapping[int, Sequence[str]] = {
        7: (ENDS_A_CELL, SIZE, POOL),
        19: (ENDS_WHEN_ASKED, POOL),
        31: (EATS_MEMORY, SIZE),
        43: ("1 / 0", POOL),
    }
    if number % 60 == 55:
        return b"{ not a notebook %d" % number
    usual: Sequence[Sequence[str]] = ((SIZE, POOL), (SIZE,), (SIZE_WITHOUT_PADDING, POOL), (POOL,), ())
    return notebook(whose, *parts.get(number % 60, usual[number % 5]))


@dataclass
class Monkey:
    """Kills what grades a class, one after the other in a random order, each when so many are examined.

    Every third grader that is to die does so after that, while it writes.

    Args:
        room: the class.
        size: how many students it has.
        out: where its results go.
        sandbox: name of the provider.
        victims: what is to be killed.
        seed: of all that is random here.
        engine: the engine to use and, where it is a victim, to kill; None for the machine's.
    """

    room: Classroom
    size: int
    out: Path
    sandbox: str
    victims: Sequence[Victim]
    seed: int
    jobs: int = 2
    engine: Engine | None = None
    killed: Counter[str] = field(default_factory=Counter)
    runs: int = 0
    seen: set[str] = field(default_factory=set)

    def work(self) -> None:
        """Grade with kills until all is graded."""
        self.chance = random.Random(self.seed)
        waiting = sorted(((self._due(victim), victim) for victim in self.victims), reverse=True)
        while not self._is_graded(waiting):
            assert self.runs < 4 * len(self.victims), f"seed {self.seed}: comes to no end"

    @property
    def scratch(self) -> Path:
        return self.room.root / "tmp"

    def _due(self, victim: Victim) -> int:
        writes = victim in ("grader", "group") and self.chance.random() < 1 / 3
        return self.size if writes else self.chance.randrange(self.size - self.size // 6)

    def _is_graded(self, waiting: list[tuple[int, Victim]]) -> bool:
        """Start a grader and kill beside it; whether it has got to the end."""
        self.runs += 1
        environment = {"DOCKER_HOST": self.engine.address} if self.engine else {}
        grader = Grader(
            self.room, self.out, self.sandbox, self.scratch, jobs=self.jobs, environment=environment
        )
        while not self._has_ended(grader, self.chance.uniform(0, 0.2) if waiting else None):
            examined = len(list((self.out / ".examined").glob("*.json")))
            if waiting and examined >= waiting[-1][0]:
                self._strike(waiting, grader)
        code = grader.process.returncode
        assert code in (0, 3, -signal.SIGKILL), f"seed {self.seed}: exit code {code}\n{self.errors}"
        return code == 0

    def _has_ended(self, grader: Grader, seconds: float | None) -> bool:
        if grader.process.returncode is None:
            try:
                _, self.errors = grader.process.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                return False
        return True

    def _strike(self, waiting: list[tuple[int, Victim]], grader: Grader) -> None:
        due, victim = waiting[-1]
        if due == self.size and self._has_ended(grader, self.chance.uniform(0, WRITING_SECONDS)):
            return
        self._look(grader)
        if self._kill(victim, grader):
            self.killed[f"{victim} while writing" if due == self.size else victim] += 1
            waiting.pop()

    def _look(self, grader: Grader) -> None:
        """Remember all processes of the grader, to look for them at the end."""
        for process in [grader.process.pid, *descendants(grader.process.pid)]:
            if name := owner.name_of(process):
                self.seen.add(name)

    def _kill(self, victim: Victim, grader: Grader) -> bool:
        """Kill one; False where there is none at the moment."""
        if victim == "grader":
            grader.process.kill()
        elif victim == "group":
            os.killpg(grader.process.pid, signal.SIGKILL)
        elif victim == "engine":
            assert self.engine is not None
            self.engine.kill()
            self.engine.start()
        elif victim == "lane":
            return self._kill_one(_lanes(grader))
        elif self.sandbox == "docker":
            return self._kill_container(grader)
        else:
            return self._kill_one(_worker_processes(grader))
        return True

    def _kill_one(self, processes: Sequence[int]) -> bool:
        if not processes:
            return False
        try:
            os.kill(self.chance.choice(processes), signal.SIGKILL)
        except ProcessLookupError:
            return False  # it has just ended
        return True

    def _kill_container(self, grader: Grader) -> bool:
        ours = {owner.name_of(process) for process in [grader.process.pid, *_lanes(grader)]}
        client = self.client()
        running = client.api.containers(filters={"label": OWNER_LABEL})
        mine = sorted(found["Id"] for found in running if found["Labels"][OWNER_LABEL] in ours)
        if not mine:
            return False
        try:
            client.api.kill(self.chance.choice(mine))
        except docker.errors.APIError:
            return False  # it has just ended
        return True

    def client(self) -> docker.DockerClient:
        return self.engine.client() if self.engine else docker.from_env()


def descendants(process: int) -> list[int]:
    """All processes below one."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text(errors="replace").rpartition(")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(folder.name))
    found = [process]
    for each in found:
        found += sorted(children.get(each, []))
    return found[1:]


def _lanes(grader: Grader) -> list[int]:
    return [each for each in descendants(grader.process.pid) if b"spawn_main" in _command(each)]


def _worker_processes(grader: Grader) -> list[int]:
    """What belongs to a worker in bubblewrap, but no process of a submission: `bwrap`, relay, zygote."""
    found = []
    for each in descendants(grader.process.pid):
        if _command(each).startswith(b"bwrap") or _command(each).split(b"\0")[0].endswith(b"/bwrap"):
            below = [child for child in descendants(each) if b"autograder.worker" in _command(child)]
            found += [each, *below[:2]]
    return found


def _command(process: int) -> bytes:
    try:
        return Path("/proc", str(process), "cmdline").read_bytes()
    except OSError:
        return b""
