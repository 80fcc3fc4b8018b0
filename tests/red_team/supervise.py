"""Runs a command and says what it left behind: `python supervise.py REPORT COMMAND…`.

Orphans of the command become children of this process, so that none of them gets out of sight. Those that are
left when the command has ended are written to REPORT, one command line each, and killed.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
SECONDS_TO_VANISH = 5.0


def main(report: Path, command: list[str]) -> int:
    """Return the command's exit code."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "cannot adopt orphans")
    code = subprocess.call(command)
    left = _left_after(SECONDS_TO_VANISH)
    report.write_text("".join(f"{line}\n" for line in left.values()), encoding="utf-8")
    for process in left:
        os.kill(process, signal.SIGKILL)
    return code


def _left_after(seconds: float) -> dict[int, str]:
    """What is still running below this process after it had some time to end, with its command line."""
    until = time.monotonic() + seconds
    while (left := _descendants()) and time.monotonic() < until:
        _reap()
        time.sleep(0.05)
    return left


def _reap() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def _descendants() -> dict[int, str]:
    parents, lines = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_bytes()
            lines[int(folder.name)] = (
                (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            )
        except OSError:
            continue
        state, parent = stat[stat.rindex(b")") + 2 :].split()[:2]
        if state not in (b"Z", b"X"):
            parents[int(folder.name)] = int(parent)
    found = {os.getpid()}
    while more := {process for process, parent in parents.items() if parent in found} - found:
        found |= more
    return {process: lines.get(process, "?") for process in found - {os.getpid()}}


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
