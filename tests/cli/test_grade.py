"""`grade`, `extend` and `feedback`, end to end on a small class."""

from __future__ import annotations

import contextlib
import fcntl
import io
import json
import shutil
from pathlib import Path

import pytest
from cli_course import NAME, TOO_LATE, Class, Outcome

from autograder.build import new_assignment
from autograder.cli import main
from autograder.results import read_report

GRADE = ("grade", NAME, "submissions", "--sandbox", "process", "--jobs", "1")


@pytest.fixture(scope="module")
def graded_once(built_course, tmp_path_factory):
    """A class of five, graded, with what was printed as JSON."""
    root = tmp_path_factory.mktemp("graded") / "course"
    shutil.copytree(built_course, root)
    classroom = Class(root)
    classroom.hand_in("ann", classroom.solved)
    classroom.hand_in("bob", classroom.unanswered)
    classroom.hand_in("late", classroom.solved, TOO_LATE)
    classroom.hand_in("nora", classroom.solved, None)
    (classroom.submissions / "torn.ipynb").write_text('{"cells": [')
    (classroom.submissions / "notes.txt").write_text("hello")
    out, err = io.StringIO(), io.StringIO()
    arguments = [*GRADE[:2], str(classroom.submissions), *GRADE[3:], "--course", str(root), "--json"]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(arguments)
    return classroom, Outcome(code, out.getvalue(), err.getvalue())


@pytest.fixture
def printed(graded_once):
    """What grading the class printed."""
    outcome = graded_once[1]
    assert outcome.code == 0, outcome.err
    return outcome


@pytest.fixture
def graded(graded_once, printed, tmp_path, monkeypatch):
    """A copy of the graded class; it is the current folder."""
    root = tmp_path / "course"
    shutil.copytree(graded_once[0].root, root)
    monkeypatch.chdir(root)
    return Class(root)


def test_every_student_gets_a_result(printed):
    results = {each["student"]: each for each in printed.json["students"]}
    shown = ("score", "final_score", "deadline")
    assert {name: tuple(each[key] for key in shown) for name, each in results.items()} == {
        "ann": (8, 8, "on_time"),
        "bob": (0, 0, "on_time"),
        "late": (8, 0, "rejected"),
        "nora": (8, 0, "flagged"),
        "torn": (0, 0, "flagged"),
    }
    assert (results["ann"]["approved"], results["nora"]["approved"]) == (True, None)
    assert results["torn"]["run"] == "unreadable"


def test_what_was_written_is_named_and_is_there(printed):
    data = printed.json
    named = [*data["files"].values(), *(each["feedback"] for each in data["students"])]
    assert len(named) == 9
    assert [path for path in named if not Path(path).exists()] == []


def test_what_is_no_submission_is_listed_with_the_reason(printed):
    assert [each["file"] for each in printed.json["skipped"]] == ["notes.txt"]


def test_the_sandbox_is_named_with_what_it_does_not_promise(printed):
    assert (printed.json["sandbox"], printed.json["isolation"]) == ("process", False)
    assert "gives no isolation, limits only" in printed.err


def test_progress_goes_to_stderr_a_line_for_each(printed):
    assert sum(line.startswith("Grading ") for line in printed.err.splitlines()) == 5


def test_a_second_run_examines_only_what_has_changed_and_prints_the_table(run, graded):
    graded.hand_in("bob", graded.solved)
    outcome = run(*GRADE)
    assert outcome.code == 0
    assert "1 notebook examined, 4 as before" in outcome.out
    table = {line.split()[0]: line.split()[1:6] for line in outcome.out.splitlines()[1:6]}
    assert table["bob"] == ["8/8", "8", "yes", "on", "time"]
    assert table["late"] == ["8/8", "0", "no", "too", "late"]
    assert "A person must decide (2)" in outcome.out
    assert "Approved: 2 of 5." in outcome.out
    assert "class_report.html" in outcome.out


def test_one_student_graded_alone_does_not_lose_the_others_grades(run, graded):
    path = graded.submissions / "ann.ipynb"
    receipts = graded.submissions / "receipts.jsonl"
    outcome = run("grade", NAME, path, "--receipts", receipts, "--sandbox", "process", "--json")
    assert [each["student"] for each in outcome.json["students"]] == ["ann"]
    assert len((graded.out / "grades.csv").read_text().splitlines()) == 6


def test_an_extension_counts_without_running_anything_again(run, graded):
    granted = run("extend", NAME, "late", "--until", "2026-10-05 23:59", "--reason", "ill", "--by", "Kari")
    assert granted.code == 0
    assert granted.out == (f"late has until 2026-10-05 23:59 CEST for {NAME} (due 2026-10-02 23:59 CEST).\n")
    data = run(*GRADE, "--json").json
    assert data["examined"] == 0
    assert {each["student"]: each["final_score"] for each in data["students"]}["late"] == 8


def test_an_extension_as_json_has_its_times_in_utc(run, classroom):
    data = run("extend", NAME, "late", "--until", "2026-10-05 23:59", "--reason", "ill", "--json").json
    assert data["until"] == "2026-10-05T21:59:00+00:00"
    assert data["due"] == "2026-10-02T21:59:00+00:00"
    assert json.loads((classroom.root / "extensions.jsonl").read_text())["reason"] == "ill"


def test_feedback_is_written_again_from_the_reports(run, graded):
    pages = sorted(graded.out.glob("*/feedback.html"))
    before = [page.read_bytes() for page in pages]
    for page in pages:
        page.unlink()
    (graded.out / "class_report.html").unlink()
    outcome = run("feedback", NAME)
    assert outcome.code == 0
    assert "5 pages of feedback" in outcome.out
    assert [page.read_bytes() for page in pages] == before
    assert (graded.out / "class_report.html").is_file()


def test_the_seed_that_was_given_is_in_the_report(run, classroom):
    classroom.hand_in("ann", classroom.solved)
    assert run(*GRADE, "--seed", "c0ffee").code == 0
    assert read_report(classroom.out / "ann" / "report.json").environment.seed == "c0ffee"


def test_two_graders_do_not_write_to_one_folder(run, classroom):
    classroom.hand_in("ann", classroom.solved)
    classroom.out.mkdir(parents=True)
    with (classroom.out / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        outcome = run(*GRADE)
    assert outcome.code == 3
    assert "another autograder is writing there" in outcome.err


def test_a_gradebook_that_cannot_be_reached_leaves_everything_else(run, classroom):
    classroom.hand_in("ann", classroom.solved)
    url = f"sqlite:///{classroom.root}/no/such/folder/gradebook.db"
    outcome = run(*GRADE, "--gradebook", url, "--json")
    assert outcome.code == 3
    assert outcome.json["error"]["kind"] == "GradebookError"
    assert outcome.json["students"][0]["score"] == 8
    assert (classroom.out / "grades.csv").is_file()


def test_an_unreadable_report_on_another_week_is_a_warning(run, classroom):
    new_assignment(classroom.root, "w01_before")
    other = classroom.out.parent / "w01_before" / "ann"
    other.mkdir(parents=True)
    (other / "report.json").write_text("{}")
    classroom.hand_in("ann", classroom.solved)
    outcome = run(*GRADE)
    assert outcome.code == 0
    assert "left out of the class report" in outcome.err
