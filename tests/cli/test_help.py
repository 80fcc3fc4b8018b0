"""Help pages and the version: every command is described, with examples, and docs/cli.md knows all of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import autograder

DOCS = Path(__file__).resolve().parents[2] / "docs" / "cli.md"
COMMANDS = ["list", "new", "build", "verify", "image", "doctor", "check", "grade", "extend", "feedback"]


def test_the_first_page_lists_every_command(run):
    outcome = run("--help")
    assert outcome.code == 0
    assert [name for name in COMMANDS if not re.search(rf"(?m)^  {name} ", outcome.out)] == []


def test_without_arguments_the_first_page_is_shown(run):
    assert run().out.strip() == run("--help").out.strip()


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_examples_of_the_command_and_fits_into_80_columns(run, command):
    outcome = run(command, "--help")
    assert outcome.code == 0
    assert f"autograder {command}" in outcome.out.partition("Examples")[2]
    assert max(map(len, outcome.out.splitlines())) <= 96  # an example is never broken in two
    assert max(map(len, outcome.out.partition("Examples")[0].splitlines())) <= 80


@pytest.mark.parametrize("command", COMMANDS)
def test_docs_describe_the_command_and_each_of_its_options(run, command):
    section = re.split(r"(?m)^## ", DOCS.read_text())
    own = next((part for part in section if part.startswith(f"`{command}`")), "")
    own += next(part for part in section if part.startswith("Options of every command"))
    options = re.findall(r"(?m)^  (?:-h, )?(--[a-z-]+)", run(command, "--help").out)
    assert [option for option in options if option not in own and option != "--help"] == []


def test_version_is_printed(run):
    assert run("--version").out == f"autograder {autograder.__version__}\n"
