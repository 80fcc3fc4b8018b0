"""What the command line and the demo show in a terminal: the table of results, progress, errors.

Whatever a student may have written is shown without control characters. Where the output is no terminal there
is neither colour nor a frame, every row is one line, and nothing is cut off.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from statistics import mean, median
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from rich import box
from rich.console import Console, RenderableType
from rich.progress import (
    BarColumn,
    ProgressColumn,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bar
from rich.progress import Task as BarTask
from rich.table import Column, Table
from rich.text import Text

from autograder.names import printable

if TYPE_CHECKING:
    from autograder.errors import AutograderError
    from autograder.report import DeadlineStatus, Report, RunStatus

WIDTH_WITHOUT_TERMINAL = 100_000
NAMES_SHOWN = 4

DEADLINE_STYLES: Mapping[DeadlineStatus, tuple[str, str]] = {
    "on_time": ("on time", ""),
    "late": ("late", "yellow"),
    "rejected": ("too late", "red"),
    "flagged": ("unclear", "magenta"),
}
APPROVED_STYLES = {True: ("yes", "green"), False: ("no", "red"), None: ("open", "magenta")}
RUN_REMARKS: Mapping[RunStatus, str] = {
    "completed": "",
    "timeout": "took too long",
    "memory": "out of memory",
    "died": "process ended",
    "unreadable": "unreadable",
    "lost": "sandbox lost",
}


class SafeConsole(Console):
    """A console whose reader may go away (`| head`): the rest is dropped and the command goes on."""

    def on_broken_pipe(self) -> None:
        self.quiet = True
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.file.fileno())
        os.close(nowhere)


def open_console(file: TextIO) -> Console:
    """Return a console on `file`, such as `sys.stdout`."""
    console = SafeConsole(file=file, highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = WIDTH_WITHOUT_TERMINAL
    return console


def clean(text: str) -> str:
    """The text without control sequences; its lines stay lines."""
    return "\n".join(printable(line) for line in re.split(r"\r\n|\n", text.expandtabs(4)))


def number(value: float) -> str:
    """Points with at most two decimals: 2, 2.5, 0.33."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def counted(amount: int, noun: str) -> str:
    """`1 notebook`, `2 notebooks`."""
    return f"{amount} {noun}" if amount == 1 else f"{amount} {noun}s"


def shown_path(path: Path) -> str:
    """A path as short as it can be typed from here, printable."""
    path = path.absolute()
    here = Path.cwd()
    return printable(str(path.relative_to(here) if path.is_relative_to(here) else path))


def duration(seconds: float) -> str:
    """`0.4 s`, `12 s`, `3 min 20 s`."""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"


def new_table(console: Console, *columns: Column | str) -> Table:
    """Return an empty table that suits `console`."""
    if console.is_terminal:
        return Table(
            *columns, box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0), header_style="bold"
        )
    return Table(*columns, box=None, padding=(0, 2, 0, 0))


def print_block(console: Console, block: RenderableType) -> None:
    """Print a table or the like; without a terminal, without the spaces that fill up its lines."""
    if console.is_terminal:
        console.print(block)
        return
    with console.capture() as capture:
        console.print(block)
    for line in capture.get().splitlines():
        console.print(line.rstrip(), soft_wrap=True)


def print_error(console: Console, error: AutograderError) -> None:
    """Print what went wrong and what to do about it."""
    console.print(Text.assemble(("Error: ", "bold red"), clean(error.message)))
    if error.remedy:
        console.print(Text.assemble(("→ ", "bold"), clean(error.remedy)))


def print_warning(console: Console, text: str) -> None:
    """Print something that the user should know before the results."""
    console.print(Text.assemble(("Warning: ", "bold yellow"), clean(text)))


# ---- results ------------------------------------------------------------------------------------------


def print_results(
    console: Console, reports: Sequence[Report], not_graded: Mapping[str, str] | None = None
) -> None:
    """Print a row for every student: points, deadline, and what a person should look at.

    Args:
        reports: of one assignment.
        not_graded: student → why there is no report.
    """
    table = new_table(
        console,
        Column("student", overflow="fold", max_width=28 if console.is_terminal else None),
        Column("score", justify="right", no_wrap=True),
        Column("counts", justify="right", no_wrap=True),
        Column("approved", no_wrap=True),
        Column("deadline", no_wrap=True),
        Column("time", justify="right", no_wrap=True),
        Column("remark", overflow="fold"),
    )
    rows = {report.student: _row(report) for report in reports}
    for student, why in (not_graded or {}).items():
        rows[student] = [*[Text("–")] * 5, Text(f"NOT GRADED: {clean(why)}", style="bold red")]
    for student in sorted(rows):
        table.add_row(Text(clean(student)), *rows[student])
    print_block(console, table)


def print_statistics(console: Console, reports: Sequence[Report]) -> None:
    """Print mean, median and how many have approved; nothing where there are no reports."""
    if not reports:
        return
    finals = [report.final_score for report in reports]
    approved = sum(report.approved is True for report in reports)
    console.print(
        f"Points after the deadline: mean {number(mean(finals))}, median {number(median(finals))} "
        f"of {number(reports[0].max_score)}. Approved: {approved} of {len(reports)}."
    )


