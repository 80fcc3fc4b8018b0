"""Commands for authors: `list`, `new`, `build`, `verify`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Column
from rich.text import Text

from autograder.cli.command import Session, WrongUsageError, command, error_record
from autograder.cli.sandboxes import JobsOption, SandboxName, SandboxOption, choose
from autograder.console import (
    Progress,
    clean,
    counted,
    new_table,
    number,
    print_block,
    print_error,
    print_list,
    shown_path,
)
from autograder.course import Assignment, Course
from autograder.deadlines import due_instant, local_time
from autograder.errors import EXIT_FAILED, EXIT_OK, AutograderError, ConfigurationError, StaleBuildError

if TYPE_CHECKING:
    from autograder.verify import Verification

PANEL = "Write and release"
NamesArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="[NAME]...", help="Assignments. Default: all."),
]
Record = dict[str, Any]


def register(app: typer.Typer) -> None:
    """Add this module's commands to `app`."""
    command(
        app,
        "list",
        panel=PANEL,
        shows=[
            ("autograder list", "the assignments of this course"),
            ("autograder list --json | jq -r '.assignments[].name'", "their names alone"),
        ],
    )(list_assignments)
    command(
        app,
        "new",
        panel=PANEL,
        shows=[
            ("autograder new w07_pooling", "a week that builds and verifies at once"),
            ("autograder new w01_kernels --course my-course", "makes the course, too"),
        ],
    )(new)
    command(
        app,
        "build",
        panel=PANEL,
        shows=[
            ("autograder build", "release/ and solutions/ of all weeks"),
            ("autograder build w01_corner_filter", "of one"),
            ("autograder build --check", "exit code 1 if they are not up to date"),
        ],
    )(build)
    command(
        app,
        "verify",
        panel=PANEL,
        shows=[
            ("autograder verify", "prove all weeks"),
            ("autograder verify w01_corner_filter --sandbox process", "quickly, on your own code"),
            ("autograder verify w01_corner_filter --draws 5", "does a score depend on random inputs?"),
            ("autograder verify w01_corner_filter --mutants", "does a test notice every change?"),
        ],
    )(verify)


def list_assignments(session: Session) -> int:
    """List the assignments: when each is due, its points, and whether its release is up to date."""
    course = session.course
    with Progress(session.err, "Looking at") as progress:
        records = [_listed(course, name, progress) for name in _planned(course.assignment_names(), progress)]
    data = {"course": course.settings.name, "timezone": course.settings.timezone, "assignments": records}
    session.result(data, lambda: _show_list(session, records))
    return max((record["error"]["exit_code"] for record in records if record["error"]), default=EXIT_OK)


def new(
    session: Session,
    name: Annotated[str, typer.Argument(metavar="NAME", help="w, two digits and a name: w07_pooling.")],
) -> int:
    """Start a week: a small assignment that builds and verifies, to be changed into a real one.

    Where there is no course yet, one is made in the current folder or in the one named with --course.
    """
    from autograder.build import new_assignment

    folder = new_assignment(_new_root(session), name)
    data = {"name": name, "path": str(folder)}

    def show() -> None:
        session.out.print(f"{shown_path(folder)}/ is ready. Change its files, then:")
        session.out.print(f"  autograder build {name}\n  autograder verify {name}")

    session.result(data, show)
    return EXIT_OK


def build(
    session: Session,
    names: NamesArgument = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit code 1 if something is not up to date.")
    ] = False,
) -> int:
    """Build release/ (for students) and solutions/ (for instructors).

    Building twice gives the same bytes. A release in which a solution or a hidden test appears is refused.
    """
    from autograder import build as builder

    course = session.course
    wanted = _wanted(course, names)

    def one(name: str) -> Record:
        if check:
            builder.check(course, name)
            return {}
        built = builder.build(course, name)
        return {"points": built.points, "files": list(built.files)}

    def show(record: Record) -> str:
        if check:
            return "up to date"
        return f"{counted(len(record['files']), 'file')}, {number(record['points'])} points"

    return _each(session, wanted, "Checking" if check else "Building", one, show)


