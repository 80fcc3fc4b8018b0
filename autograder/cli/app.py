"""The application that the commands belong to, and the entry point of the program."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

import autograder
from autograder.cli import afterwards, authoring, check, grade, machine
from autograder.cli.command import (
    CourseOption,
    DebugOption,
    EverywhereOptions,
    JsonOption,
    WrongUsageError,
    fail,
)
from autograder.cli.help import HelpfulGroup, examples
from autograder.errors import EXIT_INTERRUPTED, EXIT_OK

UsageError: Any = typer.BadParameter.__bases__[0]

app = typer.Typer(
    name="autograder",
    cls=HelpfulGroup,
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for group in (authoring, check, grade, afterwards, machine):
    group.register(app)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code. Never raises for what a user can cause.

    Args:
        arguments: without the program's name; by default those of this process.
    """
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    _make_streams_usable()
    try:
        return int(app(arguments, prog_name="autograder", standalone_mode=False) or EXIT_OK)
    except UsageError as error:
        return fail(_wrong_usage(error), json="--json" in arguments)
    except (KeyboardInterrupt, typer.Abort):
        return EXIT_INTERRUPTED


def _make_streams_usable() -> None:
    """Show what the terminal's encoding lacks as `?`; print to nowhere where a stream is closed."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: PTH123, SIM115
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _wrong_usage(error: Any) -> WrongUsageError:
    command = error.ctx.command_path if error.ctx else "autograder"
    return WrongUsageError(error.format_message(), remedy=f"`{command} --help` shows what there is.")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"autograder {autograder.__version__}")
        raise typer.Exit


@app.callback(
    cls=HelpfulGroup,
    invoke_without_command=True,
    epilog=examples(
        ("autograder new w07_pooling", "start a week"),
        ("autograder build && autograder verify", "release it, prove that its tests catch mistakes"),
        ("autograder grade w07_pooling submissions/", "grade a folder of submissions"),
    ),
)
def autograder_options(
    context: typer.Context,
    course: CourseOption = None,
    json: JsonOption = False,
    debug: DebugOption = False,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and exit."),
    ] = False,
) -> None:
    """A course whose weekly assignments grade themselves: write, release, grade, give feedback.

    Exit codes: 0 all is well, 1 a check said no, 2 wrong input, 3 this machine cannot do it, 70 a bug in the
    autograder, 130 interrupted.
    """
    context.obj = EverywhereOptions(course=course, json=json, debug=debug)
    if context.invoked_subcommand is None:
        text = context.get_help()
        if text:
            typer.echo(text)
