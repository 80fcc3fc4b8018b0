"""What a sandbox is: something that starts a worker and gives a connection to it.

The conformance suite in `tests/sandbox/` is the specification; `claims` says which parts a provider promises.
"""

from __future__ import annotations

import hashlib
import os
import select
import site
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import ClassVar, Literal

from autograder.course import Assignment, Limits
from autograder.errors import SandboxUnavailableError
from autograder.sandbox import gpu
from autograder.wire import frames

Claim = Literal["limits", "isolation"]
FRAME_LIMIT = 1 << 30
SLOT_OVERHEAD_MB = 2048
DEFAULT_IMAGE = "cnn-autograder:cpu"
WEIGHTS = "/opt/weights"


@dataclass(frozen=True, slots=True)
class SlotSpec:
    """What a slot must offer.

    Args:
        preload: modules that the worker imports once.
        limits: what one submission may use.
        image: container image with a tag, for engines.
        gpu: ask for a GPU.
        gpu_device: which one (an index or UUID); None for any.
        gpu_slots: how many slots share that GPU.
        gpu_memory_mb: this slot's share of its memory, which the libraries are told; None for no limit.
        hidden: folders that no submission may see, wherever they lie.
        weights: files of pretrained weights, each with the environment variable that tells where it is.
    """

    preload: tuple[str, ...] = ()
    limits: Limits = Limits()  # noqa: RUF009  (frozen)
    image: str = DEFAULT_IMAGE
    gpu: bool = False
    gpu_device: str | None = None
    gpu_slots: int = 1
    gpu_memory_mb: int | None = None
    hidden: tuple[Path, ...] = ()
    weights: tuple[tuple[str, Path], ...] = ()

    def sharing(self, slots: int, device: str | None) -> SlotSpec:
        """The same for so many slots on each GPU; `device` is one of them, or None for any."""
        share = gpu.share_mb(device, slots) if slots > 1 else None
        return replace(self, gpu_slots=slots, gpu_memory_mb=share)

    @classmethod
    def for_assignment(
        cls, assignment: Assignment, image: str = DEFAULT_IMAGE, *, gpu: bool = False
    ) -> SlotSpec:
        """What a slot must offer to run submissions of an assignment."""
        course = assignment.path.parents[1]
        weights = tuple(sorted(assignment.weights.items()))
        return cls(
            assignment.settings.preload, assignment.limits, image, gpu, hidden=(course,), weights=weights
        )


class Connection(ABC):
    """A stream of frames to one worker and back."""

    @abstractmethod
    def send(self, body: bytes, seconds: float) -> None:
        """Send one frame.

        Raises:
            ClosedError: the worker is gone.
            TimeoutError: it does not read.
        """

    @abstractmethod
    def receive(self, seconds: float) -> bytes:
        """Return the next frame.

        Raises:
            ClosedError: the worker is gone.
            FrameError: what came is no frame.
            TimeoutError: nothing came in time.
        """

    @abstractmethod
    def close(self) -> None:
        """End the worker and everything in its sandbox, whatever state it is in. May be called twice."""

    @abstractmethod
    def log(self) -> str:
        """The last lines that the worker wrote to its standard error."""

    @property
    def image(self) -> str | None:
        """Digest of the image that the worker runs in, where there is one."""
        return None


class Sandbox(ABC):
    """A provider of sandboxes. Instances hold no state; `open` may be called from any process."""

    name: ClassVar[str]
    claims: ClassVar[frozenset[Claim]]

    @abstractmethod
    def why_unavailable(self) -> str | None:
        """Say why this machine cannot run this sandbox, or None when it can."""

    @abstractmethod
    def identity(self, spec: SlotSpec) -> str:
        """Name what student code would run with: a result holds only for the same identity.

        Raises:
            SandboxUnavailableError: what it would run with is not there.
        """

    @abstractmethod
    def open(self, spec: SlotSpec) -> Connection:
        """Start a worker.

        Raises:
            SandboxUnavailableError: this machine cannot run this sandbox.
            SandboxError: starting failed.
        """

    def clear_left_over(self) -> None:
        """Remove what graders that were killed have left on this machine; nothing of one that still runs.

        Nothing by default: namespaces end with the process that made them, and files lie in them.
        """
        return


