"""Commands that change results without running anything: `extend`, `feedback`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from autograder.cli.arguments import AssignmentArgument, OutOption, bare
from autograder.cli.command import Session, command
from autograder.cli.outputs import alone, other_reports
from autograder.console import Progress, counted, shown_path
from autograder.deadlines import due_instant, local_time
from autograder.errors import EXIT_OK, SubmissionError

PANEL = "Grade"


def register(app: typer.Typer) -> None:
    """Add this module's commands to `app`."""
    command(
        app,
        "extend",
        panel=PANEL,
        shows=[
            (
                'autograder extend w01_corner_filter kari --until "2026-10-05 23:59" --reason "ill"',
                "in the course's time zone",
            ),
        ],
    )(extend)
    command(
        app,
        "feedback",
        panel=PANEL,
        shows=[
            ("autograder feedback w01_corner_filter", "write the pages again, from the reports"),
            ("autograder feedback w01_corner_filter --out results/w01", "in another folder"),
        ],
    )(feedback)


def extend(
    session: Session,
    assignment: AssignmentArgument,
    student: Annotated[str, typer.Argument(metavar="STUDENT", help="As the folder or file is named.")],
    until: Annotated[
        str,
        typer.Option(metavar="TIME", help='Such as "2026-10-05 23:59", in the course\'s time zone.'),
    ],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Private: students do not see it.")],
    by: Annotated[str | None, typer.Option(metavar="NAME", help="Who grants it.")] = None,
) -> int:
    """Grant a student a later due time. Grade again to apply it; nothing is run for that.

    The last extension for a student and an assignment counts. They are kept in extensions.jsonl in the course
    folder.
    """
    from autograder.extensions import grant, path_of

    about = session.course.assignment(bare(assignment))
    granted = grant(
        session.course, about, student, until, reason, granted_at=datetime.now(UTC), granted_by=by
    )
    zone = about.due.tzinfo
    assert zone is not None
    times = {"due": due_instant(about.due), "until": granted.until}
    data = {
        **granted.model_dump(mode="json"),
        **{name: moment.astimezone(UTC).isoformat() for name, moment in times.items()},
        "file": str(path_of(session.course)),
    }

    def show() -> None:
        shown = {name: local_time(moment, zone) for name, moment in times.items()}
        session.out.print(
            f"{granted.student} has until {shown['until']} for {about.name} (due {shown['due']})."
        )

    session.result(data, show)
    return EXIT_OK


def feedback(session: Session, assignment: AssignmentArgument, out: OutOption = None) -> int:
    """Write the feedback pages and the class report again, from the reports that are there.

    Nothing is run and no score changes.
    """
    from autograder.results import (
        class_report_html,
        default_out,
        prepare,
        read_executed,
        read_reports,
        write_atomically,
        write_feedback,
    )
    from autograder.results.store import CLASS_REPORT

    about = session.course.assignment(bare(assignment))
    folder = (out or default_out(session.course, about.name)).absolute()
    reports = [report for report in read_reports(folder) if report.assignment == about.name]
    if not reports:
        raise SubmissionError(
            f"{folder}: there are no reports on {about.name}",
            remedy=f"Grade first, with `autograder grade {about.name} PATH`, or name the folder with --out.",
        )
    pages = []
    with alone(folder), Progress(session.err, "Writing") as progress:
        prepare(folder)
        progress.planned(len(reports))
        for report in reports:
            progress.begun(report.student)
            executed = read_executed(folder, report.student)
            pages.append(write_feedback(folder, report, executed, session.course, about))
            progress.done(report.student)
        page = class_report_html([*reports, *other_reports(session, folder, about)], session.course, about)
        write_atomically(folder / CLASS_REPORT, page.encode("utf-8", "replace"))
    data = {
        "assignment": about.name,
        "class_report": str(folder / CLASS_REPORT),
        "feedback": list(map(str, pages)),
    }

    def show() -> None:
        session.out.print(f"{counted(len(pages), 'page')} of feedback and the class report:")
        session.out.print(f"  {shown_path(folder / CLASS_REPORT)}")

    session.result(data, show)
    return EXIT_OK