def print_list(
    console: Console,
    title: str,
    lines: Iterable[tuple[str, str]],
    style: str = "bold",
    *,
    count: int | None = None,
) -> None:
    """Print a title and, below it, names with what is to be said of each; nothing where there are none.

    Args:
        count: beside the title; by default how many lines there are.
    """
    rows = [(clean(name), clean(what)) for name, what in lines]
    if not rows:
        return
    console.print()
    console.print(Text(f"{title} ({len(rows) if count is None else count})", style=style))
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(max_width=32 if console.is_terminal else None, overflow="fold")
    table.add_column(overflow="fold")
    for name, what in rows:
        table.add_row(Text(f"  {name}"), Text(what))
    print_block(console, table)


def _row(report: Report) -> list[Text]:
    deadline, deadline_style = DEADLINE_STYLES[report.deadline.status]
    approved, approved_style = APPROVED_STYLES[report.approved]
    seconds = report.run.seconds + sum(test.seconds for test in report.tests)
    return [
        Text(f"{number(report.score)}/{number(report.max_score)}"),
        Text(number(report.final_score), style="bold"),
        Text(approved, style=approved_style),
        Text(deadline, style=deadline_style),
        Text(f"{seconds:.1f} s"),
        Text(remark(report)),
    ]


def remark(report: Report) -> str:
    """What is odd about a result, in a few words; the report itself has the sentences."""
    words = [RUN_REMARKS[report.run.status]]
    if report.deadline.status == "flagged":
        words.append("no receipt")
    elif report.deadline.extension_until:
        words.append("extension")
    if len(report.attempts) > 1:
        which = next(index for index, each in enumerate(report.attempts, start=1) if each.counts)
        words.append(f"attempt {which} of {len(report.attempts)} counts")
    if report.run.status == "completed":
        words.append(_lost_points(report))
    return "; ".join(filter(None, words))


def _lost_points(report: Report) -> str:
    short = [each.question for each in report.questions if each.score < each.max_score]
    if report.tests and all(test.outcome == "unanswered" for test in report.tests):
        return "nothing answered"
    return f"points lost: {', '.join(short)}" if short else ""


# ---- progress -----------------------------------------------------------------------------------------


class Progress:
    """How far a long command is: a bar in a terminal, else a line for each thing that is done.

    Use it as a context manager; `begun` and `done` take names that may come from a student.
    """

    def __init__(self, console: Console, what: str) -> None:
        self._console = console
        self._what = what
        self._running: dict[str, None] = {}
        self._bar: Bar | None = None
        self._task = TaskID(0)
        self.total = 0
        self.finished = 0

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._bar = Bar(*_bar_columns(), console=self._console, transient=True, redirect_stdout=False)
            self._task = self._bar.add_task(self._what, total=None, running="")
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def planned(self, total: int) -> None:
        """Say how many things there are to do."""
        self.total = total
        if self._bar is not None:
            self._bar.update(self._task, total=total)

    def begun(self, name: str) -> None:
        self._running[name] = None
        self._refresh()

    def done(self, name: str) -> None:
        self._running.pop(name, None)
        self.finished += 1
        if self._bar is None:
            width = len(str(self.total))
            self._console.print(f"{self._what} {self.finished:{width}}/{self.total}  {clean(name)}")
        self._refresh()

    def phase(self, what: str) -> None:
        """Say what is done now, where it cannot be counted."""
        if self._bar is None:
            self._console.print(what)
        else:
            self._bar.remove_task(self._task)
            self._task = self._bar.add_task(what, total=None, running="")

    def _refresh(self) -> None:
        if self._bar is not None:
            names = [clean(name) for name in self._running]
            more = ", …" if len(names) > NAMES_SHOWN else ""
            running = ", ".join(names[:NAMES_SHOWN]) + more
            self._bar.update(self._task, completed=self.finished, running=running)


class _Count(ProgressColumn):
    """How many of how many, where that is known."""

    def render(self, task: BarTask) -> Text:
        return Text(f"{task.completed:.0f}/{task.total:.0f}" if task.total else "", style="progress.download")


class _TimeLeft(ProgressColumn):
    """How long it will still take, as soon as that can be said."""

    max_refresh = 0.5

    def __init__(self) -> None:
        super().__init__()
        self._remaining = TimeRemainingColumn(compact=True)

    def render(self, task: BarTask) -> Text:
        if task.total is None or not task.completed or task.time_remaining is None:
            return Text()
        return Text.assemble(self._remaining.render(task), (" left", "progress.remaining"))


def _bar_columns() -> list[ProgressColumn]:
    return [
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True)),
        BarColumn(bar_width=20),
        _Count(table_column=Column(no_wrap=True)),
        _TimeLeft(),
        TextColumn(
            "{task.fields[running]}",
            style="dim",
            markup=False,
            table_column=Column(no_wrap=True, overflow="ellipsis", ratio=1),
        ),
    ]


class LogTail:
    """The lines of a long log: the last one beside a spinner in a terminal, else all of them."""

    def __init__(self, console: Console, what: str) -> None:
        self._console = console
        self._what = what
        self._began = time.monotonic()
        self._status = console.status(what) if console.is_terminal else None

    def __enter__(self) -> Callable[[str], None]:
        if self._status is not None:
            self._status.start()
        return self._line

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status is not None:
            self._status.stop()

    def _line(self, line: str) -> None:
        if self._status is None:
            self._console.print(clean(line), soft_wrap=True)
            return
        passed = duration(time.monotonic() - self._began)
        room = max(10, self._console.width - len(self._what) - len(passed) - 8)
        self._status.update(Text.assemble(self._what, f" ({passed}) ", (clean(line)[:room], "dim")))


def standard_consoles() -> tuple[Console, Console]:
    """Consoles on standard output and standard error as they are now."""
    return open_console(sys.stdout), open_console(sys.stderr)
