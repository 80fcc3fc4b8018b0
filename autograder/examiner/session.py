"""One pytest session for many submissions: tests are collected once and run for each submission in turn."""

from __future__ import annotations

import contextlib
import faulthandler
import hashlib
import hmac
import io
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from _pytest.assertion.rewrite import AssertionRewritingHook
from _pytest.runner import runtestprotocol

from autograder.course import Assignment
from autograder.errors import ConfigurationError
from autograder.examiner.notebook import StudentNotebook
from autograder.examiner.standins import NameProblem, NoAnswer
from autograder.examiner.verdicts import judge
from autograder.pytest_plugin import add_markers
from autograder.report import NotebookRun, TestInfo, TestResult
from autograder.sandbox import WorkerLostError

_OPTIONS = (
    *("-c", os.devnull, "--import-mode=importlib", "--assert=plain", "--capture=no"),
    *(
        part
        for name in ("terminal", "cacheprovider", "junitxml", "doctest", "logging")
        for part in ("-p", f"no:{name}")
    ),
    *(part for name in ("faulthandler", "unittest", "nose", "stepwise") for part in ("-p", f"no:{name}")),
)
ATTEMPTS = 3
RESTART_SECONDS = 240.0  # beyond all limits: a sandbox that is lost while a test asks is opened anew
LOST = f"The sandbox was lost each of {ATTEMPTS} times that this notebook was examined; no test has run."
OnCollected = Callable[[dict[str, TestInfo], list[pytest.Item]], None]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A submission that waits for its examination.

    Args:
        name: whose it is; only handed through.
        notebook: the notebook in its slot.
        seed: the `rng` of every test derives from it.
        questions: run the tests of these questions only; None for all.
        until_failure: stop at the first test that does not pass, or when the notebook comes to no end.
    """

    name: str
    notebook: StudentNotebook
    seed: bytes
    questions: frozenset[str] | None = None
    until_failure: bool = False


@dataclass(frozen=True, slots=True)
class Examined:
    """What the examination of one candidate gave: tests that ran; per code cell, what it showed."""

    name: str
    run: NotebookRun
    tests: list[TestResult]
    outputs: list[dict[str, Any]]


def collect(assignment: Assignment) -> list[TestInfo]:
    """Return the assignment's tests in the order in which they run, public ones first.

    Raises:
        ConfigurationError: a test file is missing or broken, or a test lacks a marker.
    """
    found: list[TestInfo] = []
    _session(assignment, lambda infos, _: found.extend(infos.values()))
    return found


def names_asked(assignment: Assignment) -> dict[str, frozenset[str]]:
    """Return for each question that has tests the names of a student's that its tests ask for.

    Raises:
        ConfigurationError: as for `collect`.
    """
    asked: dict[str, frozenset[str]] = {}

    def note(infos: dict[str, TestInfo], items: list[pytest.Item]) -> None:
        for item in items:
            names = frozenset(getattr(item, "fixturenames", ())) & frozenset(assignment.provides)
            question = infos[_test_id(item)].question
            asked[question] = asked.get(question, frozenset()) | names

    _session(assignment, note)
    return asked


def examine(
    assignment: Assignment,
    candidates: Iterable[Candidate],
    on_examined: Callable[[Examined], None],
    *,
    public_only: bool = False,
    may_exit: bool = False,
) -> None:
    """Run every test of `assignment` for each candidate, and hand over each result when it is there.

    A candidate whose worker is lost on the way is examined again from the start in a new one, with the same
    seeds; nothing of the broken attempt is kept. Where it loses all `ATTEMPTS` workers, and an empty notebook
    loses none, its result says so (`run.status` is "lost") and no test has run.

    Args:
        public_only: leave out the hidden tests; their file need not exist then.
        may_exit: end this process, with a traceback, where a single test takes more than twice as long as
            the limits give a submission in all. Limits stop what student code does, and this what a test
            itself does with a hostile answer: nothing else ends a loop in C.

    Raises:
        ConfigurationError: as for `collect`.
        SandboxError: a sandbox failed; candidates that are done have been handed over.
    """
    examination = _Examination(assignment, iter(candidates), on_examined, may_exit)
    _session(assignment, examination.begin, examination, public_only=public_only)


class _Examination:
    """The pytest plugin that runs all tests for one candidate after the other."""

    def __init__(
        self,
        assignment: Assignment,
        candidates: Iterator[Candidate],
        on_examined: Callable[[Examined], None],
        may_exit: bool,
    ) -> None:
        self._assignment = assignment
        self._may_exit = may_exit
        self._candidates = candidates
        self._on_examined = on_examined
        self._infos: dict[str, TestInfo] = {}
        self._result: TestResult | None = None
        self.current: Candidate | None = None

    def begin(self, infos: dict[str, TestInfo], _: list[pytest.Item]) -> None:
        self._infos = infos

    def run_all(self, session: pytest.Session) -> None:
        for candidate in self._candidates:
            self.current = candidate
            self._on_examined(self._examined(session, candidate))

    def _examined(self, session: pytest.Session, candidate: Candidate) -> Examined:
        for _ in range(ATTEMPTS):
            try:
                return self._attempt(session, candidate)
            except WorkerLostError:
                continue
        candidate.notebook.prove_sandbox()
        infos = [self._infos[_test_id(item)] for item in session.items if self._is_for(candidate, item)]
        tests = [TestResult(**info.model_dump(), outcome="not_run", message=LOST) for info in infos]
        return Examined(candidate.name, NotebookRun(status="lost", message=LOST), tests, [])

    def _attempt(self, session: pytest.Session, candidate: Candidate) -> Examined:
        try:
            run = candidate.notebook.run(once=candidate.until_failure)
            tests = list(self._tests(session, candidate, run))
            run = run.model_copy(update={"memory_mb": candidate.notebook.memory_mb})
        finally:
            candidate.notebook.stop()
        return Examined(candidate.name, run, tests, candidate.notebook.outputs)

    def _tests(self, session: pytest.Session, candidate: Candidate, run: NotebookRun) -> Iterator[TestResult]:
        if candidate.until_failure and run.status != "completed":
            return
        items = [item for item in session.items if self._is_for(candidate, item)]
        session._setupstate.teardown_exact(items[0] if items else None)  # the last candidate's may remain
        for item, after in _with_next(items):
            with self._bounded(candidate):
                result = self._test(item, after)
            if candidate.notebook.failure is not None:
                raise candidate.notebook.failure
            yield result
            if candidate.until_failure and result.outcome != "passed":
                return

    @contextlib.contextmanager
    def _bounded(self, candidate: Candidate) -> Iterator[None]:
        """End the process where what is done inside comes to no end, if that is wanted."""
        if not self._may_exit:
            yield
            return
        limits = candidate.notebook.limits
        seconds = 2 * (limits.total_seconds + limits.run_seconds) + RESTART_SECONDS
        faulthandler.dump_traceback_later(seconds, exit=True, file=sys.__stderr__ or sys.stderr)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()

    def _is_for(self, candidate: Candidate, item: pytest.Item) -> bool:
        return candidate.questions is None or self._infos[_test_id(item)].question in candidate.questions

    def _test(self, item: pytest.Item, next_item: pytest.Item | None) -> TestResult:
        info = self._infos[_test_id(item)]
        self._result = None
        began = time.perf_counter()
        runtestprotocol(item, log=False, nextitem=next_item)
        result = self._result or judge(info, None, self._assignment.path)
        return result.model_copy(update={"seconds": round(time.perf_counter() - began, 6)})

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport:
        """Judge the test from what it raised; pytest's own report formats a traceback, which costs more."""
        assert self.current is not None
        losses = self.current.notebook.losses
        error = losses[0] if losses else (call.excinfo.value if call.excinfo else None)
        losses.clear()
        if error is not None and self._result is None:
            self._result = judge(self._infos[_test_id(item)], error, self._assignment.path)
        assert call.when != "collect"
        outcome: Literal["passed", "failed"] = "failed" if call.excinfo else "passed"
        return pytest.TestReport(
            item.nodeid, item.location, {}, outcome, None, call.when, duration=call.duration
        )


