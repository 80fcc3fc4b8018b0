"""Confining the child that runs a submission, before any of the student's code runs.

`uid`: the worker is root with few capabilities (a container); the child becomes a user of its own.
`namespace`: the worker is an ordinary user; the child gets user, process, mount and IPC namespaces of its
own, with its own memory-backed scratch, /tmp and /dev/shm.
`none`: limits only.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
from dataclasses import dataclass
from pathlib import Path

from autograder.worker import seccomp

_CLONE_NEWNS, _CLONE_NEWIPC, _CLONE_NEWUSER, _CLONE_NEWPID = 0x20000, 0x08000000, 0x10000000, 0x20000000
_PR_SET_DUMPABLE, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS, _PR_SET_CHILD_SUBREAPER = 4, 24, 38, 36
_PR_SET_PDEATHSIG = 1
_MS_NOSUID, _MS_NODEV, _MS_REC, _MS_PRIVATE = 2, 4, 16384, 1 << 18
_CAPABILITY_VERSION_3 = 0x20080522
_LAST_CAPABILITY = 63
THREADS_PER_PROCESS = 8
SPARE_THREADS = 512
OPEN_FILES = 1024
LOWEST_PRIORITY = 19

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Confinement:
    """How to confine one submission. Sizes in mebibytes."""

    isolation: str
    user: int
    scratch: str
    processes: int
    disk_mb: int


def thread_limit(processes: int) -> int:
    """How many threads `processes` processes may have together."""
    return processes * THREADS_PER_PROCESS + SPARE_THREADS


def hide() -> None:
    """Keep other processes of the same user from reading this one's memory, environment and files."""
    _libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent has ended."""
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def die_with_parent() -> None:
    """Be killed when the parent process ends."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def enter(confinement: Confinement) -> None:
    """Confine the calling, freshly forked process. Returns in the process that may run student code.

    With namespaces that is a grandchild; the processes in between wait for it and end as it ends.

    Raises:
        OSError: a step failed; nothing of the student's may run then.
    """
    os.setsid()
    os.umask(0o077)
    _libc.prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)  # else /proc/self belongs to root and cannot be written
    Path("/proc/self/oom_score_adj").write_text("1000")
    if confinement.isolation == "namespace":
        _enter_namespaces(confinement)
    elif confinement.isolation == "uid":
        _become_user(confinement.user)
    if confinement.isolation != "none":
        os.nice(LOWEST_PRIORITY)  # below the relay, which must get to stop a thousand busy processes
    _set_limits(confinement)
    _libc.prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)  # a change of user has taken it away
    die_with_parent()
    with contextlib.suppress(OSError) if confinement.isolation == "none" else contextlib.nullcontext():
        seccomp.install()
    os.chdir(confinement.scratch)


def _become_user(user: int) -> None:
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    _give_up_capabilities()


def _enter_namespaces(confinement: Confinement) -> None:
    user, group = os.getuid(), os.getgid()
    _check(_libc.unshare(_CLONE_NEWUSER | _CLONE_NEWPID | _CLONE_NEWNS | _CLONE_NEWIPC), "namespaces")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    _continue_in_child()  # its first child is the namespace's init: when it ends, everything in it ends
    die_with_parent()
    _mount_private(confinement)
    _drop_capabilities()
    _continue_in_child()


def _continue_in_child() -> None:
    """Fork; the child returns. The parent, out of the child's reach, waits for it and ends as it ended."""
    hide()
    child = os.fork()
    if child == 0:
        return
    os.closerange(0, OPEN_FILES)
    while True:
        ended, status = os.wait()
        if ended == child:
            os._exit(exit_code(status))


def exit_code(status: int) -> int:
    """Return a wait status as a shell does: 128 + signal for a killed process."""
    return 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def _mount_private(confinement: Confinement) -> None:
    options = f"size={confinement.disk_mb}m,nr_inodes=65536,mode=0700".encode()
    _check(_libc.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None), "private mounts")
    for target in (confinement.scratch, "/tmp", "/dev/shm"):
        if Path(target).is_dir():
            flags = _MS_NOSUID | _MS_NODEV
            _check(_libc.mount(b"tmpfs", target.encode(), b"tmpfs", flags, options), f"tmpfs on {target}")
    _libc.mount(b"proc", b"/proc", b"proc", _MS_NOSUID | _MS_NODEV, None)  # refused by some kernels; see docs


def _drop_capabilities() -> None:
    for capability in range(_LAST_CAPABILITY + 1):
        _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)
    _give_up_capabilities()


def _give_up_capabilities() -> None:
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    data = (ctypes.c_uint32 * 6)()
    _check(_libc.capset(header, data), "capabilities")
    _check(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")


def _set_limits(confinement: Confinement) -> None:
    limits = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: confinement.disk_mb << 20,
        resource.RLIMIT_NOFILE: OPEN_FILES,
    }
    if confinement.isolation != "none":  # there, the limit would count the user's other processes too
        limits[resource.RLIMIT_NPROC] = thread_limit(confinement.processes)
    for kind, value in limits.items():
        _, hard = resource.getrlimit(kind)
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