class PipeConnection(Connection):
    """A connection over two file descriptors, for workers that are child processes."""

    def __init__(self, reader: int, writer: int) -> None:
        self._reader, self._writer = reader, writer
        os.set_blocking(reader, False)
        os.set_blocking(writer, False)
        self._frames = frames.FrameReader(FRAME_LIMIT)

    def send(self, body: bytes, seconds: float) -> None:
        frames.write_all(self._writer, frames.pack(body), time.monotonic() + seconds)

    def receive(self, seconds: float) -> bytes:
        deadline = time.monotonic() + seconds
        while (body := self._frames.take()) is None:
            wait = deadline - time.monotonic()
            if wait <= 0 or not select.select([self._reader], [], [], wait)[0]:
                raise TimeoutError("the worker does not answer")
            data = os.read(self._reader, frames.CHUNK)
            if not data:
                raise frames.ClosedError("the worker is gone")
            self._frames.feed(data)
        return body


def worker_command(python: str, isolation: str, scratch: str, preload: tuple[str, ...]) -> list[str]:
    """The command line that starts a worker."""
    return [
        *(python, "-P", "-s", "-m", "autograder.worker"),
        *("--isolation", isolation, "--scratch", scratch, "--preload", ",".join(preload)),
    ]


def local_identity(spec: SlotSpec) -> str:
    """Identity of a sandbox that uses the grader's own Python and packages.

    Those of its site-packages, which a worker sees; what a process has on its path besides, by where it was
    started or what it has imported, is nothing to a sandbox.
    """
    found = metadata.distributions(path=site.getsitepackages())
    installed = sorted({f"{package.name}=={package.version}" for package in found})
    digest = hashlib.sha256("\n".join([sys.version, *installed]).encode()).hexdigest()
    return with_weights(f"local:{digest[:16]}", spec)


def with_weights(identity: str, spec: SlotSpec) -> str:
    """Identity of a sandbox that is given its weights, from its identity without any."""
    if not spec.weights:
        return identity
    weights = "\0".join(f"{variable}={_sha256(path)}" for variable, path in spec.weights)
    return f"{identity}+{hashlib.sha256(weights.encode()).hexdigest()[:16]}"


def weights_inside(spec: SlotSpec) -> dict[str, str]:
    """Where a sandbox with a file system of its own has each file of weights, by environment variable."""
    return {variable: f"{WEIGHTS}/{variable}{path.suffix}" for variable, path in spec.weights}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def gpu_environment(spec: SlotSpec, device: str | None) -> dict[str, str]:
    """What the worker's environment says of its GPU, which is called `device` where the worker runs."""
    return gpu.environment(device, spec.gpu_slots, spec.gpu_memory_mb) if spec.gpu else {}


def gpu_files() -> list[Path]:
    """The driver's files, for a sandbox that shares this machine's.

    Raises:
        SandboxUnavailableError: there are none.
    """
    files = gpu.device_files()
    if not files:
        raise SandboxUnavailableError(
            "a GPU was asked for, and this machine has no /dev/nvidia* device", remedy=gpu.NO_DEVICE
        )
    return files


def worker_environment(**more: str) -> dict[str, str]:
    """The whole environment of a worker: nothing of the grader's comes along."""
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "TF_ENABLE_ONEDNN_OPTS": "0",
        **more,
    }


def describe_loss(reason: str, limits: Limits, code: int | None, seconds: float) -> str:
    """Say to a student why the sandbox had to end their process, or how it ended."""
    sentences: Mapping[str, str] = {
        "timeout": f"took longer than {seconds:g} s and was stopped",
        "memory": f"used more than {limits.memory_mb} MB of memory and was stopped",
        "processes": f"started too many processes and was stopped (at most {limits.processes}, "
        f"together within {limits.memory_mb} MB)",
        "disk": f"wrote more files than it may (at most {limits.disk_mb} MB) and was stopped",
        "garbled": "wrote into the grader's channel, or gave an answer larger than "
        f"{limits.answer_mb} MB, and was stopped",
        "died": f"ended the Python process {describe_ending(code)}",
    }
    return sentences.get(reason, f"could not go on ({reason})")


def describe_ending(code: int | None) -> str:
    """Say with what a process ended."""
    if code is None:
        return "without a word"
    if code > 128:
        return f"by a crash (signal {code - 128})"
    return f"with exit code {code}"
