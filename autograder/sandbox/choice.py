"""Which sandbox: by name, or the best that this machine has."""

from __future__ import annotations

from autograder.errors import SandboxUnavailableError
from autograder.sandbox.base import Sandbox
from autograder.sandbox.bubblewrap import BubblewrapSandbox
from autograder.sandbox.docker import DockerSandbox
from autograder.sandbox.process import ProcessSandbox

PROVIDERS: dict[str, type[Sandbox]] = {
    sandbox.name: sandbox for sandbox in (DockerSandbox, BubblewrapSandbox, ProcessSandbox)
}


def provider(name: str) -> Sandbox:
    """Return the sandbox called `name`.

    Raises:
        SandboxUnavailableError: there is no such sandbox, or this machine cannot run it.
    """
    if name not in PROVIDERS:
        raise SandboxUnavailableError(
            f"there is no sandbox {name!r}", remedy=f"Sandboxes: {', '.join(PROVIDERS)}."
        )
    sandbox = PROVIDERS[name]()
    why = sandbox.why_unavailable()
    if why is not None:
        raise SandboxUnavailableError(
            f"this machine cannot run the {name} sandbox: {why}",
            remedy="`autograder doctor` says what is missing; --sandbox chooses another one.",
        )
    return sandbox


def best_available(image: str) -> Sandbox:
    """Return the strongest sandbox that can run here now: an engine that has `image`, else bubblewrap.

    The `process` sandbox is never chosen silently: callers say which one was taken.
    """
    docker = DockerSandbox()
    if docker.why_unavailable() is None and docker.has_image(image):
        return docker
    bubblewrap = BubblewrapSandbox()
    return bubblewrap if bubblewrap.why_unavailable() is None else ProcessSandbox()
