"""Grades a folder of submissions: what is new or has changed is examined, every report is put together anew.

Examining is slow and depends on the notebook, the assignment's tests and the sandbox; its result is kept in
OUT/.examined/ under a digest of all that. Reports are cheap: deadlines, extensions and pass marks are judged
every time. So killing the grader loses at most the notebooks in progress, and a second run repeats nothing.
A result that no submission refers to is kept for one more run: going back to an earlier file or option waits
for nothing. Then it goes.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import math
import os
import re
import secrets
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat
from pydantic import ValidationError

import autograder
from autograder import deadlines
from autograder.build.release import DEBRIS, NEVER_SHIPPED
from autograder.course import Assignment, Course
from autograder.deadlines import Extension
from autograder.errors import SubmissionError
from autograder.examiner import collect
from autograder.extensions import load_extensions
from autograder.intake import Intake, Submission
from autograder.lanes import Done, Plan, Task, Work, work_through
from autograder.reading import code_cells, read_notebook
from autograder.report import (
    Attempt,
    Closed,
    DeadlineVerdict,
    Environment,
    NotebookRun,
    QuestionScore,
    Report,
    TestInfo,
    TestResult,
)
from autograder.results import (
    prepare,
    read_report,
    student_folder,
    write_atomically,
    write_report,
)
from autograder.results.store import EXECUTED, REPORT, notebook_bytes
from autograder.sandbox import Sandbox, SlotSpec

EXAMINED = ".examined"
UNUSED = ".unused"
LOST_FLAG = (
    "The sandbox was lost each time that this submission was examined, not by an empty notebook ({files}). "
    "Grade again; where that ends the same, look at what the notebook does."
)
SECRET_FILE = Path(".autograder", "secret")
SECRET = re.compile(r"[0-9a-f]{64}")
SETTINGS = "assignment.toml"
JSON_KIND = re.compile(r"application/(.*\+)?json")
OUTPUT_KINDS = ("stream", "display_data", "execute_result", "error")


class Examination(Closed):
    """What examining one notebook gave, apart from who handed it in when. Kept on disk."""

    run: NotebookRun
    tests: tuple[TestResult, ...]
    notes: tuple[str, ...]
    environment: Environment
    notebook: dict[str, Any] | None


@dataclass(frozen=True)
class Options:
    """How to grade.

    Args:
        sandbox: where student code runs.
        spec: what a slot must offer.
        jobs: how many notebooks at a time.
        fresh: a new sandbox for every submission.
        seed: in place of the seed that derives from the course's secret, to repeat a result exactly.
        again: examine also what has been examined before.
        work: who works through the notebooks: lanes on this machine, or a cluster.
        devices: the GPUs of this machine that the lanes are bound to, one each in turn; none for any.
    """

    sandbox: Sandbox
    spec: SlotSpec
    jobs: int = 1
    fresh: bool = False
    seed: bytes | None = None
    again: bool = False
    work: Work = work_through
    devices: tuple[str, ...] = ()


@dataclass
class Summary:
    """What one run of the grader did."""

    reports: list[Report] = field(default_factory=list)
    examined: int = 0
    reused: int = 0
    not_graded: dict[str, str] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)  # students whose submission lost its sandbox every time
    left_behind: list[str] = field(default_factory=list)  # students with a report in OUT, but no submission


@dataclass(frozen=True)
class Watcher:
    """Told of progress, with the student and the file."""

    planned: Callable[[int, int], None] = lambda todo, kept: None
    begun: Callable[[str], None] = lambda label: None
    done: Callable[[str], None] = lambda label: None


def grade(
    course: Course,
    assignment: Assignment,
    intake: Intake,
    out: Path,
    options: Options,
    watcher: Watcher = Watcher(),
) -> Summary:
    """Examine what has to be, and write a report for every student in `intake` to `out`.

    Raises:
        AutograderError: the tests or the sandbox cannot be used. Results so far are kept.
    """
    prepare(out)
    options.sandbox.clear_left_over()
    desk = _Desk(course, assignment, out, options)
    submissions = {desk.key(submission): submission for submission in intake.submissions}
    missing = {
        key: submission for key, submission in submissions.items() if options.again or not desk.has(key)
    }
    watcher.planned(len(missing), len(submissions) - len(missing))
    summary = Summary(reused=len(submissions) - len(missing), examined=len(missing))
    lost = desk.examine(missing, watcher)
    extensions = load_extensions(course)
    for student, attempts in sorted(intake.by_student.items()):
        gone = [attempt.file for attempt in attempts if desk.key(attempt) in lost]
        if gone:
            summary.not_graded[student] = f"the grader's own process ended twice on {', '.join(gone)}"
            continue
        extension = extensions.get((student, assignment.name))
        report, notebook = desk.report(attempts, extension, _late_days_left(course, assignment, out, student))
        _write_if_changed(out, report, notebook)
        summary.reports.append(report)
        if desk.has_lost(attempts):
            summary.lost.append(student)
    desk.let_go(submissions)
    summary.left_behind = _left_behind(out, intake)
    return summary


class _Desk:
    """Everything that stays the same while one assignment is graded."""

    def __init__(self, course: Course, assignment: Assignment, out: Path, options: Options) -> None:
        self._course, self._assignment, self._options = course, assignment, options
        self._folder = out / EXAMINED
        self._files = assignment.shipped_contents()
        self._identity = options.sandbox.identity(options.spec)
        self._digest = assignment_digest(assignment)
        self._secret = course_secret(course)

    @cached_property
    def tests(self) -> Sequence[TestInfo]:
        """The assignment's tests, for who has no results: importing them takes seconds, so not before."""
        return collect(self._assignment)

    def key(self, submission: Submission) -> str:
        """Digest of everything that the examination of `submission` depends on."""
        parts = [
            *(autograder.__version__, self._digest, self._options.sandbox.name, self._identity),
            *(submission.student, submission.sha256, submission.problem or "", self._seed(submission).hex()),
            *(f"{file.name}={file.sha256}" for file in sorted(submission.files, key=lambda file: file.name)),
        ]
        if not submission.sha256:
            parts.append(submission.file)
        digest = hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()
        return f"{_whose(submission)}-{digest}"

    def has(self, key: str) -> bool:
        """Whether there is a result that holds. One that says "lost" holds for the run that has made it."""
        path = self._path(key)
        with contextlib.suppress(FileNotFoundError):
            if not path.exists():
                path.with_suffix(UNUSED).rename(path)
        try:
            return self._load(key).run.status != "lost"
        except (OSError, ValidationError):
            return False

    def has_lost(self, attempts: Sequence[Submission]) -> bool:
        """Whether one of the attempts has lost every sandbox that it was given."""
        return any(self._load(self.key(attempt)).run.status == "lost" for attempt in attempts)

    def let_go(self, submissions: Mapping[str, Submission]) -> None:
        """Remove these students' results that no submission refers to and none did in the last run either.

        Args:
            submissions: all of these students', by key. What belongs to others stays.
        """
        students = {_whose(submission) for submission in submissions.values()}
        for path in sorted(self._folder.glob("*-*.*")):
            if path.stem.partition("-")[0] not in students:
                continue
            if path.suffix == UNUSED:
                path.unlink()
            elif path.stem not in submissions:
                path.rename(path.with_suffix(UNUSED))

    def examine(self, missing: Mapping[str, Submission], watcher: Watcher) -> list[str]:
        """Examine submissions by key, keeping each result as it comes; return the keys that were lost."""
        self._folder.mkdir(parents=True, exist_ok=True)
        plan = Plan(
            self._assignment,
            self._options.sandbox.name,
            self._options.spec,
            max(1, min(self._options.jobs, len(missing))),
            self._options.fresh,
            self._options.devices,
        )
        labels = {
            key: f"{submission.student}/{Path(submission.file).name}" for key, submission in missing.items()
        }
        notebooks: dict[str, nbformat.NotebookNode] = {}
        notes: dict[str, tuple[str, ...]] = {}
        tasks = []
        for key, submission in missing.items():
            task = self._task(key, submission, notebooks, notes)
            if task is None:
                watcher.done(labels[key])
            else:
                tasks.append(task)

        def keep(done: Done) -> None:
            seed = self._seed(missing[done.id])
            self._keep(done.id, self._examination(done, notebooks.pop(done.id), notes[done.id], seed))
            watcher.done(labels[done.id])

        return self._options.work(plan, tasks, on_begin=lambda key: watcher.begun(labels[key]), on_done=keep)

    def report(
        self, attempts: Sequence[Submission], extension: Extension | None, late_days: int
    ) -> tuple[Report, dict[str, Any] | None]:
        """Put the report on one student's attempts together; return it with the notebook as it ran."""
        records: dict[str, tuple[Submission, Examination]] = {}
        judged = []
        for submission in attempts:
            examination = self._load(self.key(submission))
            verdict = deadlines.judge(
                self._assignment.deadline,
                self._assignment.due,
                submission.received_at,
                extension=extension,
                late_days_left=late_days,
            )
            score = sum(test.earned for test in examination.tests)
            records[submission.file] = (submission, examination)
            judged.append(_attempt(submission, verdict, score))
        chosen = deadlines.choose(judged)
        counting = next(attempt for attempt in chosen if attempt.counts)
        submission, examination = records[counting.submission.file]
        lost = [file for file, (_, examined) in records.items() if examined.run.status == "lost"]
        return self._assemble(submission, examination, counting, chosen, lost), examination.notebook

    # ------------------------------------------------------------------ helpers

    def _assemble(
        self,
        submission: Submission,
        examination: Examination,
        counting: Attempt,
        attempts: tuple[Attempt, ...],
        lost: Sequence[str],
    ) -> Report:
        settings = self._assignment.settings
        maximum = round(sum(test.points for test in examination.tests), 9)
        flag = [submission.time_flag] if submission.time_flag else []
        if lost:
            flag.append(LOST_FLAG.format(files=", ".join(lost)))
        approved = deadlines.approval(
            counting.final_score, maximum, settings.pass_percent, counting.deadline.status
        )
        return Report(
            student=submission.student,
            assignment=self._assignment.name,
            title=settings.title,
            submission=submission.record,
            deadline=counting.deadline,
            run=examination.run,
            questions=tuple(self._question_scores(examination.tests)),
            tests=examination.tests,
            score=counting.score,
            max_score=maximum,
            final_score=counting.final_score,
            approved=None if lost and not approved else approved,
            mandatory=settings.mandatory,
            pass_percent=settings.pass_percent,
            flags=(*flag, *submission.flags),
            notes=(*submission.notes, *examination.notes),
            attempts=attempts,
            environment=examination.environment,
            key=self.key(submission),
        )

    def _question_scores(self, tests: Sequence[TestResult]) -> list[QuestionScore]:
        scores = []
        for question in self._assignment.settings.questions:
            own = [test for test in tests if test.question == question.id]
            scores.append(
                QuestionScore(
                    question=question.id,
                    title=question.title,
                    score=round(sum(test.earned for test in own), 9),
                    max_score=round(sum(test.points for test in own), 9),
                )
            )
        return scores

    def _task(
        self,
        key: str,
        submission: Submission,
        notebooks: dict[str, nbformat.NotebookNode],
        notes: dict[str, tuple[str, ...]],
    ) -> Task | None:
        """Return what a lane needs; keep the result at once where there is nothing to run."""
        if submission.problem:
            self._keep(key, self._unreadable(submission, submission.problem, ()))
            return None
        reading = read_notebook(submission.read())
        if reading.notebook is None:
            self._keep(key, self._unreadable(submission, reading.problem or "", reading.notes))
            return None
        _drop_outputs(reading.notebook)
        notebooks[key], notes[key] = reading.notebook, reading.notes
        files = {file.name: file.read() for file in submission.files} | self._files
        return Task(key, code_cells(reading.notebook), files, self._seed(submission))

    def _unreadable(self, submission: Submission, problem: str, notes: tuple[str, ...]) -> Examination:
        message = "The notebook could not be read, so nothing could be tested."
        tests = (TestResult(**test.model_dump(), outcome="not_run", message=message) for test in self.tests)
        return Examination(
            run=NotebookRun(status="unreadable", message=problem),
            tests=tuple(tests),
            notes=notes,
            environment=self._environment("", {}, None, self._seed(submission)),
            notebook=None,
        )

    def _examination(
        self, done: Done, notebook: nbformat.NotebookNode, notes: tuple[str, ...], seed: bytes
    ) -> Examination:
        examined = done.examined
        return Examination(
            run=examined.run,
            tests=tuple(examined.tests),
            notes=notes,
            environment=self._environment(done.python, done.packages, done.image, seed),
            notebook=with_outputs(notebook, examined.outputs),
        )

    def _environment(
        self, python: str, packages: dict[str, str], image: str | None, seed: bytes
    ) -> Environment:
        return Environment(
            autograder=autograder.__version__,
            sandbox=self._options.sandbox.name,
            image=image,
            python=python,
            packages=packages,
            seed=seed.hex(),
        )

    def _seed(self, submission: Submission) -> bytes:
        """The submission's seed: the same each time, and not to be known without the course's secret."""
        if self._options.seed is not None:
            return self._options.seed
        text = "\0".join([self._assignment.name, submission.student, submission.sha256])
        return hmac.new(self._secret, text.encode("utf-8", "replace"), hashlib.sha256).digest()

    def _keep(self, key: str, examination: Examination) -> None:
        write_atomically(self._path(key), examination.model_dump_json().encode("utf-8", "replace"))

    def _load(self, key: str) -> Examination:
        return Examination.model_validate_json(self._path(key).read_bytes())

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.json"


