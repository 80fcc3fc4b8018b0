"""The command `grade`: a folder of submissions → reports, feedback, grades, gradebook."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from autograder.cli.arguments import (
    AssignmentArgument,
    OutOption,
    SchedulerOption,
    SeedOption,
    bare,
    is_safe,
    seed_from,
)
from autograder.cli.command import Interrupted, Session, WrongUsageError, command, error_record
from autograder.cli.outputs import alone, other_reports
from autograder.cli.sandboxes import (
    Choice,
    GpuDevicesOption,
    GpuOption,
    JobsOption,
    SandboxOption,
    SlotsPerGpuOption,
    choose,
    choose_on,
)
from autograder.console import (
    Progress,
    counted,
    duration,
    print_error,
    print_list,
    print_results,
    print_statistics,
    print_warning,
    shown_path,
)
from autograder.course import Assignment, Course
from autograder.errors import (
    EXIT_ENVIRONMENT,
    EXIT_OK,
    ConfigurationError,
    GradebookError,
    MissingPackageError,
    SubmissionError,
)

if TYPE_CHECKING:
    from autograder.cluster.grader import Cluster
    from autograder.grading import Options, Summary
    from autograder.intake import Intake
    from autograder.lanes import Work
    from autograder.report import Report

Record = dict[str, Any]
PLAIN_WARNING = (
    "tcp:// is neither encrypted nor authenticated: whoever reaches the scheduler can read hidden tests and "
    "run programs on the workers. Only in a network that is yours alone; else tls:// (docs/scaling.md)."
)


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    command(
        app,
        "grade",
        panel="Grade",
        shows=[
            (
                "autograder grade w01_corner_filter submissions/",
                "<student>.ipynb, or a folder for each",
            ),
            ("autograder grade w01_corner_filter submitted/", "the folder of an nbgrader course"),
            ("autograder grade w01_corner_filter kari.ipynb --receipts receipts.jsonl", "one student"),
            ("autograder grade w04_fine_tune_vgg16 submissions/ --gpu", "on a GPU"),
            ("autograder grade w01_corner_filter submissions/ --scheduler tls://head:8786", "on a cluster"),
            ("autograder grade w01_corner_filter submissions/ --json > grades.json", "for another program"),
        ],
    )(grade)


def grade(
    session: Session,
    assignment: AssignmentArgument,
    submissions: Annotated[
        Path,
        typer.Argument(metavar="PATH", help="A folder of submissions, or one notebook."),
    ],
    out: OutOption = None,
    sandbox: SandboxOption = None,
    jobs: JobsOption = None,
    gpu: GpuOption = False,
    gpu_devices: GpuDevicesOption = None,
    slots_per_gpu: SlotsPerGpuOption = None,
    scheduler: SchedulerOption = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="A new sandbox for every submission.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Run also what has been graded before.")] = False,
    seed: SeedOption = None,
    receipts: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Times of receipt. Default: receipts.jsonl in the folder.",
        ),
    ] = None,
    student: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Whose the one notebook is. Default: the file's name."),
    ] = None,
    gradebook: Annotated[
        str | None,
        typer.Option(metavar="URL", help="SQLAlchemy URL. Default: gradebook.db in OUT."),
    ] = None,
) -> int:
    """Grade submissions: run them, test them, apply the deadline, write scores and feedback.

    Only what is new or has changed is run. It can be interrupted at any time and goes on where it was. Exit
    code 3 where a submission could not be graded.
    """
    from autograder.grading import Options
    from autograder.intake import find_submissions
    from autograder.lanes import work_through
    from autograder.receipts import secret_from
    from autograder.results import default_out

    course = session.course
    _require_one_place(scheduler, jobs=jobs, gpu_devices=gpu_devices, slots_per_gpu=slots_per_gpu)
    _require_gpu_asked(gpu, gpu_devices=gpu_devices, slots_per_gpu=slots_per_gpu)
    about = course.assignment(bare(assignment))
    _require_release(course, about)
    _require_url(gradebook)
    folder = (out or default_out(course, about.name)).absolute()
    _require_apart(folder, submissions)
    intake = find_submissions(
        submissions, course, about, receipts=receipts, student=student, secret=secret_from(os.environ)
    )
    _require_submissions(submissions, about, intake)
    with ExitStack() as until_done:
        work: Work = work_through
        if scheduler is None:
            devices = _devices_from(gpu_devices)
            choice = choose(session, sandbox, gpu=gpu, devices=devices, slots_per_gpu=slots_per_gpu or 1)
            lanes = choice.jobs(jobs, len(intake.submissions))
        else:
            cluster = until_done.enter_context(_cluster(session, scheduler, gpu=gpu))
            choice = choose_on(cluster, session, sandbox, gpu=gpu)
            lanes, work = cluster.slots, cluster.work_through
        options = Options(
            choice.sandbox, choice.spec(about), lanes, fresh, seed_from(seed), again, work, choice.devices
        )
        until_done.enter_context(alone(folder))
        graded = _grade(session, about, intake, folder, options, gradebook)
    if submissions.is_file():  # what others have handed in was not looked at
        graded.summary.left_behind.clear()
    session.result(_graded_data(graded, choice, options.jobs), lambda: _show_graded(session, graded))
    if graded.problem is not None:
        print_error(session.err, graded.problem)
        return graded.problem.exit_code
    return EXIT_ENVIRONMENT if graded.summary.not_graded or graded.summary.lost else EXIT_OK


def _require_one_place(scheduler: str | None, **local: object) -> None:
    for name, value in local.items():
        if scheduler is not None and value is not None:
            raise WrongUsageError(
                f"{_option(name)} and --scheduler exclude each other: on a cluster, its workers decide",
                remedy=f"Leave out {_option(name)}; docs/scaling.md says how a worker is given slots.",
            )


def _require_gpu_asked(gpu: bool, **options: object) -> None:
    for name, value in options.items():
        if value is not None and not gpu:
            raise WrongUsageError(f"{_option(name)} needs --gpu", remedy="Add --gpu.")


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _devices_from(text: str | None) -> tuple[str, ...]:
    devices = tuple(name.strip() for name in (text or "").split(",") if name.strip())
    if text is not None and (not devices or len(set(devices)) < len(devices)):
        raise WrongUsageError(
            f"--gpu-devices: {text!r} does not name different GPUs",
            remedy="Write indices or UUIDs with commas between them, such as 0,1.",
        )
    return devices


@contextmanager
def _cluster(session: Session, address: str, *, gpu: bool) -> Iterator[Cluster]:
    try:
        from autograder.cluster.grader import connect
    except ModuleNotFoundError as error:
        raise MissingPackageError(
            f"--scheduler needs the package {error.name}",
            remedy="Install the extra: `pip install 'cnn-autograder[cluster]'`.",
        ) from None
    if not is_safe(address):
        print_warning(session.err, PLAIN_WARNING)
    with connect(address, gpu=gpu, notify=lambda text: print_warning(session.err, text)) as cluster:
        yield cluster


@dataclass(frozen=True)
class _Graded:
    """What `grade` did."""

    assignment: Assignment
    intake: Intake
    summary: Summary
    out: Path
    gradebook: str | None
    seconds: float
    problem: GradebookError | None


def _require_release(course: Course, assignment: Assignment) -> None:
    path = course.release / assignment.name / assignment.notebook_name
    if not path.is_file():
        raise ConfigurationError(
            path,
            "the released notebook is missing, and the gradebook needs it",
            remedy=f"Run `autograder build {assignment.name}` first.",
        )


def _require_url(gradebook: str | None) -> None:
    if gradebook is None:
        return
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        make_url(gradebook)
    except (ArgumentError, ValueError):
        raise GradebookError(
            "--gradebook: not an SQLAlchemy URL",
            remedy="Write it as sqlite:///path/gradebook.db or postgresql+psycopg://user@host/name.",
        ) from None


def _require_apart(out: Path, submissions: Path) -> None:
    if submissions.is_dir() and out.resolve().is_relative_to(submissions.resolve()):
        raise SubmissionError(
            f"{out}: results cannot lie in the folder of submissions: they would be taken for a student's",
            remedy="Choose another folder with --out.",
        )


def _require_submissions(path: Path, assignment: Assignment, intake: Intake) -> None:
    if not intake.submissions:
        skipped = [f"{each.file}: {each.why}" for each in intake.skipped]
        more = "\n".join([f"{shown_path(path)}: no submission to {assignment.name} here", *skipped[:5]])
        raise SubmissionError(
            more,
            remedy="A submission is <student>.ipynb, or a folder of that name with a notebook in it.",
        )


def _grade(
    session: Session,
    assignment: Assignment,
    intake: Intake,
    out: Path,
    options: Options,
    gradebook: str | None,
) -> _Graded:
    from autograder.grading import Watcher
    from autograder.grading import grade as grade_all
    from autograder.results import prepare

    began = time.monotonic()
    prepare(out)
    with Progress(session.err, "Grading") as progress:
        kept = 0

        def planned(todo: int, before: int) -> None:
            nonlocal kept
            kept = before
            progress.planned(todo)
            if before and progress.total == 0:
                progress.phase("Everything has been graded before")

        watcher = Watcher(planned=planned, begun=progress.begun, done=progress.done)
        try:
            summary = grade_all(session.course, assignment, intake, out, options, watcher)
            progress.phase("Writing feedback, grades and gradebook")
            problem = _write_all(session, assignment, summary, out, gradebook)
        except KeyboardInterrupt:
            raise Interrupted(
                f"interrupted: {kept + progress.finished} of {counted(len(intake.submissions), 'notebook')} "
                f"examined and kept in {shown_path(out)}",
                remedy="Run the same command again to go on from there"
                + (", without --again." if options.again else "."),
            ) from None
    return _Graded(assignment, intake, summary, out, gradebook, time.monotonic() - began, problem)


def _write_all(
    session: Session, assignment: Assignment, summary: Summary, out: Path, gradebook: str | None
) -> GradebookError | None:
    """Write pages, grades and gradebook; return the gradebook's problem if it has one."""
    from autograder.results import read_reports, write_changed_feedback, write_class_results

    write_changed_feedback(out, summary.reports, session.course, assignment)
    try:
        write_class_results(
            out,
            read_reports(out),
            session.course,
            assignment,
            gradebook=gradebook,
            other_reports=other_reports(session, out, assignment),
        )
    except GradebookError as error:
        return error
    return None


