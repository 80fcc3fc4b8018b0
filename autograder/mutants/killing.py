"""Does a test notice each mutant? Each is examined like a submission, but no longer than it takes to know.

A mutant runs only the cells that its question's tests need, and those tests first; the tests of other
questions follow where these need the changed cell. It stops at the first test that does not pass.
"""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from autograder.build.source import read_source, role_of
from autograder.course import Assignment, Limits
from autograder.errors import VerificationError
from autograder.examiner import Examined, names_asked
from autograder.lanes import Task
from autograder.mutants.known import load_equivalents, untrue
from autograder.mutants.mutations import Mutant, SourceCell, mutants_of
from autograder.report import Closed
from autograder.sandbox import Sandbox, SlotSpec
from autograder.slices import needed_cells
from autograder.verify import SEED, Progress, examine_all

LEAST_SECONDS = 10.0
TIMES_THE_REFERENCE = 3.0


class Change(Closed):
    """A mutant as data; what the fields mean is said at `Mutant`."""

    question: str
    function: str
    kind: str
    original: str
    mutated: str


class MutantReport(Closed):
    """What became of an assignment's mutants.

    Args:
        mutants: how many were tried, of the `generated` ones.
        killed: how many of them a test has noticed.
        equivalent: how many of the others are recorded as equivalent.
        survivors: the rest.
        untrue: entries of `mutants.toml` that do not hold, as sentences.
    """

    assignment: str
    generated: int
    mutants: int
    killed: int
    equivalent: int
    survivors: tuple[Change, ...]
    untrue: tuple[str, ...]
    seconds: float

    @property
    def share(self) -> float:
        """Killed ones among those that are not equivalent, from 0 to 1."""
        return self.killed / max(1, self.mutants - self.equivalent)

    @property
    def ok(self) -> bool:
        return not self.survivors and not self.untrue


def try_mutants(
    assignment: Assignment,
    sandbox: Sandbox,
    spec: SlotSpec,
    *,
    jobs: int = 1,
    sample: int | None = None,
    progress: Progress = Progress(),  # noqa: B008  (frozen)
) -> MutantReport:
    """Examine every mutant of the reference, or `sample` of them, which are the same ones every time.

    Raises:
        AutograderError: something cannot be read, built or run at all.
        VerificationError: the reference itself does not pass its tests.
    """
    began = time.monotonic()
    known = load_equivalents(assignment)
    cells = _code_cells(assignment)
    mutants = mutants_of(cells)
    chosen = _sampled(mutants, sample, assignment.name)
    bench = _Bench(assignment, sandbox, spec, jobs, progress, cells)
    bench.time_the_reference(then=len(chosen))
    killed = bench.killed(chosen)
    survivors = [mutant for mutant in chosen if mutant not in killed]
    unrecorded = [mutant for mutant in survivors if not any(entry.matches(mutant) for entry in known)]
    return MutantReport(
        assignment=assignment.name,
        generated=len(mutants),
        mutants=len(chosen),
        killed=len(killed),
        equivalent=len(survivors) - len(unrecorded),
        survivors=tuple(_change(mutant) for mutant in unrecorded),
        untrue=tuple(untrue(known, mutants, killed.__contains__)),
        seconds=round(time.monotonic() - began, 3),
    )


def _change(mutant: Mutant) -> Change:
    return Change.model_validate({name: getattr(mutant, name) for name in Change.model_fields})


def _code_cells(assignment: Assignment) -> list[SourceCell]:
    """The reference's code cells, in order, without checks."""
    cells = [cell for cell in read_source(assignment).cells if cell.cell_type == "code"]
    return [
        SourceCell(cell.source, role_of(cell).question)
        for cell in cells
        if role_of(cell).kind in ("plain", "question")
    ]


def _sampled(mutants: Sequence[Mutant], sample: int | None, seed: str) -> list[Mutant]:
    if sample is None or sample >= len(mutants):
        return list(mutants)
    chosen = random.Random(seed).sample(range(len(mutants)), sample)
    return [mutants[index] for index in sorted(chosen)]