def _whose(submission: Submission) -> str:
    """What the keys of a student's submissions begin with."""
    return hashlib.sha256(submission.student.encode("utf-8", "replace")).hexdigest()[:16]


def _left_behind(out: Path, intake: Intake) -> list[str]:
    handed_in = {student_folder(out, student) for student in intake.by_student}
    return sorted(path.parent.name for path in out.glob(f"*/{REPORT}") if path.parent not in handed_in)


def assignment_digest(assignment: Assignment) -> str:
    """Digest of what in an assignment an examination depends on: names, limits, tests, what ships.

    Tests may read any file of the assignment's folder, so all count, but those that only the author needs.
    """
    digest = hashlib.sha256()
    settings = assignment.settings.model_dump_json(include={"questions", "preload"})
    for part in (settings, assignment.limits.model_dump_json()):
        digest.update(part.encode() + b"\0")
    for path in files_that_count(assignment):
        name = path.relative_to(assignment.path.parent).as_posix()
        digest.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\0".encode())
    return digest.hexdigest()


def course_secret(course: Course) -> bytes:
    """The course's secret, from which seeds derive; made and kept in the course folder when first needed.

    Raises:
        SubmissionError: it cannot be kept there.
    """
    path = course.root / SECRET_FILE
    try:
        if not path.exists():
            _make_secret(path)
        text = path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise SubmissionError(f"{path}: the course's secret cannot be kept there: {error.strerror}") from None
    except ValueError:
        text = ""
    if not SECRET.fullmatch(text):
        raise SubmissionError(
            f"{path}: not a secret of 64 hexadecimal digits",
            remedy="Delete the file; a new one is made, and everything is examined again.",
        )
    return bytes.fromhex(text)


