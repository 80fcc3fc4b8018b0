"""The `docker` sandbox: a worker in a container without network, on a read-only root, with few capabilities.

Talks to any engine with Docker's API (Docker, Podman). The worker keeps only what it needs to become a
submission's user and to clean up after it; the student's process has no capability and can gain none.
"""

from __future__ import annotations

import contextlib
import os
import struct
import time
from collections import deque
from collections.abc import Iterator
from functools import cache
from typing import Any

import docker
import docker.errors
import docker.types
import requests

from autograder import engine
from autograder.errors import SandboxError, SandboxUnavailableError
from autograder.sandbox import owner
from autograder.sandbox.base import (
    FRAME_LIMIT,
    SLOT_OVERHEAD_MB,
    Connection,
    Sandbox,
    SlotSpec,
    gpu_environment,
    weights_inside,
    worker_command,
    worker_environment,
)
from autograder.wire import frames
from autograder.worker.confine import SPARE_THREADS, THREADS_PER_PROCESS

PYTHON = "/opt/venv/bin/python"
SCRATCH = "/scratch"
KEPT_CAPABILITIES = ["SETUID", "SETGID", "KILL", "CHOWN", "DAC_OVERRIDE"]
OWNER_LABEL = "cnn-autograder.owner"
_STREAM_HEADER = struct.Struct(">BxxxL")
_STDERR = 2
LOG_CHUNKS = 50
FIRST_DEVICE = "0"  # a container has one, whatever the engine calls it


class DockerSandbox(Sandbox):
    """Runs the worker in a container of the engine that the environment names (`DOCKER_HOST` …)."""

    name = "docker"
    claims = frozenset({"limits", "isolation"})

    def why_unavailable(self) -> str | None:
        try:
            client()
        except SandboxUnavailableError as error:
            return error.message
        return None

    def has_image(self, image: str) -> bool:
        try:
            client().images.get(image)
        except docker.errors.ImageNotFound:
            return False
        return True

    def identity(self, spec: SlotSpec) -> str:
        with _engine_errors(spec):
            return str(client().images.get(spec.image).id)

    def open(self, spec: SlotSpec) -> Connection:
        with _engine_errors(spec):
            return ContainerConnection(client(), spec)

    def clear_left_over(self) -> None:
        with contextlib.suppress(SandboxError, docker.errors.DockerException, requests.RequestException):
            for found in client().api.containers(all=True, filters={"label": OWNER_LABEL}):
                if owner.is_gone(found["Labels"][OWNER_LABEL]):
                    with contextlib.suppress(docker.errors.APIError):  # it may be on its way out
                        client().api.remove_container(found["Id"], force=True)


@contextlib.contextmanager
def _engine_errors(spec: SlotSpec) -> Iterator[None]:
    try:
        yield
    except docker.errors.ImageNotFound:
        raise SandboxUnavailableError(
            f"the container engine has no image {spec.image!r}", remedy="Build it with `autograder image`."
        ) from None
    except (docker.errors.DockerException, requests.RequestException, OSError) as error:
        raise SandboxError(
            f"the container engine could not start a sandbox: {_reason(error)}",
            remedy="`autograder doctor` says what this machine can do.",
        ) from None


