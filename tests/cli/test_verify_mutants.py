"""`verify --mutants`: what it prints, as a table, in Markdown, as JSON, and when it fails."""

from __future__ import annotations

import sys

from cli_course import NAME

MUTANTS = ["verify", NAME, "--mutants", "--sandbox", "process", "--jobs", "1"]


def test_a_week_whose_tests_notice_everything_holds(run, classroom):
    outcome = run(*MUTANTS)
    assert outcome.code == 0
    heading, row = outcome.out.splitlines()
    assert heading.split()[:5] == ["assignment", "mutants", "killed", "equivalent", "survivors"]
    name, mutants, killed, equivalent, survivors, share, *_ = row.split()
    assert (name, equivalent, survivors, share) == (NAME, "0", "0", "100.0")
    assert mutants == killed and int(mutants) > 15


def test_a_survivor_is_shown_as_a_change_with_its_place(run, classroom):
    classroom.edit(f"{NAME}/notebook.py", "return blocks.max(", "return np.asarray(blocks).max(")
    outcome = run(*MUTANTS)
    assert outcome.code == 1
    assert (
        "q2, max_pool: call\n  - return np.asarray(blocks).max(axis=(1, 3))\n  + return blocks.max("
        in outcome.out
    )
    assert f"assignments/{NAME}/mutants.toml" in outcome.out


def test_json_has_every_survivor_and_markdown_the_table(run, classroom):
    classroom.edit(f"{NAME}/test_hidden.py", "assert came == offsets", "assert came is not None")
    data = run(*MUTANTS, "--json")
    (report,) = data.json["assignments"]
    assert (data.code, data.json["ok"], report["ok"], report["assignment"]) == (1, False, False, NAME)
    assert report["killed"] + len(report["survivors"]) == report["mutants"] == report["generated"]
    assert {"question", "function", "kind", "original", "mutated"} == set(report["survivors"][0])
    shown = run(*MUTANTS, "--markdown", "--sample", "2").out.splitlines()
    assert shown[0].startswith("| assignment | mutants | killed |")
    assert shown[2].startswith(f"| {NAME} | 2 of {report['generated']} |")


def test_an_error_with_one_week_does_not_keep_the_others_from_being_tried(run, classroom):
    run("new", "w08_next")
    (classroom.root / "assignments" / NAME / "mutants.toml").write_text("equivalents = 1")
    outcome = run("verify", "--mutants", "--sample", "1", "--sandbox", "process", "--json")
    assert outcome.code == 2
    assert [report["assignment"] for report in outcome.json["assignments"]] == ["w08_next"]
    (error,) = outcome.json["errors"]
    assert "equivalents: unknown key" in error["message"]


def test_what_is_said_of_mutants_is_refused_without_them(run, classroom):
    for option in (["--sample", "3"], ["--markdown"]):
        outcome = run("verify", *option, "--sandbox", "process")
        assert outcome.code == 2
        assert "--mutants" in outcome.err


def test_draws_are_of_solutions_and_not_of_mutants(run, classroom):
    outcome = run(*MUTANTS, "--draws", "2")
    assert outcome.code == 2
    assert "--draws" in outcome.err


def test_without_the_authors_packages_it_says_what_to_install(run, classroom, monkeypatch):
    for module in [name for name in sys.modules if name.startswith(("autograder.mutants", "mutmut"))]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "mutmut", None)
    outcome = run(*MUTANTS)
    assert outcome.code == 3
    assert "mutmut" in outcome.err and "cnn-autograder[author]" in outcome.err