def _make_secret(path: Path) -> None:
    """Put a new secret in place whole, unless another grader was faster."""
    path.parent.mkdir(exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent)  # for nobody else to read
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_bytes(32).hex() + "\n")
        with contextlib.suppress(FileExistsError):
            os.link(name, path)
    finally:
        Path(name).unlink()


def files_that_count(assignment: Assignment) -> list[Path]:
    """What an examination may read: every file of the assignment but its settings, the author's notebook and
    the wrong and right solutions; and the `conftest.py` that all assignments share. Sorted."""
    return sorted([*assignment.path.parent.glob("conftest.py"), *_files_inside(assignment)])


def _files_inside(assignment: Assignment) -> Iterator[Path]:
    for path in assignment.path.rglob("*"):
        inside = path.relative_to(assignment.path)
        if inside.parts[0] in NEVER_SHIPPED or DEBRIS & set(inside.parts):
            continue
        if path.is_file() and path.name != SETTINGS and path != assignment.source:
            yield path


def _drop_outputs(notebook: nbformat.NotebookNode) -> None:
    """Take out what a student's own run showed: nobody looks at it, and a whole class waits in memory."""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = []


def with_outputs(notebook: nbformat.NotebookNode, outputs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the notebook as it ran. What came from the sandbox is reduced to what a notebook may hold."""
    executed = json.loads(json.dumps(notebook))
    cells = [cell for cell in executed["cells"] if cell["cell_type"] == "code"]
    for cell in cells:
        cell["outputs"], cell["execution_count"] = [], None
    for number, (cell, ran) in enumerate(zip(cells, outputs, strict=False), start=1):
        cell["execution_count"] = number
        shown = ran.get("outputs")
        cell["outputs"] = [_output(output, number) for output in shown if _is_output(output)] if shown else []
    return dict(executed)


def _is_output(output: Any) -> bool:
    return isinstance(output, dict) and output.get("output_type") in OUTPUT_KINDS


def _output(output: dict[str, Any], number: int) -> dict[str, Any]:
    kind = output["output_type"]
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return {"output_type": kind, "name": name, "text": _text(output.get("text"))}
    if kind == "error":
        lines = output.get("traceback")
        return {
            "output_type": kind,
            "ename": _text(output.get("ename")),
            "evalue": _text(output.get("evalue")),
            "traceback": [_text(line) for line in lines] if isinstance(lines, list) else [],
        }
    data = output.get("data")
    shown = {"output_type": kind, "data": _bundle(data) if isinstance(data, dict) else {}, "metadata": {}}
    return {**shown, "execution_count": number} if kind == "execute_result" else shown


def _bundle(data: dict[Any, Any]) -> dict[str, Any]:
    """Media type → content: text, or any value where the type is JSON."""
    return {
        kind: _json(content) if JSON_KIND.fullmatch(kind) else _text(content)
        for kind, content in data.items()
        if type(kind) is str
    }


def _json(value: Any) -> Any:
    if isinstance(value, dict):
        return {_text(key): _json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_json(item) for item in value]
    if type(value) is float and not math.isfinite(value):
        return None
    return value if value is None or type(value) in (bool, int, float, str) else ""


def _text(value: Any) -> str:
    return value if type(value) is str else ""


def _attempt(submission: Submission, verdict: DeadlineVerdict, score: float) -> Attempt:
    points = round(score, 9)
    return Attempt(
        submission=submission.record,
        deadline=verdict,
        score=points,
        final_score=deadlines.final_score(points, verdict),
        counts=False,
        why="",
    )


def _late_days_left(course: Course, assignment: Assignment, out: Path, student: str) -> int:
    """Late days the student has left, from the reports on earlier assignments beside `out`."""
    budget = course.settings.deadline.late_days
    if not budget:
        return 0
    used = {}
    for name in course.assignment_names():
        path = student_folder(out.parent / name, student) / REPORT
        if name < assignment.name and path.is_file():
            used[name] = read_report(path).deadline.late_days_used
    return deadlines.late_days_left(budget, used, assignment.name)


def _write_if_changed(out: Path, report: Report, notebook: dict[str, Any] | None) -> None:
    """Write what is not there yet; a grader killed in between has left one file of another submission."""
    folder = student_folder(out, report.student)
    executed = nbformat.from_dict(notebook) if notebook is not None else None
    if (folder / REPORT).is_file():
        with contextlib.suppress(SubmissionError):  # an older or broken report is replaced
            there = (folder / EXECUTED).read_bytes() if (folder / EXECUTED).exists() else None
            same = there == (notebook_bytes(executed) if executed is not None else None)
            if same and read_report(folder / REPORT) == report:
                return
    write_report(out, report, executed)
