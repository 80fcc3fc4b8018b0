"""The relay: the worker's first process. It passes bytes between grader and child, watches limits, cleans up.

From the grader (standard input, one msgpack map per frame):

- `{"op": "start", "order": bytes, "limits": {…}}`: fork a child and give it `order`; answered by
  `{"op": "ran", "result": bytes, "seconds": s, "memory": bytes}` or `{"op": "lost", …}`.
- `{"op": "ask", "question": bytes, "seconds": s}`: answered by
  `{"op": "answer", "answer": bytes, "memory": bytes}` or `lost`.
- either may be answered by `{"op": "failed", "message": sentence}`: the sandbox is at fault, not the student;
- `{"op": "stop"}`: kill and wipe; answered by `{"op": "stopped", "problems": [sentences]}`.

`memory` is the most that was seen so far of what the child holds beyond what it inherited.
`lost` carries `reason` (`timeout`, `memory`, `processes`, `disk`, `died`, `garbled`), `code` and `cell`.
The relay never looks into an order, a question or an answer.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgpack

from autograder.wire import frames
from autograder.worker import confine

TICK = 0.05
CLEANUP_SECONDS = 10.0
EXIT_SECONDS = 2.0
SWEEPER = 19_999
FIRST_USER = 20_000
USERS = 20_000
ORDER_LIMIT = 1 << 30
QUESTION_HEADER = 4
RESULT_LIMIT = 1 << 27  # what the kernel keeps of all outputs, at four bytes a character, and some more
MAX_FILES = 1 << 16
SOCKET_BYTES = 1 << 19  # what the kernel may keep in the buffers of one, and counts for no process
SHARED_FOLDERS = ("/tmp", "/dev/shm", "/dev/mqueue")
GRADER_IN, GRADER_OUT = 0, 1


class LostError(Exception):
    """The child can answer no more."""

    def __init__(self, reason: str, code: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


@dataclass
class _Child:
    pid: int
    channel: socket.socket
    reader: frames.FrameReader
    confinement: confine.Confinement
    limits: dict[str, Any]
    inherited: int = 0
    sockets: int = 0
    most_memory: int = 0
    cell: int | None = None
    questions: int = 0
    exit_code: int | None = field(default=None)

    def note_cell(self, body: bytes) -> None:
        """Remember which cell is running, where the frame says that one has begun."""
        if body[:1] == b"C":
            self.cell = int.from_bytes(body[1:5], "big")


def serve(isolation: str, scratch: str, preload: list[str]) -> int:
    """Serve one grader on standard input and output until it goes away. Returns the exit code."""
    confine.hide()
    control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    zygote = os.fork()
    if zygote == 0:
        _become_zygote(control, theirs, preload)
    theirs.close()
    return _Relay(isolation, scratch, control, zygote).serve()


def _become_zygote(control: socket.socket, theirs: socket.socket, preload: list[str]) -> None:
    confine.die_with_parent()
    control.close()
    nothing = os.open("/dev/null", os.O_RDWR)
    os.dup2(nothing, GRADER_IN)
    os.dup2(nothing, GRADER_OUT)
    from autograder.worker import zygote

    zygote.serve(theirs, preload)
    os._exit(0)


class _Relay:
    def __init__(self, isolation: str, scratch: str, control: socket.socket, zygote: int) -> None:
        self._isolation = isolation
        self._base = Path(scratch)
        self._control = control
        self._zygote = zygote
        self._grader = frames.FrameReader(ORDER_LIMIT)
        self._child: _Child | None = None
        self._gone: dict[str, Any] | None = None
        self._next_look = 0.0
        self._submissions = 0
        self._litter: dict[str, set[str]] = {}

    def serve(self) -> int:
        try:
            ready = self._from_zygote(None)
            if ready is None:
                return 1
            self._litter = {folder: _listing(folder) for folder in SHARED_FOLDERS}
            self._reply({"op": "ready", **ready["ready"]})
            while (message := self._next_message()) is not None:
                self._reply(self._handle(message))
        finally:
            self._stop()
            os.kill(self._zygote, signal.SIGKILL)
            if self._isolation == "none":
                with contextlib.suppress(RecursionError):
                    shutil.rmtree(self._base, ignore_errors=True)
        return 0

    # ------------------------------------------------------------------ the grader's side

    def _next_message(self) -> dict[str, Any] | None:
        while (body := self._grader.take()) is None:
            self._watch_until_spoken_to()
            data = os.read(GRADER_IN, frames.CHUNK)
            if not data:
                return None
            self._grader.feed(data)
        message: dict[str, Any] = msgpack.unpackb(body, max_bin_len=len(body))
        return message

    def _watch_until_spoken_to(self) -> None:
        """Watch the child's limits while the grader thinks; the next question learns what came of it."""
        while not select.select([GRADER_IN], [], [], TICK if self._child else None)[0]:
            try:
                self._look()
            except LostError as error:
                self._gone = self._lost(error)

    def _reply(self, message: dict[str, Any]) -> None:
        frames.write_all(GRADER_OUT, frames.pack(msgpack.packb(message)))

    def _handle(self, message: dict[str, Any]) -> dict[str, Any]:
        try:
            if message["op"] == "start":
                return self._start(message["order"], message["limits"])
            if message["op"] == "ask":
                return self._ask(message["question"], message["seconds"])
        except LostError as error:
            return self._lost(error)
        return {"op": "stopped", "problems": self._problems_so_far()}

    def _lost(self, error: LostError) -> dict[str, Any]:
        cell = self._child.cell if self._child else None
        problems = self._stop()
        return {"op": "lost", "reason": error.reason, "code": error.code, "cell": cell, "problems": problems}

    # ------------------------------------------------------------------ the child's side

    def _start(self, order: bytes, limits: dict[str, Any]) -> dict[str, Any]:
        problems = self._problems_so_far()
        if problems:
            return {"op": "stopped", "problems": problems}
        began = time.monotonic()
        deadline = began + limits["run_seconds"]
        self._child = child = self._fork(limits)
        self._to_child(order, deadline)
        try:
            while True:
                body = self._from_child(deadline)
                if body[:1] == b"X" and child.cell is None:
                    return {"op": "failed", "message": body[1:].decode(errors="replace")}
                child.note_cell(body)
                if body[:1] == b"R":
                    seconds = time.monotonic() - began
                    self._check_limits(child)
                    child.cell, child.reader.limit = None, limits["answer_bytes"]
                    return {"op": "ran", "result": body[1:], "seconds": seconds, "memory": child.most_memory}
        except LostError:
            self._note_cells_on_their_way(child)
            raise

    def _note_cells_on_their_way(self, child: _Child) -> None:
        """A cell may have broken a limit before word that it has begun was read."""
        with contextlib.suppress(BlockingIOError, ConnectionResetError):
            child.reader.feed(child.channel.recv(frames.CHUNK))
        with contextlib.suppress(frames.FrameError):
            while (body := child.reader.take()) is not None:
                child.note_cell(body)

    def _ask(self, question: bytes, seconds: float) -> dict[str, Any]:
        gone, self._gone = self._gone, None
        if gone is not None:
            return gone
        child = self._child
        if child is None:
            raise LostError("died")
        deadline = time.monotonic() + seconds
        child.questions += 1
        number = child.questions.to_bytes(QUESTION_HEADER, "big")
        self._to_child(number + question, deadline)
        while True:
            body = self._from_child(deadline)
            if body[:1] == b"A" and body[1:5] == number:
                return {"op": "answer", "answer": body[5:], "memory": child.most_memory}

    def _fork(self, limits: dict[str, Any]) -> _Child:
        self._submissions += 1
        user = FIRST_USER + self._submissions % USERS
        scratch = self._base if self._isolation == "namespace" else self._base / str(user)
        confinement = confine.Confinement(
            self._isolation, user, str(scratch), limits["processes"], limits["disk_mb"]
        )
        if self._isolation != "namespace":
            scratch.mkdir(mode=0o700)
        if self._isolation == "uid":
            os.chown(scratch, user, user)
        ours, theirs = socket.socketpair()
        fields = {name: getattr(confinement, name) for name in confinement.__slots__}
        socket.send_fds(self._control, [json.dumps(fields).encode()], [theirs.fileno()])
        theirs.close()
        ours.setblocking(False)
        answer = self._from_zygote("forked")
        if answer is None:
            raise SystemExit(1)
        child = _Child(answer["forked"], ours, frames.FrameReader(RESULT_LIMIT), confinement, limits)
        child.sockets = _sockets()
        child.inherited = self._own_processes() * _usage([self._zygote]).memory
        return child

    def _to_child(self, body: bytes, deadline: float) -> None:
        assert self._child is not None
        try:
            frames.write_all(self._child.channel.fileno(), frames.pack(body), deadline)
        except TimeoutError:
            raise LostError("timeout") from None
        except frames.ClosedError:
            self._raise_ended(deadline)

    def _from_child(self, deadline: float) -> bytes:
        """Return the child's next frame, watching its limits meanwhile."""
        child = self._child
        assert child is not None
        while True:
            if time.monotonic() >= deadline:
                raise LostError("timeout")
            self._look()  # also where frame follows frame, so that a flood cannot keep the watch away
            try:
                body = child.reader.take()
            except frames.FrameError:
                raise LostError("garbled") from None
            if body is not None:
                return body
            wait = min(deadline, self._next_look) - time.monotonic()
            sources: list[Any] = [child.channel, self._control, GRADER_IN]
            readable, _, _ = select.select(sources, [], [], max(0.0, wait))
            if child.channel in readable:
                self._read_child(child, deadline)
            elif self._control in readable:
                if self._from_zygote("ended") is None:
                    raise SystemExit(1)
                self._raise_if_ended(child)
            elif GRADER_IN in readable:
                raise SystemExit(0)  # the grader says nothing while it waits, unless it is gone

    def _read_child(self, child: _Child, deadline: float) -> None:
        try:
            data = child.channel.recv(frames.CHUNK)
        except (BlockingIOError, ConnectionResetError):
            data = b""
        if not data:
            self._raise_ended(deadline)
        child.reader.feed(data)

    def _raise_if_ended(self, child: _Child) -> None:
        if child.exit_code is not None:
            raise LostError("died", child.exit_code)

    def _raise_ended(self, deadline: float) -> None:
        """The channel is closed: learn how the child ended, if it has."""
        child = self._child
        assert child is not None
        deadline = min(deadline, time.monotonic() + EXIT_SECONDS)
        while child.exit_code is None and time.monotonic() < deadline:
            readable, _, _ = select.select([self._control], [], [], TICK)
            if not readable:
                self._check_limits(child)
                continue
            if self._from_zygote("ended") is None:
                raise SystemExit(1)  # the zygote is gone, and has taken the child with it: nobody's fault
        raise LostError("died", child.exit_code)

    def _look(self) -> None:
        """Check the child's limits, if the last look is a tick ago."""
        if self._child is not None and time.monotonic() >= self._next_look:
            self._check_limits(self._child)
            self._next_look = time.monotonic() + TICK

    def _check_limits(self, child: _Child) -> None:
        processes = _descendants(self._zygote)
        most = child.confinement.processes + self._own_processes()
        if len(processes) > most:
            raise LostError("processes")
        usage, allowed = _usage(processes), child.limits["memory_mb"] << 20
        child.most_memory = max(child.most_memory, usage.memory - child.inherited)
        if usage.threads > confine.thread_limit(most):
            raise LostError("processes")
        held = usage.memory + self._in_sockets(child)
        if held - child.inherited > allowed:
            copies = max(1, len(processes) // self._own_processes())
            raise LostError("memory" if held - copies * child.inherited > allowed else "processes")
        if self._isolation != "namespace" and self._too_many_files(child):  # there, the mounts have limits
            raise LostError("disk")

    def _in_sockets(self, child: _Child) -> int:
        """Bytes that the submission's sockets may hold; nobody knows where others use the same network."""
        return 0 if self._isolation == "none" else max(0, _sockets() - child.sockets) * SOCKET_BYTES

    def _own_processes(self) -> int:
        """How many processes a submission has before it starts any; two of them only wait in a namespace."""
        return 3 if self._isolation == "namespace" else 1

    def _too_many_files(self, child: _Child) -> bool:
        if self._isolation == "none":
            return _exceeds(child.confinement.scratch, child.confinement.disk_mb << 20)
        mounts = [os.statvfs(folder) for folder in (self._base, "/tmp", "/dev/shm")]
        return any(mount.f_files - mount.f_ffree > MAX_FILES for mount in mounts)

    # ------------------------------------------------------------------ the zygote's side

    def _from_zygote(self, wanted: str | None) -> dict[str, Any] | None:
        """Return the zygote's next message, noting whom it says to have ended. None when it is gone."""
        while True:
            data = self._control.recv(1 << 16)
            if not data:
                return None
            message: dict[str, Any] = json.loads(data)
            if "ended" in message and self._child is not None and message["ended"] == self._child.pid:
                self._child.exit_code = message["code"]
            if wanted is None or wanted in message:
                return message

    # ------------------------------------------------------------------ afterwards

    def _problems_so_far(self) -> list[str]:
        """Stop whatever runs; return what could not be undone, of a child that went unasked too."""
        gone, self._gone = self._gone, None
        return [*(gone["problems"] if gone else ()), *self._stop()]

    def _stop(self) -> list[str]:
        """Kill the child and all it started, remove what it wrote; return what could not be undone."""
        child, self._child = self._child, None
        if child is None:
            return []
        child.channel.close()
        problems = []
        if not self._kill(child):
            problems.append("processes of the submission could not be ended")
        if self._isolation != "namespace":
            problems += self._wipe(child)
        return problems

    def _kill(self, child: _Child) -> bool:
        deadline = time.monotonic() + CLEANUP_SECONDS
        if self._isolation == "uid":  # before looking: hundreds of busy processes leave little time to look
            _kill_user(child.confinement.user)
        while processes := _descendants(self._zygote):
            if time.monotonic() > deadline:
                return False
            if self._isolation == "uid":
                _kill_user(child.confinement.user)
            for signal_number in (signal.SIGSTOP, signal.SIGKILL):
                for process in processes:
                    _signal(process, signal_number)
            select.select([self._control], [], [], 0.002)
            self._drain_control()
        self._drain_control()
        return True

    def _drain_control(self) -> None:
        while select.select([self._control], [], [], 0)[0]:
            if not self._control.recv(1 << 16):
                return

    def _wipe(self, child: _Child) -> list[str]:
        problems = []
        doomed = [child.confinement.scratch]
        if self._isolation == "uid":
            for folder, before in self._litter.items():
                doomed += [str(Path(folder) / name) for name in _listing(folder) - before]
        for path in map(Path, doomed):
            try:
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
            except (OSError, RecursionError) as error:
                problems.append(f"a file of the submission could not be removed: {type(error).__name__}")
        if self._isolation == "uid" and _system_v_objects():
            problems.append("shared memory, a semaphore or a message queue of the submission is left")
        return problems


def _descendants(root: int) -> list[int]:
    """Process ids of everything below `root`, itself not included, dead ones that wait for it neither."""
    parents: dict[int, int] = {}
    for name in os.listdir("/proc"):  # noqa: PTH208  (names alone, every 50 ms)
        if not name.isdigit():
            continue
        try:
            stat = Path("/proc", name, "stat").read_bytes()
        except OSError:
            continue
        state, parent = stat[stat.rindex(b")") + 2 :].split()[:2]
        if state not in (b"Z", b"X"):
            parents[int(name)] = int(parent)
    found = {root}
    while True:
        more = {pid for pid, parent in parents.items() if parent in found} - found
        if not more:
            return sorted(found - {root})
        found |= more


@dataclass(frozen=True, slots=True)
class _Usage:
    """What some processes hold. `memory`: bytes of their own; what forks share is counted for each."""

    memory: int
    threads: int


def _usage(processes: list[int]) -> _Usage:
    memory = threads = 0
    for process in processes:
        try:
            status = Path("/proc", str(process), "status").read_text(errors="replace")
        except OSError:
            continue
        for line in status.splitlines():
            if line.startswith(("RssAnon:", "RssShmem:", "VmSwap:", "VmPTE:", "HugetlbPages:")):
                memory += int(line.split()[1]) << 10
            elif line.startswith("Threads:"):
                threads += int(line.split()[1])
    return _Usage(memory, threads)


def _sockets() -> int:
    """How many sockets of any kind there are in this network namespace; 0 where the kernel does not say."""
    try:
        first = Path("/proc/net/sockstat").read_text().split("\n", 1)[0]
    except OSError:
        return 0
    return int(first.removeprefix("sockets: used "))


def _exceeds(folder: str, allowed: int) -> bool:
    """Whether more than `allowed` bytes, or more than `MAX_FILES` files, lie in `folder`."""
    size = files = 0
    folders = [folder]
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    size += entry.stat(follow_symlinks=False).st_blocks * 512
                    files += 1
                    if size > allowed or files > MAX_FILES:
                        return True
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
        except OSError:
            continue
    return False


def _kill_user(user: int) -> None:
    """Kill all processes of `user` in one sweep that nothing it forks meanwhile escapes.

    The sweeper only borrows the user's id: signals from the user's own processes do not reach it.
    """
    sweeper = os.fork()
    if sweeper == 0:
        try:
            os.setgroups([])
            os.setresgid(SWEEPER, SWEEPER, SWEEPER)
            os.setresuid(SWEEPER, user, SWEEPER)
            os.kill(-1, signal.SIGKILL)
        finally:
            os._exit(0)
    os.waitpid(sweeper, 0)


def _signal(process: int, signal_number: int) -> None:
    try:
        os.kill(process, signal_number)
    except (ProcessLookupError, PermissionError):
        return


def _listing(folder: str) -> set[str]:
    try:
        return {path.name for path in Path(folder).iterdir()}
    except OSError:
        return set()


def _system_v_objects() -> bool:
    """Whether there are any; each list in /proc has one line of headings."""
    return any(
        len(Path("/proc/sysvipc", kind).read_text().splitlines()) > 1
        for kind in ("shm", "sem", "msg")
        if Path("/proc/sysvipc", kind).exists()
    )