def _with_next(items: list[pytest.Item]) -> Iterator[tuple[pytest.Item, pytest.Item | None]]:
    """Each test with the next, the first after the last: fixtures of a module outlive a candidate."""
    following = items[1:] + items[:1] if len(items) > 1 else [None] * len(items)
    return zip(items, following, strict=True)


class _Session:
    """What both collecting and examining need of a pytest session."""

    def __init__(
        self,
        assignment: Assignment,
        on_collected: OnCollected,
        examination: _Examination | None,
    ) -> None:
        self._assignment = assignment
        self._on_collected = on_collected
        self._examination = examination
        self.problem: ConfigurationError | None = None
        self.failure: BaseException | None = None

    def pytest_configure(self, config: pytest.Config) -> None:
        add_markers(config)
        config.pluginmanager.register(names_plugin(self._assignment.provides, self._value, self._seed))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and self.problem is None:
            self.problem = ConfigurationError(
                self._assignment.path / report.nodeid.split("::")[0],
                f"the tests cannot be collected:\n{report.longreprtext}",
                remedy="Correct the test file; `pytest --collect-only` on the folder shows the same error.",
            )

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if self.problem is not None:
            return True
        try:
            self._on_collected(describe_tests(self._assignment, session.items), session.items)
        except ConfigurationError as error:
            self.problem = error
            return True
        if self._examination is not None:
            try:
                self._examination.run_all(session)
            except BaseException as error:  # pytest would turn it into an exit code
                self.failure = error
        return True

    def _value(self, name: str) -> Any:
        assert self._examination is not None and self._examination.current is not None
        return self._examination.current.notebook.value(name)

    def _seed(self) -> bytes:
        assert self._examination is not None and self._examination.current is not None
        return self._examination.current.seed


