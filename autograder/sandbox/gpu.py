"""Which NVIDIA GPUs this machine has, and how much of their memory is used; asked of `nvidia-smi`."""

from __future__ import annotations

import os
import shutil
import subprocess

QUERY_SECONDS = 20.0


def devices_here() -> tuple[str, ...]:
    """The GPUs that this process may use: those of `CUDA_VISIBLE_DEVICES`, or else all of the machine."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return tuple(name.strip() for name in visible.split(",") if name.strip() and name.strip() != "-1")
    return tuple(line[0] for line in _query("--query-gpu=index"))


def _query(what: str) -> list[tuple[str, ...]]:
    """Rows of `nvidia-smi`; none where there is no such program or it fails."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    command = [program, what, "--format=csv,noheader,nounits"]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=QUERY_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        return []
    return [tuple(part.strip() for part in line.split(",")) for line in result.stdout.splitlines() if line]
