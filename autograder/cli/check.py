"""The command `check`: all tests on one notebook, for authors and teaching assistants."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from autograder.cli.arguments import SeedOption, bare, seed_from
from autograder.cli.command import Session, command
from autograder.cli.sandboxes import Choice, GpuOption, SandboxOption, choose
from autograder.console import LogTail, clean, counted, duration, number, print_block, shown_path
from autograder.course import Assignment, Course
from autograder.errors import EXIT_FAILED, EXIT_OK, SubmissionError

if TYPE_CHECKING:
    import nbformat

    from autograder.examiner import Examined
    from autograder.report import TestResult

SEED_BYTES = 32
Record = dict[str, Any]


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    command(
        app,
        "check",
        panel="Grade",
        shows=[
            ("autograder check solutions/w01_corner_filter/w01_corner_filter.ipynb", "all tests"),
            ("autograder check kari.ipynb w01_corner_filter --public", "those that students have"),
            ("autograder check kari.ipynb --seed 3f9c…", "with the random inputs of an earlier report"),
        ],
    )(check)


def check(
    session: Session,
    notebook: Annotated[Path, typer.Argument(metavar="NOTEBOOK", help="A notebook (.ipynb).")],
    assignment: Annotated[
        str | None,
        typer.Argument(
            metavar="[ASSIGNMENT]",
            help="Default: what the notebook's name or content says.",
        ),
    ] = None,
    public: Annotated[bool, typer.Option("--public", help="Only the tests that students have.")] = False,
    sandbox: SandboxOption = None,
    gpu: GpuOption = False,
    seed: SeedOption = None,
) -> int:
    """Run the tests of an assignment on one notebook, for an author or a teaching assistant.

    No deadline, no receipt, and nothing is written. Beside the notebook lie the released files. Exit code 1
    if a test does not pass.
    """
    from autograder.examiner import Candidate, StudentNotebook, examine
    from autograder.reading import code_cells
    from autograder.sandbox import Slot

    seed_bytes = seed_from(seed) or secrets.token_bytes(SEED_BYTES)
    content, notes = _read(notebook)
    about = session.course.assignment(bare(assignment) if assignment else _guess(session, notebook, content))
    choice = choose(session, sandbox, gpu=gpu)
    found: list[Examined] = []
    with (
        LogTail(session.err, f"Testing {shown_path(notebook)}"),
        Slot(choice.sandbox, choice.spec(about)) as slot,
    ):
        number_seed = int.from_bytes(seed_bytes[:8], "big") >> 1
        student = StudentNotebook(slot, code_cells(content), about.shipped_contents(), seed=number_seed)
        examine(about, [Candidate(notebook.name, student, seed_bytes)], found.append, public_only=public)
    checked = _Checked(about, notebook, choice, seed_bytes.hex(), found[0], notes)
    session.result(checked.data(), lambda: _show_checked(session, checked))
    return EXIT_OK if checked.passed else EXIT_FAILED


@dataclass(frozen=True)
class _Checked:
    """What `check` found."""

    assignment: Assignment
    notebook: Path
    choice: Choice
    seed: str
    examined: Examined
    notes: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return all(test.outcome == "passed" for test in self.examined.tests)

    @property
    def score(self) -> float:
        return round(sum(test.earned for test in self.examined.tests), 9)

    @property
    def max_score(self) -> float:
        return round(sum(test.points for test in self.examined.tests), 9)

    def data(self) -> Record:
        return {
            "assignment": self.assignment.name,
            "notebook": str(self.notebook),
            "passed": self.passed,
            "score": self.score,
            "max_score": self.max_score,
            "sandbox": self.choice.sandbox.name,
            "isolation": self.choice.isolates,
            "seed": self.seed,
            "run": self.examined.run.model_dump(mode="json"),
            "notes": list(self.notes),
            "tests": [test.model_dump(mode="json") for test in self.examined.tests],
        }


def _read(path: Path) -> tuple[nbformat.NotebookNode, tuple[str, ...]]:
    """A notebook, and notes on what was repaired in it."""
    from autograder.intake import MAX_NOTEBOOK_BYTES, read_notebook

    shown = shown_path(path)
    if path.is_dir():
        raise SubmissionError(
            f"{shown}: a folder, not a notebook",
            remedy="For a folder of submissions there is `autograder grade`.",
        )
    if not path.exists():
        raise SubmissionError(f"{shown}: there is no such file", remedy="Check the spelling.")
    if path.suffix.lower() != ".ipynb":
        raise SubmissionError(f"{shown}: not a notebook (.ipynb)")
    if path.stat().st_size > MAX_NOTEBOOK_BYTES:
        raise SubmissionError(f"{shown}: larger than {MAX_NOTEBOOK_BYTES // 1_000_000} MB")
    reading = read_notebook(path.read_bytes())
    if reading.notebook is None:
        raise SubmissionError(f"{shown}: {reading.problem}")
    return reading.notebook, reading.notes


def _guess(session: Session, path: Path, notebook: nbformat.NotebookNode) -> str:
    """The assignment that a notebook is for: by its name, its folder's, or the names that it defines."""
    course = session.course
    names = course.assignment_names()
    path = path.absolute()
    by_name = [name for name in names if name in path.stem] or [name for name in names if name in path.parts]
    found = by_name[-1:] or _by_content(course, notebook)
    if len(found) != 1:
        raise SubmissionError(
            f"{shown_path(path)}: neither its name nor its content says which assignment it is for",
            remedy=f"Name it after the notebook: {', '.join(names) or 'this course has none yet'}.",
        )
    session.say(f"Assignment: {found[0]}")
    return found[0]