def _graded_data(graded: _Graded, choice: Choice, jobs: int) -> Record:
    summary, intake, out = graded.summary, graded.intake, graded.out
    return {
        "assignment": graded.assignment.name,
        "sandbox": choice.sandbox.name,
        "isolation": choice.isolates,
        "jobs": jobs,
        "seconds": round(graded.seconds, 3),
        "examined": summary.examined,
        "reused": summary.reused,
        "students": [_student_data(report, out) for report in summary.reports],
        "not_graded": summary.not_graded,
        "sandbox_lost": summary.lost,
        "left_behind": summary.left_behind,
        "skipped": [{"file": each.file, "why": each.why} for each in intake.skipped],
        "absent": list(intake.absent),
        "notices": list(intake.notices),
        "files": {name: str(path) for name, (path, _) in _files(graded).items()},
        "error": error_record(graded.problem) if graded.problem else None,
    }


def _student_data(report: Report, out: Path) -> Record:
    from autograder.results.store import FEEDBACK, REPORT

    verdict = report.deadline
    return {
        "student": report.student,
        "score": report.score,
        "max_score": report.max_score,
        "final_score": report.final_score,
        "approved": report.approved,
        "deadline": verdict.status,
        "received_at": verdict.received_at.isoformat() if verdict.received_at else None,
        "late_seconds": verdict.late_seconds,
        "run": report.run.status,
        "seconds": round(report.run.seconds + sum(test.seconds for test in report.tests), 3),
        "flags": list(report.flags),
        "notes": list(report.notes),
        "attempts": len(report.attempts),
        "report": str(out / report.student / REPORT),
        "feedback": str(out / report.student / FEEDBACK),
    }