def _session(
    assignment: Assignment,
    on_collected: OnCollected,
    examination: _Examination | None = None,
    *,
    public_only: bool = False,
) -> None:
    files = [assignment.public_tests, *([] if public_only else [assignment.hidden_tests])]
    for file in files:
        if not file.is_file():
            raise ConfigurationError(file, "the test file does not exist", remedy="Add it; it may be short.")
    _forget_modules(assignment.path)
    plugin = _Session(assignment, on_collected, examination)
    plugins: list[object] = [plugin] if examination is None else [plugin, examination]
    arguments = [
        *_OPTIONS,
        *("--rootdir", str(assignment.path), "--confcutdir", str(assignment.path.parent)),
        *map(str, files),
    ]
    output = io.StringIO()
    with _clean_environment(), contextlib.redirect_stderr(output):
        code = pytest.main(arguments, plugins=plugins)
    for problem in (plugin.problem, plugin.failure):
        if problem is not None:
            raise problem
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise ConfigurationError(assignment.path, f"pytest cannot run the tests:\n{output.getvalue()}")


def names_plugin(provides: Iterable[str], value: Callable[[str], Any], seed: Callable[[], bytes]) -> object:
    """Return a pytest plugin with a fixture for each name that a student must define, and `rng`.

    Args:
        provides: the names.
        value: gives a name's value or stand-in.
        seed: gives the seed that the current submission's random numbers derive from.
    """

    def fixture_for(name: str) -> Any:
        def fixture() -> Any:
            try:
                return value(name)
            except NoAnswer as error:
                raise NameProblem(error) from None

        return pytest.fixture(name=name)(staticmethod(fixture))

    def rng(request: pytest.FixtureRequest) -> np.random.Generator:
        digest = hmac.new(seed(), _test_id(request.node).encode(), hashlib.sha256).digest()
        return np.random.default_rng(int.from_bytes(digest, "big"))

    members = {f"name_{name}": fixture_for(name) for name in provides}
    members["rng"] = pytest.fixture(name="rng")(staticmethod(rng))
    return type("StudentNames", (), members)()


