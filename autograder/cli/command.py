"""What all commands share: the options of each, results on standard output, errors as sentences."""

from __future__ import annotations

import contextlib
import functools
import inspect
import json
import os
import sys
import tempfile
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer
from rich.console import Console

from autograder.cli.help import HelpfulCommand, examples
from autograder.console import clean, open_console, print_error
from autograder.course import Course
from autograder.errors import (
    EXIT_BAD_INPUT,
    EXIT_INTERRUPTED,
    EXIT_UNEXPECTED,
    NO_ROOM,
    AutograderError,
    ConfigurationError,
    OutputError,
)

EVERYWHERE = "Options of every command"
CourseOption = Annotated[
    Path | None,
    typer.Option(
        "--course",
        metavar="DIR",
        rich_help_panel=EVERYWHERE,
        help="The course folder. Default: the nearest one upwards with assignments/course.toml.",
    ),
]
JsonOption = Annotated[
    bool,
    typer.Option("--json", rich_help_panel=EVERYWHERE, help="Print one JSON document on standard output."),
]
DebugOption = Annotated[
    bool, typer.Option("--debug", rich_help_panel=EVERYWHERE, help="Print tracebacks of errors.")
]
_SHARED = {"course": (CourseOption, None), "json": (JsonOption, False), "debug": (DebugOption, False)}


class WrongUsageError(AutograderError):
    """The command line itself cannot be understood."""

    exit_code = EXIT_BAD_INPUT


class Interrupted(AutograderError):
    """The user pressed Ctrl-C."""

    exit_code = EXIT_INTERRUPTED


class UnexpectedError(AutograderError):
    """A bug: something that no user should be able to cause."""

    exit_code = EXIT_UNEXPECTED


@dataclass(frozen=True)
class EverywhereOptions:
    """The options that stand before or after the name of a command."""

    course: Path | None = None
    json: bool = False
    debug: bool = False


@dataclass(frozen=True)
class Session:
    """One run of a command: where it reads the course, and where it prints what."""

    options: EverywhereOptions
    out: Console
    err: Console

    @cached_property
    def course(self) -> Course:
        """The course named with `--course`, or the nearest one upwards.

        Raises:
            ConfigurationError: there is none, or its `course.toml` is wrong.
        """
        if self.options.course is None:
            return Course.find(Path.cwd())
        if not (self.options.course / "assignments" / "course.toml").is_file():
            raise ConfigurationError(
                self.options.course,
                "not a course folder: it has no assignments/course.toml",
                remedy="Name the folder that holds assignments/; `autograder new w01_name` starts a course.",
            )
        return Course.load(self.options.course)

    def result(self, data: Mapping[str, Any], show: Callable[[], None]) -> None:
        """Print the result of the command: `data` as JSON if that was asked for, or what `show` prints."""
        if self.options.json:
            print_json(self.out, data)
        else:
            show()

    def say(self, text: str) -> None:
        """Tell a person something that is not the result."""
        self.err.print(text)


Command = Callable[..., int]


def command(
    app: typer.Typer, name: str, *, panel: str, shows: Sequence[tuple[str, str]]
) -> Callable[[Command], Command]:
    """Make a function of a `Session` and its own options, which returns an exit code, a command of `app`.

    The options of every command are added, and its errors are printed as sentences.

    Args:
        panel: the heading that it is listed under.
        shows: examples for its help, each with what it does.
    """

    def register(function: Command) -> Command:
        @functools.wraps(function)
        def run(context: typer.Context, **given: Any) -> None:
            before = context.obj or EverywhereOptions()
            options = EverywhereOptions(
                course=given.pop("course") or before.course,
                json=given.pop("json") or before.json,
                debug=given.pop("debug") or before.debug,
            )
            raise typer.Exit(perform(lambda session: function(session, **given), options))

        _take_signature(run, function)
        app.command(name, cls=HelpfulCommand, rich_help_panel=panel, epilog=examples(*shows))(run)
        return function

    return register


def perform(work: Callable[[Session], int], options: EverywhereOptions) -> int:
    """Run a command; returns its exit code, also where it fails."""
    with results_apart() as results, warnings.catch_warnings():
        if not options.debug:
            warnings.simplefilter("ignore")
        session = Session(options, open_console(results), open_console(sys.stderr))
        try:
            return work(session)
        except AutograderError as error:
            return _failed(session, error)
        except KeyboardInterrupt:
            return _failed(session, Interrupted("interrupted"))
        except OSError as error:
            if error.filename is None and error.errno not in NO_ROOM:
                return _failed(session, _unexpected(error, options))
            return _failed(session, OutputError.of(error))
        except Exception as error:
            return _failed(session, _unexpected(error, options))


def fail(error: AutograderError, *, json: bool) -> int:
    """Print an error on standard error, and as JSON on standard output if asked; returns its exit code."""
    print_error(open_console(sys.stderr), error)
    if json:
        print_json(open_console(sys.stdout), {"error": error_record(error)})
    return error.exit_code


def error_record(error: AutograderError) -> dict[str, Any]:
    """An error as data."""
    return {
        "kind": type(error).__name__,
        "message": error.message,
        "remedy": error.remedy,
        "exit_code": error.exit_code,
    }


def print_json(console: Console, data: Mapping[str, Any]) -> None:
    console.out(json.dumps(data, indent=2), highlight=False)


@contextlib.contextmanager
def results_apart() -> Iterator[TextIO]:
    """Give standard output to results alone.

    What anything else prints there meanwhile, such as a test, in this process or one that it starts, goes to
    standard error.
    """
    stdout = sys.stdout
    try:
        number = stdout.fileno()
    except (OSError, ValueError):  # it has been replaced by something in memory
        with contextlib.redirect_stdout(sys.stderr):
            yield stdout
        return
    stdout.flush()
    kept = os.dup(number)
    with (
        open(kept, "w", encoding=stdout.encoding, errors="replace") as results,  # noqa: PTH123
        contextlib.redirect_stdout(sys.stderr),
    ):
        os.dup2(sys.stderr.fileno(), number)
        try:
            yield results
        finally:
            os.dup2(kept, number)


def _failed(session: Session, error: AutograderError) -> int:
    if session.options.debug:
        session.err.print(clean(traceback.format_exc()), soft_wrap=True)
    print_error(session.err, error)
    if session.options.json:
        print_json(session.out, {"error": error_record(error)})
    return error.exit_code


def _unexpected(error: Exception, options: EverywhereOptions) -> UnexpectedError:
    what = f"something unexpected went wrong: {type(error).__name__}: {error}"
    if options.debug:
        return UnexpectedError(what, remedy="This is a bug: please report it with the traceback above.")
    with tempfile.NamedTemporaryFile(
        "w", prefix="autograder-", suffix=".log", delete=False, encoding="utf-8", errors="replace"
    ) as log:
        log.write(traceback.format_exc())
    return UnexpectedError(what, remedy=f"This is a bug: please report it with the traceback in {log.name}.")


def _take_signature(run: Callable[..., None], function: Command) -> None:
    """Show typer the parameters of `function`, but its session, and those that every command has."""
    parameters = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
    keyword = inspect.Parameter.KEYWORD_ONLY
    shared = [
        inspect.Parameter(name, keyword, default=default, annotation=annotation)
        for name, (annotation, default) in _SHARED.items()
    ]
    context = inspect.Parameter("context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)
    own = [parameter.replace(kind=keyword) for parameter in parameters]
    every = [context, *own, *shared]
    run.__signature__ = inspect.Signature(every)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in every}
    del run.__wrapped__  # type: ignore[attr-defined]