def container_options(spec: SlotSpec) -> dict[str, Any]:
    """What the engine is asked for, as keyword arguments of the Docker SDK's `containers.create`."""
    limits = spec.limits
    memory = f"{SLOT_OVERHEAD_MB + limits.memory_mb + limits.memory_mb // 2 + 3 * limits.disk_mb}m"
    disk = f"size={limits.disk_mb}m"
    options: dict[str, Any] = {
        "image": spec.image,
        "command": worker_command(PYTHON, "uid", SCRATCH, spec.preload),
        "entrypoint": [],
        "user": "0:0",
        "working_dir": "/",
        "environment": worker_environment(**weights_inside(spec)),
        "stdin_open": True,
        "auto_remove": True,
        "network_mode": "none",
        "ipc_mode": "private",
        "read_only": True,
        "tmpfs": {SCRATCH: f"{disk},mode=0711,nosuid,nodev", "/tmp": f"{disk},mode=1777,nosuid,nodev"},
        "shm_size": f"{limits.disk_mb}m",
        "cap_drop": ["ALL"],
        "cap_add": KEPT_CAPABILITIES,
        "security_opt": ["no-new-privileges"],
        "mem_limit": memory,
        "memswap_limit": memory,
        "pids_limit": limits.processes * THREADS_PER_PROCESS + 2 * SPARE_THREADS,
        "log_config": docker.types.LogConfig(type="none"),
        "labels": {OWNER_LABEL: owner.this_process()},
    }
    if spec.gpu:
        options["environment"] |= gpu_environment(spec, FIRST_DEVICE)
        options["device_requests"] = [_gpu_request(spec.gpu_device)]
    return options


def _gpu_request(device: str | None) -> docker.types.DeviceRequest:
    if device is None:
        return docker.types.DeviceRequest(count=1, capabilities=[["gpu"]])
    return docker.types.DeviceRequest(device_ids=[device], capabilities=[["gpu"]])


class ContainerConnection(Connection):
    """A worker in a container, reached through the engine's attached streams."""

    def __init__(self, client: docker.DockerClient, spec: SlotSpec) -> None:
        self._image = str(client.images.get(spec.image).id)
        self._container: Any = client.containers.create(**container_options(spec))
        self._frames = frames.FrameReader(FRAME_LIMIT)
        self._incoming = bytearray()
        self._log: deque[bytes] = deque(maxlen=LOG_CHUNKS)
        self._closed = False
        try:
            streams = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}
            self._attached: Any = self._container.attach_socket(params=streams)
            self._socket: Any = getattr(self._attached, "_sock", self._attached)
            self._container.start()
        except BaseException:
            self._remove()
            raise

    @property
    def image(self) -> str | None:
        return self._image

    def send(self, body: bytes, seconds: float) -> None:
        self._socket.settimeout(seconds)
        try:
            self._socket.sendall(frames.pack(body))
        except (BrokenPipeError, ConnectionResetError):
            raise frames.ClosedError("the worker is gone") from None

    def receive(self, seconds: float) -> bytes:
        deadline = time.monotonic() + seconds
        while (body := self._frames.take()) is None:
            self._socket.settimeout(max(0.001, deadline - time.monotonic()))
            try:
                data = self._socket.recv(frames.CHUNK)
            except ConnectionResetError:
                data = b""
            if not data:
                raise frames.ClosedError("the worker is gone")
            self._sort(data)
            if time.monotonic() > deadline:
                raise TimeoutError("the worker does not answer")
        return body

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        with contextlib.suppress(OSError):
            self._attached.close()
        self._remove()

    def log(self) -> str:
        return b"".join(self._log).decode(errors="replace")

    def _sort(self, data: bytes) -> None:
        """Take the engine's stream apart: standard output is frames, standard error is the log."""
        self._incoming += data
        position = 0
        while len(self._incoming) - position >= _STREAM_HEADER.size:
            stream, length = _STREAM_HEADER.unpack_from(self._incoming, position)
            end = position + _STREAM_HEADER.size + length
            if len(self._incoming) < end:
                break
            part = bytes(self._incoming[position + _STREAM_HEADER.size : end])
            if stream == _STDERR:
                self._log.append(part)
            else:
                self._frames.feed(part)
            position = end
        del self._incoming[:position]

    def _remove(self) -> None:
        with contextlib.suppress(docker.errors.APIError, requests.RequestException):
            self._container.remove(force=True)


@cache
def _client_of(process: int) -> docker.DockerClient:
    return engine.connect()


def client() -> docker.DockerClient:
    """The engine's client of this process; a forked process gets one of its own.

    Raises:
        SandboxUnavailableError: there is no engine.
    """
    return _client_of(os.getpid())


def _reason(error: Exception) -> str:
    text = str(getattr(error, "explanation", None) or error)
    return text if len(text) < 300 else text[:300] + "…"