def describe_tests(assignment: Assignment, items: list[pytest.Item]) -> dict[str, TestInfo]:
    """Return what is known of each collected test, by its id.

    Raises:
        ConfigurationError: a marker is missing or wrong, or a title is.
    """
    cases = Counter(_test_id(item).split("[")[0] for item in items)
    seen: Counter[str] = Counter()
    infos = {}
    for item in items:
        identifier = _test_id(item)
        base = identifier.split("[")[0]
        seen[base] += 1
        case = f" (case {seen[base]} of {cases[base]})" if cases[base] > 1 else ""
        infos[identifier] = TestInfo(
            id=identifier,
            question=_question(assignment, item),
            title=_title(assignment, item) + case,
            points=_points(assignment, item) / cases[base],
            public=item.path == assignment.public_tests,
        )
    return infos


def _test_id(item: pytest.Item) -> str:
    return f"{item.path.name}::{item.nodeid.split('::', 1)[1]}"


def _question(assignment: Assignment, item: pytest.Item) -> str:
    known = [question.id for question in assignment.settings.questions]
    marker = item.get_closest_marker("question")
    question = marker.args[0] if marker and marker.args else None
    if question not in known:
        raise ConfigurationError(
            item.path,
            f"no question of the assignment (came: {question!r})",
            field=item.name,
            remedy=f'Mark it with @pytest.mark.question("…"); the questions are {", ".join(known)}.',
        )
    return str(question)


def _points(assignment: Assignment, item: pytest.Item) -> float:
    marker = item.get_closest_marker("points")
    points = marker.args[0] if marker and marker.args else None
    if not isinstance(points, int | float) or isinstance(points, bool) or points < 0:
        raise ConfigurationError(
            item.path,
            f"no points (came: {points!r})",
            field=item.name,
            remedy="Mark it with @pytest.mark.points(n), n a number from 0.",
        )
    return float(points)


def _title(assignment: Assignment, item: pytest.Item) -> str:
    document = getattr(getattr(item, "obj", None), "__doc__", None)
    if not document or not document.strip():
        raise ConfigurationError(
            item.path,
            "no docstring",
            field=item.name,
            remedy="Its first line is the title that students read; write one.",
        )
    return str(document.strip().splitlines()[0].strip())


def _forget_modules(folder: Path) -> None:
    """Let test files be read again: edited since, or of another assignment with the same names."""
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if name in ("test_public", "test_hidden") or (file and Path(file).is_relative_to(folder)):
            del sys.modules[name]


@contextlib.contextmanager
def _clean_environment() -> Iterator[None]:
    """Keep pytest's settings of the surrounding shell, and plugins of other packages, out of the session.

    So is the rewriting of assertions by a surrounding pytest: it writes the values compared into the message.
    A TensorFlow that the tests import computes as the one in the sandbox does, and has nothing to say.
    """
    changed = {
        **{"PYTEST_ADDOPTS": None, "PYTEST_PLUGINS": None, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        **{"TF_ENABLE_ONEDNN_OPTS": "0", "TF_CPP_MIN_LOG_LEVEL": "3"},
    }
    before = {name: os.environ.get(name) for name in changed}
    finders = sys.meta_path[:]
    _set_environment(changed)
    sys.meta_path[:] = [finder for finder in finders if not isinstance(finder, AssertionRewritingHook)]
    try:
        yield
    finally:
        sys.meta_path[:] = finders
        _set_environment(before)


def _set_environment(values: dict[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
