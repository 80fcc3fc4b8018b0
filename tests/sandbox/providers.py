"""Which providers the conformance suite runs, in which limits; and bubblewrap as an ordinary user gets it."""

from __future__ import annotations

import os
import secrets
import subprocess
from pathlib import Path

import pytest

from autograder.course import Limits
from autograder.sandbox import Connection, SlotSpec
from autograder.sandbox.bubblewrap import BubblewrapSandbox
from autograder.sandbox.process import ChildConnection

ORDINARY_USER = 64_321
LIMITS = Limits(
    run_seconds=10,
    call_seconds=1,
    total_seconds=60,
    memory_mb=400,
    processes=24,
    disk_mb=16,
    output_kb=64,
    answer_mb=4,
)
PRELOAD = ("numpy", "matplotlib.pyplot")
IMPORTS = (
    "from autograder.sandbox.base import SlotSpec\n"
    "from autograder.sandbox.bubblewrap import BubblewrapSandbox"
)
DOCKER = pytest.param("docker", marks=pytest.mark.docker)
ISOLATING = [DOCKER, "bubblewrap", "bubblewrap as an ordinary user"]
EVERY = [*ISOLATING, "process"]


def marker() -> str:
    """A word that is nowhere else, and that a search can look for without knowing it."""
    return f"marker-{secrets.token_hex(16)}"


class OrdinaryUserBubblewrap(BubblewrapSandbox):
    """The sandbox as an ordinary user gets it: all of it runs under another user's id."""

    def __init__(self, python: Path) -> None:
        self._python = python

    def why_unavailable(self) -> str | None:
        code = f"{IMPORTS}\nprint(BubblewrapSandbox().why_unavailable() or '')"
        result = subprocess.run(
            self._as_user(code), capture_output=True, text=True, env=self._environment(), cwd="/", check=False
        )
        return (result.stdout.strip() or None) if result.returncode == 0 else result.stderr[-500:]

    def open(self, spec: SlotSpec) -> Connection:
        code = (
            "import os; from pathlib import Path; from autograder.course import Limits\n"
            f"{IMPORTS}\n"
            f"limits = Limits.model_validate_json({spec.limits.model_dump_json()!r})\n"
            f"hidden = tuple(map(Path, {[str(folder) for folder in spec.hidden]!r}))\n"
            f"spec = SlotSpec({spec.preload!r}, limits, hidden=hidden)\n"
            "command = BubblewrapSandbox().command(spec)\n"
            "os.execve(command[0], command, {'PATH': os.defpath})"
        )
        return ChildConnection(self._as_user(code), self._environment(), None)

    def _as_user(self, code: str) -> list[str]:
        user = [f"--reuid={ORDINARY_USER}", f"--regid={ORDINARY_USER}", "--clear-groups"]
        return ["setpriv", *user, str(self._python), "-P", "-s", "-c", code]

    def _environment(self) -> dict[str, str]:
        home = self._python.parents[2]
        return {"PATH": os.defpath, "HOME": str(home), "MPLCONFIGDIR": str(home / "fonts")}
