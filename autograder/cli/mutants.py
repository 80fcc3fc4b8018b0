"""`verify --mutants`: how many changed references the tests notice, and which ones they don't."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.table import Column
from rich.text import Text

from autograder.cli.command import Session, error_record
from autograder.cli.sandboxes import SandboxName, choose
from autograder.console import (
    Progress,
    clean,
    counted,
    duration,
    new_table,
    print_block,
    print_error,
    print_list,
)
from autograder.errors import EXIT_FAILED, EXIT_OK, AutograderError, MissingPackageError

if TYPE_CHECKING:
    from autograder.mutants import Change, MutantReport

HEADINGS = ("assignment", "mutants", "killed", "equivalent", "survivors", "killed of the rest", "time")


def verify_mutants(
    session: Session,
    names: Sequence[str],
    sandbox: SandboxName | None,
    jobs: int | None,
    *,
    sample: int | None,
    markdown: bool,
) -> int:
    """Try the mutants of each assignment; an error with one does not keep the others from it."""
    reports: list[MutantReport] = []
    errors: list[AutograderError] = []
    for name in names:
        try:
            reports.append(_try_one(session, name, sandbox, jobs, sample))
        except AutograderError as error:
            print_error(session.err, error)
            errors.append(error)
    ok = not errors and all(report.ok for report in reports)
    data = {
        "ok": ok,
        "assignments": [_record(report) for report in reports],
        "errors": [error_record(error) for error in errors],
    }
    session.result(data, lambda: _show(session, reports, markdown=markdown))
    return max([error.exit_code for error in errors], default=EXIT_OK if ok else EXIT_FAILED)


def _try_one(
    session: Session, name: str, wanted: SandboxName | None, jobs: int | None, sample: int | None
) -> MutantReport:
    try:
        from autograder.mutants import try_mutants
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] not in ("libcst", "mutmut"):
            raise
        raise MissingPackageError(
            f"mutants need the package {error.name}, which is not installed",
            remedy="Install what authors need: pip install 'cnn-autograder[author]'.",
        ) from None
    from autograder.verify import Progress as Watcher

    assignment = session.course.assignment(name)
    chosen = choose(session, wanted)
    with Progress(session.err, f"Mutants of {name}") as progress:
        return try_mutants(
            assignment,
            chosen.sandbox,
            chosen.spec(assignment),
            jobs=chosen.jobs(jobs, sample or 1_000),
            sample=sample,
            progress=Watcher(planned=progress.planned, begun=progress.begun, done=progress.done),
        )


def _record(report: MutantReport) -> dict[str, Any]:
    return {"ok": report.ok, "share": round(report.share, 4), **report.model_dump(mode="json")}


def _show(session: Session, reports: Sequence[MutantReport], *, markdown: bool) -> None:
    rows = [_row(report) for report in reports]
    if markdown:
        for cells in (HEADINGS, ["---", *["---:"] * (len(HEADINGS) - 1)], *rows):
            session.out.print(f"| {' | '.join(cells)} |", soft_wrap=True)
    else:
        table = new_table(
            session.out,
            Column(HEADINGS[0], overflow="fold"),
            *(Column(heading, justify="right") for heading in HEADINGS[1:]),
        )
        for cells in rows:
            table.add_row(*cells)
        print_block(session.out, table)
    for report in reports:
        _show_survivors(session, report)
        path = f"assignments/{report.assignment}/mutants.toml"
        print_list(session.out, f"Not true in {path}", [("", line) for line in report.untrue], "bold red")


def _row(report: MutantReport) -> list[str]:
    of_all = "" if report.mutants == report.generated else f" of {report.generated}"
    return [
        report.assignment,
        f"{report.mutants}{of_all}",
        str(report.killed),
        str(report.equivalent),
        str(len(report.survivors)),
        f"{100 * report.share:.1f} %",
        duration(report.seconds),
    ]


def _show_survivors(session: Session, report: MutantReport) -> None:
    if not report.survivors:
        return
    session.out.print()
    title = f"{report.assignment}: no test notices {counted(len(report.survivors), 'mutant')}"
    session.out.print(Text(title, style="bold red"))
    for survivor in report.survivors:
        session.out.print()
        session.out.print(Text(f"  {_place(survivor)}: {survivor.kind}", style="bold"))
        for sign, text, style in (("-", survivor.original, "red"), ("+", survivor.mutated, "green")):
            for line in clean(text).splitlines():
                session.out.print(Text(f"  {sign} {line}", style=style), soft_wrap=True)
    session.out.print()
    session.out.print(
        "Write a test that notices each, simplify the solution, or record why none can in "
        f"assignments/{report.assignment}/mutants.toml (docs/mutants.md).",
        soft_wrap=True,
    )


def _place(survivor: Change) -> str:
    return f"{survivor.question}, {survivor.function}" if survivor.function else survivor.question
