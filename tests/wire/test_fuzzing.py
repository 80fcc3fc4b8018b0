"""The coverage-guided fuzzers find nothing, and would: a planted fault is found."""

from __future__ import annotations

import importlib.util
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SECONDS = int(os.environ.get("FUZZ_SECONDS", "45"))
SUPPORTED = sys.platform == "linux" and platform.machine() == "x86_64" and sys.version_info < (3, 14)
FUZZERS = ("fuzz_codec.py", "fuzz_frames.py", "fuzz_replies.py")
PLANTED = """
import atheris, sys
with atheris.instrument_imports():
    from fuzzing import fuzz

def check(data):
    if data[:1] == b"F" and data[1:2] == b"U":
        raise ValueError("planted")

check = atheris.instrument_func(check)
fuzz(check, [b"seed"])
"""


@pytest.fixture(autouse=True)
def fuzzer_installed() -> None:
    """Atheris is among the packages for development wherever it exists."""
    if importlib.util.find_spec("atheris") is None:
        message = "the coverage-guided fuzzer (atheris) is not installed"
        pytest.fail(message) if SUPPORTED else pytest.skip(f"NOT FUZZED: {message}; it has no build for here")


def fuzz(script: Path, folder: Path, *options: str) -> tuple[subprocess.CompletedProcess[str], str]:
    """Run a fuzzer; returns what it printed, and every input that it stopped at, in hex."""
    (folder / "corpus").mkdir()
    command = [sys.executable, str(script), str(folder / "corpus"), f"-artifact_prefix={folder}/found-"]
    command += ["-rss_limit_mb=2000", "-timeout=20", "-max_len=4096", "-seed=1", *options]
    environment = {**os.environ, "PYTHONPATH": str(HERE)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=folder)
    found = [f"{path.name}: {path.read_bytes().hex()}" for path in sorted(folder.glob("found-*"))]
    return done, "\n".join(found)


@pytest.mark.slow
@pytest.mark.parametrize("name", FUZZERS)
def test_a_fuzzer_finds_nothing(name: str, tmp_path: Path) -> None:
    done, found = fuzz(HERE / name, tmp_path, f"-max_total_time={SECONDS}")
    assert done.returncode == 0 and not found, f"{found}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    assert "DONE" in done.stderr or "Done" in done.stderr, done.stderr[-1000:]


@pytest.mark.slow
def test_a_fuzzer_finds_a_planted_fault_and_says_with_which_input(tmp_path: Path) -> None:
    script = tmp_path / "planted.py"
    script.write_text(PLANTED, encoding="utf-8")
    done, found = fuzz(script, tmp_path, "-runs=2000000")
    assert done.returncode != 0 and b"FU".hex() in found, done.stderr[-2000:]
