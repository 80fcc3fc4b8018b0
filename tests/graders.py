"""`autograder grade` as a process of its own, to be killed; and what there is to compare afterwards."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from classroom import NAME, Classroom

COMMAND = Path(sys.executable).parent / "autograder"
VANISH_SECONDS = 60


class Grader:
    """`autograder grade` as a process of its own, with a folder of its own for temporary files."""

    def __init__(
        self,
        room: Classroom,
        out: Path,
        sandbox: str,
        scratch: Path,
        *,
        jobs: int = 2,
        environment: Mapping[str, str] = {},
    ) -> None:
        scratch.mkdir(exist_ok=True)
        command = [COMMAND, "--course", room.root, "grade", NAME, room.submissions, "--out", out]
        command += ["--sandbox", sandbox, "--jobs", jobs, "--seed", "ab" * 32]
        self.process = subprocess.Popen(
            [str(part) for part in command],
            env={**os.environ, "TMPDIR": str(scratch), **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def wait(self) -> None:
        _, errors = self.process.communicate()
        assert self.process.returncode == 0, errors

    def kill_after(self, seconds: float) -> list[int]:
        """Kill the process with all of its group; return their ids, none where it was done before."""
        try:
            self.process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            group = processes(lambda folder: os.getpgid(int(folder.name)) == self.process.pid)
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.communicate()
            return group
        return []


def processes(wanted: Callable[[Path], bool]) -> list[int]:
    """Ids of the running processes that are `wanted`, which is asked with a folder of /proc."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if wanted(folder):
                found.append(int(folder.name))
        except OSError:
            continue  # it has ended meanwhile
    return found


def eventually(holds: Callable[[], bool]) -> bool:
    """Whether something becomes true within the time that a worker may take to notice that it is alone."""
    deadline = time.monotonic() + VANISH_SECONDS
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def results(out: Path) -> dict[str, str]:
    """The names of all files of the results; of those that hold no time, with what they say."""
    found = {path.relative_to(out).as_posix(): "" for path in out.rglob("*") if path.is_file()}
    return {**found, "grades.csv": (out / "grades.csv").read_text(encoding="utf-8")}


def gradebook(out: Path) -> list[tuple[str, str, float | None, float]]:
    """Student, graded cell, points, and what the deadline has taken, of every grade in the gradebook."""
    query = (
        "SELECT handed_in.student_id, cell.name, grade.auto_score, sheet.late_submission_penalty FROM grade "
        "JOIN base_cell AS cell ON grade.cell_id = cell.id "
        "JOIN submitted_notebook AS sheet ON grade.notebook_id = sheet.id "
        "JOIN submitted_assignment AS handed_in ON sheet.assignment_id = handed_in.id ORDER BY 1, 2"
    )
    with closing(sqlite3.connect(out / "gradebook.db")) as database:
        return database.execute(query).fetchall()
