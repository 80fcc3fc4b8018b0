"""Help pages: what a command does, its arguments and options, and examples that can be copied."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from typer.core import TyperCommand, TyperGroup

from autograder.console import open_console, print_block

WIDEST = 100
WIDTH_IN_A_PIPE = 80
LABEL_WIDTH = 20
HEADING = "bold"
LABEL = "cyan"
Row = tuple[str, str]


class HelpfulCommand(TyperCommand):
    """A command with our help page. Its epilog is what `examples` gives."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        _print_help(self, ctx)


class HelpfulGroup(TyperGroup):
    """As `HelpfulCommand`, with the list of commands."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        _print_help(self, ctx)


def examples(*shows: Row) -> str:
    """Command lines, each with what it does, as the epilog of a command."""
    return "\n".join(f"{line}\t{what}" for line, what in shows)


def _print_help(command: Any, ctx: Any) -> None:
    console = open_console(sys.stdout)
    console.width = min(console.width, WIDEST) if console.is_terminal else WIDTH_IN_A_PIPE
    parameters = [each for each in command.get_params(ctx) if not getattr(each, "hidden", False)]
    arguments = [each for each in parameters if each.param_type_name == "argument"]
    options = [each for each in parameters if each.param_type_name == "option"]
    by_panel: dict[str, list[Row]] = {}
    for each in options:
        by_panel.setdefault(_panel(each, "Options"), []).append((_label(each), each.help or ""))
    given = {"Arguments": [(_label(each), each.help or "") for each in arguments]}
    sections = given | _commands(command, ctx) | by_panel
    page = [
        Text.assemble(("Usage: ", HEADING), " ".join(_usage(command, ctx, arguments))),
        *_paragraphs(command.help),
        *(part for item in sections.items() for part in _section(*item)),
        *_examples(command.epilog or ""),
    ]
    print_block(console, Group(*page))


def _usage(command: Any, ctx: Any, arguments: Iterable[Any]) -> list[str]:
    commands = ["COMMAND …"] if isinstance(command, TyperGroup) else []
    return [ctx.command_path, "[OPTIONS]", *map(_label, arguments), *commands]


def _paragraphs(text: str | None) -> Iterator[RenderableType]:
    for paragraph in inspect.cleandoc(text or "").split("\n\n"):
        yield Padding(" ".join(paragraph.split()), (1, 0, 0, 2))


def _commands(command: Any, ctx: Any) -> dict[str, list[Row]]:
    """The commands of a group under their headings, each with the start of its help."""
    panels: dict[str, list[Row]] = {}
    for name in command.list_commands(ctx) if isinstance(command, TyperGroup) else ():
        each: Any = command.get_command(ctx, name)
        first = " ".join(inspect.cleandoc(each.help or "").split("\n\n")[0].split())
        start = re.split(r"[.:] ", first)[0].removesuffix(".")
        panels.setdefault(_panel(each, "Commands"), []).append((name, start))
    return panels


def _panel(each: Any, default: str) -> str:
    return getattr(each, "rich_help_panel", None) or default


def _label(parameter: Any) -> str:
    metavar = parameter.metavar or ""
    if parameter.param_type_name == "argument":
        return metavar
    value = "" if parameter.is_flag else f" {metavar}"
    return ", ".join(sorted(parameter.opts, key=len)) + value


def _section(title: str, rows: Sequence[Row]) -> Iterator[RenderableType]:
    if not rows:
        return
    yield Text(f"\n{title}", style=HEADING)
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(min_width=LABEL_WIDTH, no_wrap=True)
    table.add_column()
    for label, what in rows:
        table.add_row(Text(f"  {label}", style=LABEL), Text(what))
    yield table


def _examples(text: str) -> Iterator[RenderableType]:
    if text:
        yield Text("\nExamples", style=HEADING)
    for line in text.splitlines():
        example, _, what = line.partition("\t")
        yield Text(f"  {example}", style=LABEL, no_wrap=True, overflow="ignore")
        yield Padding(Text(what, style="dim"), (0, 0, 0, 6))
