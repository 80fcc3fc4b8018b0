"""`list`, `new` and `build`: from an empty folder to a release that is up to date."""

from __future__ import annotations

import pytest
from cli_course import NAME

from autograder.build import new_assignment


def test_new_makes_a_course_that_builds_in_an_empty_folder(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = run("new", NAME)
    assert made.code == 0
    assert f"autograder build {NAME}" in made.out
    assert run("build").code == 0
    assert (tmp_path / "release" / NAME / f"{NAME}.ipynb").is_file()


def test_new_adds_to_the_course_above_the_current_folder(run, classroom, monkeypatch):
    monkeypatch.chdir(classroom.root / "assignments" / NAME)
    assert run("new", "w08_next").code == 0
    assert (classroom.root / "assignments" / "w08_next" / "assignment.toml").is_file()


def test_new_refuses_a_name_that_is_taken(run, classroom):
    outcome = run("new", NAME)
    assert outcome.code == 2
    assert "exists already" in outcome.err


def test_list_shows_due_time_in_the_courses_zone_and_points(run, classroom):
    outcome = run("list")
    assert outcome.code == 0
    assert outcome.out.splitlines()[1].split() == [
        *(NAME, "2026-10-02", "23:59", "CEST", "8", "up", "to", "date"),
        *("Week", "7:", "Pooling"),
    ]


def test_list_as_json_has_the_due_time_in_utc(run, classroom):
    (assignment,) = run("list", "--json").json["assignments"]
    assert assignment["due"] == "2026-10-02T21:59:00+00:00"
    assert (assignment["points"], assignment["release"]) == (8, "up to date")


def test_options_of_every_command_may_stand_before_it(run, classroom, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert (
        run("--json", "--course", classroom.root, "list").json
        == run("list", "--course", classroom.root, "--json").json
    )


def test_a_changed_source_makes_the_release_stale(run, classroom):
    classroom.edit(f"{NAME}/notebook.py", "## 2. Max pooling", "## 2. Pooling")
    assert run("list", "--json").json["assignments"][0]["release"] == "stale"
    outcome = run("build", "--check")
    assert outcome.code == 1
    assert f"release/{NAME}/{NAME}.ipynb (changed)" in outcome.err
    assert run("build").code == 0
    assert run("build", "--check").code == 0


def test_list_says_what_is_not_built_and_what_is_wrong_and_goes_on(run, classroom):
    new_assignment(classroom.root, "w08_new")
    new_assignment(classroom.root, "w09_wrong")
    classroom.edit("w09_wrong/assignment.toml", "title", "titel")
    outcome = run("list", "--json")
    assert outcome.code == 2
    releases = {each["name"]: each["release"] for each in outcome.json["assignments"]}
    assert releases == {NAME: "up to date", "w08_new": "not built", "w09_wrong": None}
    shown = run("list")
    assert "w09_wrong" in shown.out
    assert "title" in shown.err


def test_build_goes_on_after_an_assignment_that_cannot_be_built(run, classroom):
    new_assignment(classroom.root, "w01_broken")
    classroom.edit("w01_broken/test_public.py", 'question("q1")', 'question("q9")')
    outcome = run("build", "--json")
    assert outcome.code == 2
    assert {each["assignment"]: each["ok"] for each in outcome.json["assignments"]} == {
        "w01_broken": False,
        NAME: True,
    }
    assert "q9" in outcome.err


@pytest.mark.parametrize("name", [f"assignments/{NAME}/", NAME])
def test_an_assignment_may_be_named_by_its_folder(run, classroom, name):
    assert run("build", "--check", name).code == 0


def test_a_course_without_assignments_is_said_to_have_none(run, classroom):
    for file in (classroom.root / "assignments" / NAME).glob("assignment.toml"):
        file.unlink()
    assert "autograder new" in run("list").out
    assert run("build").code == 2