def _by_content(course: Course, notebook: nbformat.NotebookNode) -> list[str]:
    """The assignments of whose names the notebook defines most."""
    from autograder.build.source import defined_names
    from autograder.reading import code_cells

    defined: set[str] = set()
    for cell in code_cells(notebook):
        with contextlib.suppress(SyntaxError, ValueError):
            defined |= set(defined_names(cell))
    shared = {each.name: len(defined & set(each.provides)) for each in course.assignments()}
    most = max(shared.values(), default=0)
    return [name for name, count in shared.items() if count == most > 0]


def _show_checked(session: Session, checked: _Checked) -> None:
    from autograder.results.feedback import OUTCOMES

    width = max((len(OUTCOMES[test.outcome]) for test in checked.examined.tests), default=0)
    run = checked.examined.run
    for note in checked.notes:
        session.out.print(f"Note: {clean(note)}")
    if run.message:
        session.out.print(Text(clean(run.message), style="bold red"))
    for cell in run.cells_failed:
        session.out.print(Text(f"Code cell {cell + 1} raised an error.", style="yellow"))
    for question in checked.assignment.settings.questions:
        tests = [test for test in checked.examined.tests if test.question == question.id]
        if tests:
            _show_question(session, f"{question.id}  {question.title}", tests, width)
    amount = f"{number(checked.score)} of {number(checked.max_score)} points"
    missed = sum(test.outcome != "passed" for test in checked.examined.tests)
    tests_word = counted(len(checked.examined.tests), "test")
    session.out.print()
    if missed:
        session.out.print(Text(f"{amount}: {missed} of {tests_word} not passed.", style="bold red"))
    else:
        session.out.print(Text(f"{amount}: all {tests_word} passed.", style="bold green"))
    session.out.print(f"The notebook took {duration(run.seconds)}. Seed: {checked.seed}")


def _show_question(session: Session, title: str, tests: Sequence[TestResult], outcome_width: int) -> None:
    from autograder.results.feedback import OUTCOMES

    earned, points = sum(test.earned for test in tests), sum(test.points for test in tests)
    session.out.print()
    session.out.print(Text(f"{title}: {number(earned)} of {number(points)}", style="bold"))
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(min_width=outcome_width, no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for test in tests:
        passed = test.outcome == "passed"
        words = Text(test.title)
        if test.message:
            words.append(f"\n{clean(test.message)}", style="yellow")
        table.add_row(
            Text(OUTCOMES[test.outcome], style="green" if passed else "bold red"),
            f"{number(test.earned)}/{number(test.points)}",
            "public" if test.public else "hidden",
            words,
        )
    print_block(session.out, table)
