"""The zygote imports the course's packages once and forks a child for each submission.

It never reads anything of a submission: the child gets its own socket to the relay and reads from there.
"""

from __future__ import annotations

import importlib
import json
import os
import platform
import select
import signal
import socket
import sys
from importlib import metadata
from typing import Any

from autograder.worker import code, confine, gpu

MESSAGE_BYTES = 1 << 16
WEIGHTS_SUFFIX = "_WEIGHTS"  # of the variables that say where files of pretrained weights are
_PACKAGES = (
    "numpy",
    "scipy",
    "scikit-image",
    "scikit-learn",
    "matplotlib",
    "ipython",
    "keras",
    "tensorflow",
    "tensorflow-cpu",
)


def serve(control: socket.socket, preload: list[str]) -> None:
    """Import `preload`, report on `control`, then fork on request until the relay is gone."""
    confine.hide()
    confine.adopt_orphans()
    problems = _import_all(preload)
    from autograder.worker import submission  # noqa: F401  (imported once, for every fork)
    from autograder.worker.warm_up import warm_kernel

    kernel = warm_kernel()
    wakeup = _watch_children()
    sources: list[Any] = [control, wakeup]
    ready = {"problems": problems, "python": platform.python_version(), "packages": _versions()}
    _send(control, {"ready": {**ready, "code": code.digest()}})
    while True:
        readable, _, _ = select.select(sources, [], [])
        if wakeup in readable:
            os.read(wakeup, MESSAGE_BYTES)
        if control in readable and not _serve_one(control, kernel):
            return
        _report_ended(control)


def _serve_one(control: socket.socket, kernel: Any) -> bool:
    data, descriptors, _, _ = socket.recv_fds(control, MESSAGE_BYTES, 1)
    if not data:
        return False
    channel = socket.socket(fileno=descriptors[0])
    child = os.fork()
    if child == 0:
        control.close()
        _become_submission(channel, kernel, confine.Confinement(**json.loads(data)))
    channel.close()
    _send(control, {"forked": child})
    return True


def _become_submission(channel: socket.socket, kernel: Any, confinement: confine.Confinement) -> None:
    """Confine this process, run one submission, and end. Never returns."""
    from autograder.worker import submission

    exit_code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        descriptor = _keep_only(channel)
        try:
            confine.enter(confinement)
        except OSError as error:
            submission.report_failure(descriptor, f"a submission could not be confined: {error}")
            raise
        try:
            gpu.limit_memory(sys.modules.get("tensorflow"))
        except Exception as error:
            submission.report_failure(descriptor, f"a GPU could not be shared out: {error}")
            raise
        _set_environment(confinement.scratch)
        submission.serve(descriptor, kernel)
        exit_code = 0
    finally:
        os._exit(exit_code)


def _keep_only(channel: socket.socket) -> int:
    """Leave the child with /dev/null as its standard streams and the channel as descriptor 3."""
    nothing = os.open("/dev/null", os.O_RDWR)
    kept = os.dup2(channel.fileno(), confine.OPEN_FILES - 1)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    os.dup2(kept, 3, inheritable=False)
    os.closerange(4, confine.OPEN_FILES)
    channel.detach()
    return 3


def _set_environment(scratch: str) -> None:
    keep = ("PATH", "LANG", "LC_ALL", "MPLBACKEND", "MPLCONFIGDIR", *gpu.KEPT)
    kept = {
        name: value for name, value in os.environ.items() if name in keep or name.endswith(WEIGHTS_SUFFIX)
    }
    os.environ.clear()
    os.environ.update(
        kept, HOME=scratch, TMPDIR=scratch, PYTHONDONTWRITEBYTECODE="1", TF_CPP_MIN_LOG_LEVEL="2"
    )


def _import_all(names: list[str]) -> dict[str, str]:
    problems = {}
    for name in names:
        try:
            importlib.import_module(name)
        except Exception as error:  # a broken package must be told, not end the worker
            problems[name] = f"{type(error).__name__}: {error}"
    return problems


def _versions() -> dict[str, str]:
    versions = {}
    for name in _PACKAGES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions


def _watch_children() -> int:
    """Return a descriptor that becomes readable when a child has ended."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(writer)
    return reader


def _report_ended(control: socket.socket) -> None:
    while True:
        try:
            child, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if child == 0:
            return
        _send(control, {"ended": child, "code": confine.exit_code(status)})


def _send(control: socket.socket, message: dict[str, Any]) -> None:
    control.send(json.dumps(message).encode())
