"""The container engine: how to reach it, and what to do when it cannot be reached.

Docker and Podman answer the same API; which one is behind it matters to nobody else.
"""

from __future__ import annotations

import os

import docker
from docker import DockerClient
from docker.errors import DockerException

from autograder.errors import SandboxUnavailableError

DEFAULT_SOCKET = "unix:///var/run/docker.sock"


def connect(timeout: float = 60) -> DockerClient:
    """Connect to the engine that `DOCKER_HOST` names, or to Docker's own socket.

    Args:
        timeout: seconds that any one request may take before it fails.

    Raises:
        SandboxUnavailableError: nothing answers there, or this user may not talk to it.
    """
    try:
        client = docker.from_env(timeout=int(timeout))
        client.ping()
    except DockerException as error:
        raise unavailable(error) from None
    return client


def unavailable(error: Exception) -> SandboxUnavailableError:
    """Say why the engine did not answer, and what the user can do about it."""
    address = os.environ.get("DOCKER_HOST", DEFAULT_SOCKET)
    text = str(error)
    if "Permission denied" in text or "PermissionError" in text:
        return SandboxUnavailableError(
            f"no permission to use the container engine at {address}",
            remedy="Join the group that owns the socket (`sudo usermod -aG docker $USER`, log in again), "
            "or set up a rootless engine and point DOCKER_HOST at its socket.",
        )
    if "FileNotFoundError" in text or "No such file" in text:
        return SandboxUnavailableError(
            f"no container engine at {address}",
            remedy="Install and start Docker or Podman (docs/operations.md), or set DOCKER_HOST to it.",
        )
    if "Connection refused" in text:
        return SandboxUnavailableError(
            f"the container engine at {address} is not running",
            remedy="Start it (`sudo systemctl start docker`), or set DOCKER_HOST to the one that runs.",
        )
    return SandboxUnavailableError(
        f"the container engine at {address} does not answer: {text}",
        remedy="Check DOCKER_HOST and that `docker info` works for this user.",
    )