def verify(
    session: Session,
    names: NamesArgument = None,
    sandbox: SandboxOption = None,
    jobs: JobsOption = None,
    draws: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=1,
            max=100,
            help="Examine each solution with N draws of random inputs. Default: 1.",
        ),
    ] = 1,
    mutants: Annotated[
        bool,
        typer.Option("--mutants", help="Instead: change solutions in one place each; does a test notice?"),
    ] = False,
    sample: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="With --mutants: N of each assignment's, always the same."),
    ] = None,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="With --mutants: print the table in Markdown.")
    ] = False,
) -> int:
    """Prove that an assignment keeps its promises.

    The reference and every right solution get full marks, the untouched stub nothing, each wrong solution
    its expected score; every test catches a mistake; the public tests agree in the student's Jupyter and in
    the grader. Exit code 1 where not.
    """
    wanted = _wanted(session.course, names)
    if mutants and draws > 1:
        raise WrongUsageError(
            "--draws says something about solutions, --mutants about mutants", remedy="Choose one."
        )
    if mutants:
        from autograder.cli.mutants import verify_mutants

        return verify_mutants(session, wanted, sandbox, jobs, sample=sample, markdown=markdown)
    if sample is not None or markdown:
        raise WrongUsageError("--sample and --markdown say something about mutants", remedy="Add --mutants.")
    verifications, errors = [], []
    for name in wanted:
        try:
            verifications.append(_verify_one(session, name, sandbox, jobs, draws))
        except StaleBuildError as error:
            print_error(session.err, error)
            errors.append({"assignment": name, **error_record(error)})
    ok = not errors and all(verification.ok for verification in verifications)
    data = {
        "ok": ok,
        "assignments": [{"ok": each.ok, **each.model_dump(mode="json")} for each in verifications],
        "errors": errors,
    }

    def show() -> None:
        for verification in verifications:
            _show_verification(session, verification)

    session.result(data, show)
    return EXIT_OK if ok else EXIT_FAILED


# ---- list ---------------------------------------------------------------------------------------------


def _planned(names: Sequence[str], progress: Progress) -> Sequence[str]:
    progress.planned(len(names))
    return names


def _listed(course: Course, name: str, progress: Progress) -> Record:
    """One assignment as data. What is wrong with it is part of the record, not the end of the list."""
    record: Record = dict.fromkeys(("title", "due", "due_local", "mandatory", "points", "release", "error"))
    progress.begun(name)
    try:
        assignment = course.assignment(name)
        record |= _settings(assignment)
        record["points"] = _points(assignment)
        record["release"] = _release_status(course, name)
    except AutograderError as error:
        record["error"] = error_record(error)
    progress.done(name)
    return {"name": name, **record}


def _settings(assignment: Assignment) -> Record:
    due = due_instant(assignment.due)
    return {
        "title": assignment.settings.title,
        "due": due.isoformat(),
        "due_local": local_time(due, assignment.due.tzinfo or due.tzinfo),  # type: ignore[arg-type]
        "mandatory": assignment.settings.mandatory,
    }


def _points(assignment: Assignment) -> float:
    from autograder.examiner import collect

    return round(sum(test.points for test in collect(assignment)), 9)


def _release_status(course: Course, name: str) -> str:
    if not (course.release / name).is_dir():
        return "not built"
    from autograder import build as builder

    try:
        builder.check(course, name)
    except StaleBuildError:
        return "stale"
    return "up to date"


def _show_list(session: Session, records: Sequence[Record]) -> None:
    if not records:
        session.out.print("No assignments yet: `autograder new w01_name` starts one.")
        return
    styles = {"up to date": "green", "stale": "yellow", "not built": "yellow"}
    table = new_table(
        session.out,
        Column("assignment", overflow="fold"),
        Column("due", no_wrap=True),
        Column("points", justify="right", no_wrap=True),
        Column("release", no_wrap=True),
        Column("title", overflow="fold"),
    )
    for record in records:
        release = "wrong" if record["error"] else record["release"]
        table.add_row(
            record["name"],
            record["due_local"] or "–",
            "–" if record["points"] is None else number(record["points"]),
            Text(release, style=styles.get(release, "red")),
            Text(clean(record["title"] or "")),
        )
    print_block(session.out, table)
    for record in records:
        if record["error"]:
            print_error(
                session.err, AutograderError(record["error"]["message"], remedy=record["error"]["remedy"])
            )