def _files(graded: _Graded) -> dict[str, tuple[Path, str]]:
    """What was written, with what it is for."""
    from autograder.results.store import CLASS_REPORT, GRADEBOOK, GRADES, NBGRADER

    out = graded.out
    files = {
        "class_report": (out / CLASS_REPORT, "the class at a glance"),
        "grades": (out / GRADES, "a row for every student"),
    }
    if graded.gradebook is None:
        files["gradebook"] = (out / GRADEBOOK, "nbgrader's gradebook")
    return files | {"formgrader": (out / NBGRADER, "run `nbgrader formgrader` from here")}


def _show_graded(session: Session, graded: _Graded) -> None:
    from autograder.results.store import FEEDBACK

    out, summary, intake = session.out, graded.summary, graded.intake
    print_results(out, summary.reports, summary.not_graded)
    out.print()
    out.print(
        f"{counted(len(summary.reports), 'student')} graded in {duration(graded.seconds)}: "
        f"{counted(summary.examined, 'notebook')} examined, {summary.reused} as before."
    )
    print_statistics(out, summary.reports)
    flagged = sum(bool(report.flags) for report in summary.reports)
    print_list(out, "A person must decide", _flagged(summary.reports), "bold magenta", count=flagged)
    print_list(out, "Late", _late(summary.reports), "bold yellow")
    print_list(out, "Did not run through", _broken(summary.reports), "bold red")
    print_list(out, "Nothing for this assignment", [(student, "") for student in intake.absent])
    left_behind = [(student, "the report stays") for student in summary.left_behind]
    print_list(out, "Graded before, and no submission any more", left_behind, "bold yellow")
    print_list(out, "Skipped", [(each.file, each.why) for each in intake.skipped], "bold yellow")
    print_list(out, "To note", [("", notice) for notice in intake.notices])
    out.print()
    out.print(Text(f"Written to {shown_path(graded.out)}/", style="bold"))
    rows = [(path.name, what) for path, what in _files(graded).values()]
    for name, what in [*rows, (f"<student>/{FEEDBACK}", "for each student")]:
        out.print(f"  {name:24}  {what}")


def _flagged(reports: Sequence[Report]) -> list[tuple[str, str]]:
    """Students by what is flagged: the first sentence of each flag, the report has the rest."""
    students: dict[str, list[str]] = {}
    for report in reports:
        for flag in report.flags:
            sentence = flag.split(". ")[0].removesuffix(".") + "."
            students.setdefault(sentence, []).append(report.student)
    return [(_some(names), sentence) for sentence, names in students.items()]


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _late(reports: Sequence[Report]) -> list[tuple[str, str]]:
    return [
        (report.student, report.deadline.message)
        for report in reports
        if report.deadline.status in ("late", "rejected")
    ]


def _broken(reports: Sequence[Report]) -> list[tuple[str, str]]:
    return [(report.student, report.run.message) for report in reports if report.run.status != "completed"]