class _Bench:
    """Runs trials of one assignment. Which cells each question's tests need is in `_slices`, by question."""

    def __init__(
        self,
        assignment: Assignment,
        sandbox: Sandbox,
        spec: SlotSpec,
        jobs: int,
        progress: Progress,
        cells: Sequence[SourceCell],
    ) -> None:
        self._assignment = assignment
        self._sandbox = sandbox
        self._spec = spec
        self._jobs = jobs
        self._progress = progress
        self._cells = cells
        self._files = assignment.shipped_contents()
        self._planned = 0
        sources = [cell.source for cell in cells]
        self._slices = {
            question: frozenset(
                needed_cells(
                    sources, names, [index for index, cell in enumerate(cells) if cell.question == question]
                )
            )
            for question, names in names_asked(assignment).items()
        }

    def time_the_reference(self, *, then: int) -> None:
        """See that each slice of the reference passes its tests, and take its times for the limits.

        Where one does not, its tests need cells that it lacks, and get all of them.

        Args:
            then: how many mutants will follow.

        Raises:
            VerificationError: with all cells one does not, either.
        """
        self._plan(len(self._slices) + then)
        examined = self._reference(list(self._slices))
        lacking = [question for question, each in examined.items() if _problem(each)]
        self._slices |= dict.fromkeys(lacking, frozenset(range(len(self._cells))))
        self._plan(len(lacking))
        examined |= self._reference(lacking)
        for each in examined.values():
            if _problem(each):
                raise VerificationError(
                    f"{self._assignment.name}: of the reference itself, {_problem(each)}",
                    remedy=f"`autograder verify {self._assignment.name}` says more; mutants come after that.",
                )
        self._spec = replace(self._spec, limits=_limits(self._spec.limits, list(examined.values())))

    def killed(self, mutants: Sequence[Mutant]) -> set[Mutant]:
        """Return those that a test notices, of the question itself or of one that builds on it."""
        dead = self._noticed({mutant: frozenset([mutant.question]) for mutant in mutants})
        others = {mutant: self._built_on(mutant) for mutant in mutants if mutant not in dead}
        others = {mutant: questions for mutant, questions in others.items() if questions}
        self._plan(len(others))
        return dead | self._noticed(others)

    def _built_on(self, mutant: Mutant) -> frozenset[str]:
        """The other questions whose tests need the changed cell."""
        needing = {question for question, kept in self._slices.items() if mutant.cell in kept}
        return frozenset(needing - {mutant.question})

    def _reference(self, questions: Sequence[str]) -> dict[str, Examined]:
        tasks = {f"reference, {question}": question for question in questions}
        examined = self._run([self._task(name, frozenset([each])) for name, each in tasks.items()])
        return {tasks[name]: each for name, each in examined.items()}

    def _noticed(self, trials: Mapping[Mutant, frozenset[str]]) -> set[Mutant]:
        """Which mutants do not pass the tests of the questions beside them, or come to no end."""
        named = {f"{number} {mutant.question}": mutant for number, mutant in enumerate(trials, start=1)}
        tasks = [self._task(name, trials[mutant], mutant) for name, mutant in named.items()]
        examined = self._run(tasks)
        return {mutant for name, mutant in named.items() if name not in examined or _problem(examined[name])}

    def _task(self, name: str, questions: frozenset[str], mutant: Mutant | None = None) -> Task:
        kept = frozenset().union(*(self._slices.get(question, ()) for question in questions))
        sources = [
            mutant.source if mutant is not None and index == mutant.cell else cell.source
            for index, cell in enumerate(self._cells)
            if index in kept
        ]
        return Task(name, tuple(sources), self._files, SEED, questions, until_failure=mutant is not None)

    def _run(self, tasks: Sequence[Task]) -> dict[str, Examined]:
        return examine_all(self._assignment, self._sandbox, self._spec, tasks, self._jobs, self._progress)

    def _plan(self, more: int) -> None:
        self._planned += more
        self._progress.planned(self._planned)


def _problem(examined: Examined) -> str:
    """The first thing that is not as it is with the reference; empty where all is well."""
    if examined.run.status != "completed":
        return examined.run.message
    return next((f"{test.id} does not pass" for test in examined.tests if test.outcome != "passed"), "")


def _limits(own: Limits, reference: Sequence[Examined]) -> Limits:
    """Three times what the reference needs, at least 10 s, never more than a submission may use."""

    def enough(seconds: float, most: float) -> float:
        return min(most, max(LEAST_SECONDS, TIMES_THE_REFERENCE * seconds))

    tests = [test.seconds for examined in reference for test in examined.tests]
    runs = [examined.run.seconds for examined in reference]
    return own.model_copy(
        update={
            "run_seconds": enough(max(runs, default=0), own.run_seconds),
            "call_seconds": enough(max(tests, default=0), own.call_seconds),
            "total_seconds": enough(sum(runs) + sum(tests), own.total_seconds),
        }
    )
