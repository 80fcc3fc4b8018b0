"""Proves an assignment: right solutions get everything, the stub nothing, each wrong one what it should.

All of it through the real path: the notebooks that `build` makes, in a sandbox, asked by the real tests.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import nbformat

from autograder.build import (
    check,
    load_right,
    load_wrong,
    reference_notebook,
    stub_notebook,
    variant_notebook,
)
from autograder.build.variants import VariantType, means
from autograder.course import Assignment, Course
from autograder.errors import ConfigurationError, SandboxError
from autograder.examiner import Examined, collect, names_asked
from autograder.lanes import Done, Plan, Task, work_through
from autograder.otter_checks import Checks, checks_in_jupyter
from autograder.reading import code_cells
from autograder.report import Closed, TestInfo
from autograder.sandbox import Sandbox, SlotSpec
from autograder.slices import needed_cells

SEED = b"autograder verify"
REFERENCE, STUB = "reference", "stub"
Kind = Literal["reference", "stub", "right", "wrong"]


class VariantResult(Closed):
    """What one notebook got, and everything that is not as it should be (empty when all is well)."""

    name: str
    kind: Kind
    expected: float
    score: float
    failed: tuple[str, ...]
    seconds: float
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not self.problems


class Verification(Closed):
    """Whether an assignment keeps its promises. `problems` are those of no single notebook."""

    assignment: str
    points: float
    tests: int
    variants: tuple[VariantResult, ...]
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not self.problems and all(variant.ok for variant in self.variants)


@dataclass(frozen=True)
class Progress:
    """Told of progress: how many notebooks there are, which one has begun, which one is done."""

    planned: Callable[[int], None] = lambda count: None
    begun: Callable[[str], None] = lambda name: None
    done: Callable[[str], None] = lambda name: None


@dataclass(frozen=True)
class _Variant:
    name: str
    kind: Kind
    notebook: nbformat.NotebookNode
    expected: float
    must_fail: tuple[str, ...] = ()


def verify(
    course: Course,
    assignment: Assignment,
    sandbox: Sandbox,
    spec: SlotSpec,
    *,
    jobs: int = 1,
    sample: int | None = None,
    draws: int = 1,
    in_jupyter: bool = True,
    progress: Progress = Progress(),
) -> Verification:
    """Grade reference, stub, every right and every wrong solution, and ask otter-grader about each, too.

    Args:
        sample: only so many right and so many wrong solutions, evenly spread; then it is no problem that a
            test catches none of them.
        draws: how many different random numbers each right and wrong solution is examined with. A test whose
            outcome depends on them is a problem: one mistake would cost some students a point, others none.
        in_jupyter: ask otter-grader, which knows nothing of sandboxes: once for all of them is enough.

    Raises:
        AutograderError: something cannot be read, built or run at all.
        StaleBuildError: release/ or solutions/ is not what the sources would build.
    """
    check(course, assignment.name)
    tests = collect(assignment)
    variants = _variants(assignment, tests, sample)
    _refuse_same_names(assignment, variants)
    progress.planned(len(variants))
    files = assignment.shipped_contents()
    tasks = [Task(variant.name, code_cells(variant.notebook), files, SEED) for variant in variants]
    examined = examine_all(assignment, sandbox, spec, tasks, jobs, progress)
    chances: dict[str, list[str]] = {}
    if draws > 1:
        chances = _Redrawing(assignment, sandbox, spec, jobs, progress, variants, examined).chances(draws)
    asked = variants if in_jupyter else []
    jupyter = _checks(course.release / assignment.name, asked, spec.limits.total_seconds, jobs)
    results = [
        _result(variant, examined[variant.name], jupyter, tests, chances.get(variant.name, ()))
        for variant in variants
        if variant.name in examined
    ]
    return Verification(
        assignment=assignment.name,
        points=round(sum(test.points for test in tests), 9),
        tests=len(tests),
        variants=tuple(results),
        problems=(
            *(_uncaught(tests, results) if sample is None else ()),
            *(f"{each.id}: the grader's own process ended" for each in tasks if each.id not in examined),
        ),
    )


def examine_all(
    assignment: Assignment,
    sandbox: Sandbox,
    spec: SlotSpec,
    tasks: Sequence[Task],
    jobs: int,
    progress: Progress,
) -> dict[str, Examined]:
    """Return what each task gave, by id; those that took the grader's own process down are missing.

    Raises:
        AutograderError: the tests or the sandbox cannot be used.
    """
    examined: dict[str, Examined] = {}

    def keep(done: Done) -> None:
        if done.examined.run.status == "lost":
            raise SandboxError(
                f"{done.id}: {done.examined.run.message}", remedy="Run the same command again."
            )
        examined[done.id] = done.examined
        progress.done(done.id)

    plan = Plan(assignment, sandbox.name, spec, max(1, min(jobs, len(tasks))))
    work_through(plan, tasks, on_begin=progress.begun, on_done=keep)
    return examined


def _variants(assignment: Assignment, tests: Sequence[TestInfo], sample: int | None) -> list[_Variant]:
    maximum = sum(test.points for test in tests)
    return [
        _Variant(REFERENCE, "reference", reference_notebook(assignment, tests), maximum),
        _Variant(STUB, "stub", stub_notebook(assignment, tests), 0.0, tuple(test.id for test in tests)),
        *(
            _Variant(each.name, "right", variant_notebook(assignment, each, tests), maximum)
            for each in _spread(load_right(assignment), sample)
        ),
        *(
            _Variant(each.name, "wrong", variant_notebook(assignment, each, tests), each.score, each.fails)
            for each in _spread(load_wrong(assignment), sample)
        ),
    ]


def _spread(variants: Sequence[VariantType], sample: int | None) -> Sequence[VariantType]:
    """`sample` of the variants, evenly spread from the first to the last; all of them for None."""
    if sample is None or sample >= len(variants):
        return variants
    return [variants[index * len(variants) // sample] for index in range(sample)]


def _refuse_same_names(assignment: Assignment, variants: Sequence[_Variant]) -> None:
    """Two notebooks of one name cannot be told apart. Files of one kind never share a name."""
    first: dict[str, Kind] = {}
    for variant in variants:
        taken = first.setdefault(variant.name, variant.kind)
        if taken == variant.kind:
            continue
        own = taken in (REFERENCE, STUB)
        raise ConfigurationError(
            assignment.path / variant.kind / f"{variant.name}.py",
            f"{variant.name} is what the assignment's own notebook is called here"
            if own
            else f"{taken}/{variant.name}.py has the same name",
            remedy=f"Name the file after the {'mistake' if variant.kind == 'wrong' else 'style'}.",
        )


def _checks(
    release: Path, variants: Sequence[_Variant], seconds: float, jobs: int
) -> Mapping[str, Checks | None]:
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for variant in variants:
            paths.append(Path(folder, f"{variant.name}.ipynb"))
            nbformat.write(variant.notebook, paths[-1])
        return checks_in_jupyter(release, paths, seconds, jobs)


def _result(
    variant: _Variant,
    examined: Examined,
    jupyter: Mapping[str, Checks | None],
    tests: Sequence[TestInfo],
    chances: Sequence[str],
) -> VariantResult:
    failed = _failed(examined)
    score = round(sum(test.earned for test in examined.tests), 9)
    return VariantResult(
        name=variant.name,
        kind=variant.kind,
        expected=variant.expected,
        score=score,
        failed=failed,
        seconds=examined.run.seconds,
        problems=(
            *_run_problems(variant, examined),
            *_score_problems(variant, score, failed),
            *chances,
            *(_disagreements(failed, jupyter[variant.name], tests) if variant.name in jupyter else ()),
        ),
    )


def _failed(examined: Examined) -> tuple[str, ...]:
    return tuple(test.id for test in examined.tests if test.outcome != "passed")


class _Redrawing:
    """Examines solutions again with other random numbers, and compares with what their tests said before.

    A wrong solution runs only the cells and the tests of the questions that it gets wrong. Where that
    differs, it runs as a whole before it counts.
    """

    def __init__(
        self,
        assignment: Assignment,
        sandbox: Sandbox,
        spec: SlotSpec,
        jobs: int,
        progress: Progress,
        variants: Sequence[_Variant],
        before: Mapping[str, Examined],
    ) -> None:
        self._examine = partial(examine_all, assignment, sandbox, spec, jobs=jobs, progress=progress)
        self._planned, self._count = progress.planned, len(variants)
        self._solutions = [each for each in variants if each.kind != "stub" and each.name in before]
        self._before = before
        self._asked = names_asked(assignment)
        self._files = assignment.shipped_contents()

    def chances(self, draws: int) -> dict[str, list[str]]:
        """By a solution's name, a sentence for each test whose outcome is a matter of chance."""
        trials = {
            f"{solution.name}, draw {draw}": (solution, draw)
            for draw in range(2, draws + 1)
            for solution in self._solutions
        }
        doubtful = self._differing(trials, whole=False)
        differing = self._differing({key: trials[key] for key in doubtful}, whole=True)
        found: dict[str, Counter[str]] = {}
        for key, sentences in differing.items():
            found.setdefault(trials[key][0].name, Counter()).update(sentences)
        return {
            name: [
                f"{what} in {count} of {draws - 1} other draws: a matter of chance"
                for what, count in counts.items()
            ]
            for name, counts in found.items()
        }

    def _differing(self, trials: Mapping[str, tuple[_Variant, int]], *, whole: bool) -> dict[str, list[str]]:
        if not trials:
            return {}
        self._count += len(trials)
        self._planned(self._count)
        tasks = [self._task(key, *trial, whole=whole) for key, trial in trials.items()]
        again = self._examine(tasks)
        differences = {
            key: self._differences(solution, again.get(key)) for key, (solution, _) in trials.items()
        }
        return {key: sentences for key, sentences in differences.items() if sentences}

    def _task(self, key: str, solution: _Variant, draw: int, *, whole: bool) -> Task:
        cells, questions = code_cells(solution.notebook), None
        if solution.kind == "wrong" and not whole:
            failed = [test for test in self._before[solution.name].tests if test.outcome != "passed"]
            questions = frozenset(test.question for test in failed)
            names = frozenset[str]().union(*(self._asked[question] for question in questions))
            cells = tuple(cells[index] for index in needed_cells(cells, names))
        seed = hashlib.sha256(SEED + bytes([draw])).digest()
        return Task(key, cells, self._files, seed, questions)

    def _differences(self, solution: _Variant, again: Examined | None) -> list[str]:
        if again is None:
            return ["the grader's own process ends"]
        if again.run.status != "completed":
            return [f"the notebook does not end well ({again.run.message})"]
        before = set(_failed(self._before[solution.name]))
        return [
            f"{test.id} {'passes' if test.outcome == 'passed' else 'fails'}"
            for test in again.tests
            if (test.outcome == "passed") == (test.id in before)
        ]