# ---- new, build ---------------------------------------------------------------------------------------


def _new_root(session: Session) -> Path:
    if session.options.course is not None:
        return session.options.course
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "assignments" / "course.toml").is_file():
            return folder
    return here


def _wanted(course: Course, names: Sequence[str] | None) -> list[str]:
    """The assignments that were named, or all; refused before any work is done."""
    wanted = list(dict.fromkeys(name.rstrip("/").rpartition("/")[2] for name in names or []))
    for name in wanted:
        course.assignment(name)
    wanted = wanted or course.assignment_names()
    if not wanted:
        raise ConfigurationError(
            course.root / "assignments",
            "there are no assignments yet",
            remedy="Start one with `autograder new w01_name`.",
        )
    return wanted


def _each(
    session: Session,
    names: Sequence[str],
    what: str,
    one: Callable[[str], Record],
    show: Callable[[Record], str],
) -> int:
    """Do something for each assignment; an error with one does not keep the others from it."""
    records: list[Record] = []
    errors: list[AutograderError] = []
    with Progress(session.err, what) as progress:
        progress.planned(len(names))
        for name in names:
            progress.begun(name)
            try:
                records.append({"assignment": name, "ok": True, **one(name), "error": None})
            except AutograderError as problem:
                errors.append(problem)
                records.append({"assignment": name, "ok": False, "error": error_record(problem)})
            progress.done(name)

    def show_all() -> None:
        width = max(map(len, names))
        for record in records:
            words = Text(show(record)) if record["ok"] else Text("failed", style="bold red")
            session.out.print(Text.assemble(f"{record['assignment']:{width}}  ", words))

    session.result({"assignments": records}, show_all)
    for error in errors:
        print_error(session.err, error)
    return max((error.exit_code for error in errors), default=EXIT_OK)


# ---- verify -------------------------------------------------------------------------------------------


def _verify_one(
    session: Session, name: str, wanted: SandboxName | None, jobs: int | None, draws: int
) -> Verification:
    from autograder import verify as verifier

    assignment = session.course.assignment(name)
    chosen = choose(session, wanted)
    with Progress(session.err, f"Verifying {name}") as progress:

        def done(variant: str) -> None:
            progress.done(variant)
            if progress.finished == progress.total:
                progress.phase(f"Comparing {name} with otter-grader")

        watcher = verifier.Progress(planned=progress.planned, begun=progress.begun, done=done)
        notebooks = 2 + sum(len(list((assignment.path / kind).glob("*.py"))) for kind in ("right", "wrong"))
        return verifier.verify(
            session.course,
            assignment,
            chosen.sandbox,
            chosen.spec(assignment),
            jobs=chosen.jobs(jobs, notebooks),
            draws=draws,
            progress=watcher,
        )


def _show_verification(session: Session, verification: Verification) -> None:
    table = new_table(
        session.out,
        Column("notebook", overflow="fold"),
        Column("kind", no_wrap=True),
        Column("score", justify="right", no_wrap=True),
        Column("expected", justify="right", no_wrap=True),
        Column("failed", justify="right", no_wrap=True),
        Column("time", justify="right", no_wrap=True),
        Column("", no_wrap=True),
    )
    for variant in verification.variants:
        table.add_row(
            variant.name,
            variant.kind,
            number(variant.score),
            number(variant.expected),
            str(len(variant.failed)),
            f"{variant.seconds:.1f} s",
            Text("ok", style="green") if variant.ok else Text("WRONG", style="bold red"),
        )
    print_block(session.out, table)
    problems = [(each.name, problem) for each in verification.variants for problem in each.problems]
    print_list(session.out, "Not as it should be", problems, "bold red")
    print_list(session.out, "Of the whole", [("", problem) for problem in verification.problems], "bold red")
    words = "holds" if verification.ok else "DOES NOT HOLD"
    session.out.print()
    session.out.print(
        f"{verification.assignment} {words}: {counted(verification.tests, 'test')}, "
        f"{number(verification.points)} points, {counted(len(verification.variants), 'notebook')}."
    )
