"""A full disk, a locked database and the like: a sentence, nothing by halves, and a second run ends it."""

from __future__ import annotations

import json
import os
import resource
import shutil
import socket
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from classroom import ALL_RIGHT, HALF_RIGHT, NAME, Classroom, new_classroom, notebook
from graders import COMMAND, gradebook

from autograder.build import build
from autograder.cli import main
from autograder.results import read_reports
from autograder.results.store import PARTIAL

STUDENTS = ("anna", "bo", "cleo")
LOUD = "print('a long line of output ' * 2500)"
Grade = Callable[..., tuple[int, str]]


@pytest.fixture
def room(tmp_path: Path) -> Classroom:
    """Three students, each with some output, and a course that is built."""
    room = new_classroom(tmp_path)
    build(room.course, NAME)
    for student in STUDENTS:
        room.hand_in(student, notebook(LOUD, f"print({student!r})"))
    return room


@pytest.fixture
def grade(room: Classroom, capsys: pytest.CaptureFixture[str]) -> Grade:
    """Grade the class in this process; gives the exit code and what was said on standard error."""

    def grade(*more: object) -> tuple[int, str]:
        command = ["--course", room.root, "grade", NAME, room.submissions, "--sandbox", "process", *more]
        code = main([str(part) for part in command])
        return code, capsys.readouterr().err

    return grade


def assert_complete(room: Classroom) -> None:
    assert tuple(report.student for report in read_reports(room.out)) == STUDENTS
    assert {student for student, *_ in gradebook(room.out)} == set(STUDENTS)
    assert all((room.out / student / "feedback.html").is_file() for student in STUDENTS)
    assert len((room.out / "grades.csv").read_text().splitlines()) == 1 + len(STUDENTS)


def assert_nothing_by_halves(out: Path) -> None:
    assert not list(out.rglob(f"*{PARTIAL}"))
    for path in [*out.glob("*/*.json"), *out.glob("*/*.ipynb"), *out.glob(".examined/*.json")]:
        json.loads(path.read_bytes())


@pytest.fixture
def small_disk(room: Classroom) -> Iterator[Callable[[str], None]]:
    """A disk of its own for the results; gives a way to make it larger."""
    if os.geteuid() != 0:
        pytest.skip("NOT TESTED WITH A FULL DISK: mounting one needs root")
    room.out.mkdir(parents=True)
    tmpfs = ["mount", "-t", "tmpfs", "-o", "size=200k", "none", str(room.out)]
    if subprocess.run(tmpfs, capture_output=True, check=False).returncode != 0:
        pytest.skip("NOT TESTED WITH A FULL DISK: this machine refuses to mount one")
    yield (
        lambda size: (
            subprocess.run(["mount", "-o", f"remount,size={size}", str(room.out)], check=True) and None
        )
    )
    subprocess.run(["umount", "--lazy", str(room.out)], check=True)


def test_a_full_disk_is_a_sentence_and_with_more_room_the_rest_is_done(room, grade, small_disk):
    code, said = grade()
    assert code == 3 and "no space left on device" in said and str(room.out) in said
    assert "Make room there, then run the same command again" in said and "Traceback" not in said
    assert_nothing_by_halves(room.out)
    kept = {path.name for path in (room.out / ".examined").iterdir()}
    assert kept, "what was done before the disk was full is kept"
    small_disk("50m")
    assert grade("--json")[0] == 0
    assert_complete(room)
    assert kept <= {path.name for path in (room.out / ".examined").iterdir()}


@pytest.mark.slow
def test_a_full_disk_under_the_gradebook_alone_leaves_everything_else(room, grade, tmp_path):
    """A limit on the size of files stands for the disk; the database is the only large file."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        code, said = grade()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert code == 3 and str(room.out / "gradebook.db") in said and "Make room" in said
    assert (room.out / "grades.csv").is_file()
    assert_nothing_by_halves(room.out)
    assert grade()[0] == 0
    assert_complete(room)


def as_ordinary(*command: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command for which, as for an ordinary user, the modes of files count."""
    plain = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"]
    return subprocess.run(
        [*(plain if os.geteuid() == 0 else []), *map(str, command)],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )


def test_a_folder_that_one_may_not_write_to_is_named(room):
    room.out.mkdir(parents=True)
    room.out.chmod(0o555)
    command = (COMMAND, "--course", room.root, "grade", NAME, room.submissions, "--sandbox", "process")
    done = as_ordinary(*command)
    room.out.chmod(0o755)
    assert done.returncode == 3, done.stderr
    assert f"{room.out}/.lock: permission denied" in done.stderr
    assert "You need permission to write there" in done.stderr and "Traceback" not in done.stderr
    assert list(room.out.iterdir()) == []


def test_an_engine_that_one_may_not_use_is_named_with_its_socket(room):
    with socket.socket(socket.AF_UNIX) as engine, tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "socket")
        engine.bind(str(path))
        engine.listen()
        path.chmod(0)
        command = (COMMAND, "--course", room.root, "grade", NAME, room.submissions, "--sandbox", "docker")
        done = as_ordinary(*command, DOCKER_HOST=f"unix://{path}")
    assert done.returncode == 3, done.stderr
    assert f"no permission to use the container engine at unix://{path}" in done.stderr
    assert "`autograder doctor` says what is missing" in done.stderr and "Traceback" not in done.stderr
    assert not (room.out / ".examined").exists()


def test_a_gradebook_locked_by_another_program_is_written_by_the_next_run(room, grade):
    assert grade()[0] == 0
    before = gradebook(room.out)
    (room.submissions / "bo" / "answers.ipynb").unlink()
    room.hand_in("bo", HALF_RIGHT)
    with closing(sqlite3.connect(room.out / "gradebook.db")) as other:
        other.execute("BEGIN EXCLUSIVE")
        code, said = grade()
    assert code == 3 and "locked" in said and "run the same command again" in said
    assert gradebook(room.out) == before and room.report("bo").score == 4
    assert grade()[0] == 0
    assert gradebook(room.out) != before
    assert_complete(room)


@pytest.mark.slow
def test_a_gradebook_that_is_broken_is_named_and_a_new_one_is_made_once_it_is_gone(room, grade):
    assert grade()[0] == 0
    before = gradebook(room.out)
    database = room.out / "gradebook.db"
    database.write_bytes(database.read_bytes()[:100] + b"\0" * 5000)
    code, said = grade()
    assert code == 3 and str(database) in said and "Traceback" not in said
    database.unlink()
    assert grade()[0] == 0
    assert gradebook(room.out) == before


def test_a_report_spoilt_by_hand_is_made_again_or_named_where_its_submission_is_gone(room, grade):
    assert grade()[0] == 0
    report = room.out / "bo" / "report.json"
    before = report.read_bytes()
    report.write_bytes(before[:200])
    assert grade()[0] == 0 and report.read_bytes() == before
    report.write_bytes(before[:200])
    shutil.rmtree(room.submissions / "bo")
    code, said = grade()
    assert code == 2 and f"{report}: not valid JSON" in said and "Delete the file" in said


@pytest.mark.slow
def test_a_truncated_result_is_examined_again(room, grade):
    assert grade()[0] == 0
    for path in (room.out / ".examined").iterdir():
        path.write_bytes(path.read_bytes()[:50])
    (room.submissions / "anna" / "answers.ipynb").unlink()
    room.hand_in("anna", ALL_RIGHT)
    assert grade()[0] == 0
    assert [report.score for report in read_reports(room.out)] == [8, 0, 0]
    assert_nothing_by_halves(room.out)