def _run_problems(variant: _Variant, examined: Examined) -> list[str]:
    if examined.run.status != "completed":
        return [examined.run.message]
    if variant.kind == "wrong":
        return []
    return [f"code cell {index + 1} raises" for index in examined.run.cells_failed]


def _score_problems(variant: _Variant, score: float, failed: Sequence[str]) -> list[str]:
    problems = []
    if abs(score - variant.expected) > 1e-6:
        failing = ", ".join(failed) or "none"
        problems.append(f"{score:g} points instead of {variant.expected:g}; failing tests: {failing}")
    for name in variant.must_fail:
        if not any(means(name, test) for test in failed):
            problems.append(f"{name} should fail, and passes")
    return problems


def _disagreements(failed: Sequence[str], jupyter: Checks | None, tests: Sequence[TestInfo]) -> list[str]:
    """Public tests on which the student's Jupyter and the grader differ."""
    if jupyter is None:
        return ["its public tests come to no end in otter-grader: they take too long or crash"]
    problems = []
    for question in dict.fromkeys(test.question for test in tests if test.public):
        own = [test for test in tests if test.public and test.question == question]
        there = jupyter.get(question, [])
        if len(there) != len(own):
            problems.append(f"otter-grader has {len(there)} cases for {question}, the grader {len(own)}")
            continue
        for test, passed in zip(own, there, strict=True):
            if passed != (test.id not in failed):
                says = "passes" if passed else "fails"
                problems.append(f"{test.id} {says} in otter-grader, but not in the grader")
    return problems


def _uncaught(tests: Sequence[TestInfo], results: Sequence[VariantResult]) -> list[str]:
    """Tests that no wrong solution fails: nothing shows that they can catch a mistake."""
    caught = {name for result in results if result.kind == "wrong" for name in result.failed}
    return [f"{test.id} catches none of the wrong solutions" for test in tests if test.id not in caught]
