"""The `bubblewrap` sandbox: namespaces without an engine, on Linux.

Run by root, the worker keeps the few capabilities it needs to give each submission a user of its own. Run by
anyone else, each submission gets user, process, mount and IPC namespaces of its own inside the sandbox's.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from autograder.errors import SandboxUnavailableError
from autograder.sandbox.base import (
    Connection,
    Sandbox,
    SlotSpec,
    gpu_environment,
    gpu_files,
    local_identity,
    weights_inside,
    worker_command,
    worker_environment,
)
from autograder.sandbox.process import ChildConnection, font_cache

KEPT_CAPABILITIES = ("CAP_SETUID", "CAP_SETGID", "CAP_KILL", "CAP_CHOWN", "CAP_DAC_OVERRIDE")
PROGRAM_FOLDERS = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/lib32")
PROGRAM_FILES = ("/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives", "/etc/fonts")
CODE = "/opt/autograder"
SCRATCH = "/scratch"
FONT_CACHE = "/opt/fonts"
VENV = "/opt/venv"
WORKER_PARTS = ("__init__.py", "wire", "worker")
PROBE_SECONDS = 20
SEALED = ("--remount-ro", "/dev", "--remount-ro", "/")  # after all that is mounted below them


class BubblewrapSandbox(Sandbox):
    """Runs the worker under `bwrap` with the grader's own Python, read-only."""

    name = "bubblewrap"
    claims = frozenset({"limits", "isolation"})

    def why_unavailable(self) -> str | None:
        if sys.platform != "linux":
            return "needs Linux"
        bwrap = shutil.which("bwrap")
        if bwrap is None:
            return "the program `bwrap` is not installed (package bubblewrap)"
        return _probe(bwrap)

    def identity(self, spec: SlotSpec) -> str:
        return local_identity(spec)

    def open(self, spec: SlotSpec) -> Connection:
        return ChildConnection(self.command(spec), {"PATH": os.defpath}, None)

    def command(self, spec: SlotSpec) -> list[str]:
        """The command line that starts a worker in namespaces of its own.

        Raises:
            SandboxUnavailableError: `bwrap` is not installed, or there is no GPU and one was asked for.
        """
        bwrap = shutil.which("bwrap")
        if bwrap is None:
            raise SandboxUnavailableError(
                "the program `bwrap` is not installed", remedy="Install the package bubblewrap."
            )
        isolation = "uid" if os.geteuid() == 0 else "namespace"
        return [
            *(bwrap, *_namespaces(), *_writable(spec.limits.disk_mb), *_files(spec), *_gpu(spec), *SEALED),
            *_environment(spec),
            "--",
            *worker_command(_python(), isolation, SCRATCH, spec.preload),
        ]


def _probe(bwrap: str) -> str | None:
    prepared = [bwrap, *_namespaces(), *_writable(1), *_files(SlotSpec()), *SEALED]
    command = [*prepared, "--", _python(), "-S", "-c", "pass"]
    try:
        result = subprocess.run(command, capture_output=True, timeout=PROBE_SECONDS, text=True)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"`bwrap` does not run: {error}"
    if result.returncode == 0:
        return None
    return f"`bwrap` cannot make namespaces here: {result.stderr.strip()[-300:]}"


def _namespaces() -> list[str]:
    options = ["--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    options += ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    if os.geteuid() != 0:
        return [*options, "--unshare-user"]
    return [*options, *(part for name in KEPT_CAPABILITIES for part in ("--cap-add", name))]


def _files(spec: SlotSpec) -> list[str]:
    """Programs, libraries, weights and the Python that the grader runs with; nothing of what is hidden."""
    options = []
    for folder in map(Path, PROGRAM_FOLDERS):
        if folder.is_symlink():
            options += ["--symlink", str(folder.readlink()), str(folder)]
        elif folder.is_dir():
            options += ["--ro-bind", str(folder), str(folder)]
    binds = [(path, path) for path in [*_python_folders(), *PROGRAM_FILES]]
    if sys.prefix != sys.base_prefix:
        binds.append((sys.prefix, VENV))
    package = Path(__file__).parents[1]
    binds += [(str(package / part), f"{CODE}/autograder/{part}") for part in WORKER_PARTS]
    binds.append((font_cache(), FONT_CACHE))
    inside = weights_inside(spec)
    binds += [(str(path), inside[variable]) for variable, path in spec.weights]
    parents = {str(parent) for _, target in binds for parent in Path(target).parents}
    for parent in sorted(parents):  # made here, because bwrap lets only its own user into those it makes
        options += ["--dir", parent]
    for source, target in binds:
        options += ["--ro-bind-try", source, target]
    for covered in _inside([*((folder, folder) for folder in PROGRAM_FOLDERS), *binds], spec.hidden):
        options += ["--perms", "0700", "--tmpfs", covered]
    return options


def _inside(binds: Sequence[tuple[str, str]], hidden: Sequence[Path]) -> list[str]:
    """Where in the sandbox the hidden folders would be seen, because something around them is bound."""
    return [
        str(Path(target, folder.resolve().relative_to(Path(source).resolve())))
        for source, target in binds
        for folder in hidden
        if folder.resolve().is_relative_to(Path(source).resolve()) and not Path(source).is_symlink()
    ]


def _python() -> str:
    """Where the running Python is inside the sandbox."""
    if sys.prefix == sys.base_prefix:
        return sys.executable
    return str(Path(VENV, Path(sys.executable).relative_to(sys.prefix)))


def _python_folders() -> list[str]:
    """Folders of the Python installation that do not lie under /usr, outermost first."""
    folders = {Path(sys.base_prefix), Path(sys.executable).resolve().parents[1]}
    outside = sorted(folder for folder in folders if not folder.is_relative_to("/usr"))
    return [
        str(folder)
        for folder in outside
        if not any(folder != other and folder.is_relative_to(other) for other in outside)
    ]


def _writable(disk_mb: int) -> list[str]:
    size = str(disk_mb << 20)
    options = ["--proc", "/proc", "--dev", "/dev"]
    for folder, mode in ((SCRATCH, "0711"), ("/tmp", "1777"), ("/dev/shm", "1777")):
        options += ["--perms", mode, "--size", size, "--tmpfs", folder]
    return options


def _gpu(spec: SlotSpec) -> list[str]:
    if not spec.gpu:
        return []
    options = [part for path in gpu_files() for part in ("--dev-bind", str(path), str(path))]
    return [*options, "--ro-bind-try", "/sys", "/sys"]


def _environment(spec: SlotSpec) -> list[str]:
    variables = worker_environment(
        PYTHONPATH=CODE, MPLCONFIGDIR=FONT_CACHE, HOME=SCRATCH, TMPDIR="/tmp", **weights_inside(spec)
    ) | gpu_environment(spec, spec.gpu_device)
    options = [part for name, value in variables.items() for part in ("--setenv", name, value)]
    return ["--clearenv", *options, "--chdir", "/"]
