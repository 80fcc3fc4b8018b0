"""`make demo` grades a simulated class of 24 in the first week and eight students in a week with TensorFlow;
`make demo-course` grades the eight in every week. Both use `autograder grade`, as an instructor would."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from autograder.console import open_console, print_error
from autograder.course import Course
from autograder.demo import FIRST_WEEK, HandIn, class_of_24, copy_course, eight_students, hand_in
from autograder.errors import AutograderError
from autograder.image import build_image, find_image
from autograder.results import read_reports
from autograder.sandbox.bubblewrap import BubblewrapSandbox

TENSORFLOW_WEEK = "w03_batch_norm"


def main(arguments: Sequence[str] | None = None, grade: Callable[[list[str]], int] | None = None) -> int:
    """Simulate the students, grade their work week by week, and say who has approved how many weeks."""
    parser = argparse.ArgumentParser(prog="python -m autograder.demo", description=__doc__)
    parser.add_argument("--every-week", action="store_true", help="eight students in each week of the course")
    parser.add_argument("--folder", type=Path, help="made anew (default: demo-class or demo-course)")
    parser.add_argument("--sandbox", help="docker, bubblewrap or process (default: the best there is)")
    options = parser.parse_args(arguments)
    folder = options.folder or Path("demo-course" if options.every_week else "demo-class")
    if grade is None:
        from autograder.cli import main as grade_command

        grade = grade_command
    try:
        source = Course.find(Path.cwd())
        weeks = source.assignment_names() if options.every_week else [FIRST_WEEK, TENSORFLOW_WEEK]
        course = copy_course(source, folder, weeks)
        sandbox = options.sandbox or _without_image(source)
        for week in weeks:
            work = _work(course, week, everybody=not options.every_week)
            submissions = folder / "submissions" / week
            hand_in(course, week, work, submissions)
            _say(f"\n{len(work)} students have handed in {week}: {submissions}\n")
            command = ["--course", str(course.root), "grade", week, str(submissions)]
            command += ["--out", str(folder / "results" / week)]
            code = grade([*command, *(["--sandbox", sandbox] if sandbox else [])])
            if code:
                return code
    except AutograderError as error:
        print_error(open_console(sys.stderr), error)
        return error.exit_code
    _say_who_has_approved(folder / "results", weeks)
    return 0


def _work(course: Course, week: str, *, everybody: bool) -> dict[str, HandIn]:
    assignment = course.assignment(week)
    return class_of_24(assignment) if everybody and week == FIRST_WEEK else eight_students(assignment)


def _without_image(course: Course) -> str | None:
    """Build the container image if an engine is there; name the next best sandbox if that does not work."""
    try:
        image = find_image(course)
        if image is None or not image.up_to_date:
            _say("Building the container image, once: a few minutes.")
            build_image(course, base=image.base if image else None, progress=lambda line: _say("  " + line))
    except AutograderError as error:
        _say(f"No container: {error.message.splitlines()[0]}.\n")
        return "process" if BubblewrapSandbox().why_unavailable() else "bubblewrap"
    return None


def _say_who_has_approved(results: Path, weeks: Sequence[str]) -> None:
    approved: dict[str, int] = {}
    for week in weeks:
        for report in read_reports(results / week):
            approved[report.student] = approved.get(report.student, 0) + (report.approved is True)
    _say(f"\nApproved, of {len(weeks)} weeks:")
    for student, count in sorted(approved.items()):
        _say(f"  {student:10}{count}")
    _say(f"All of it, week by week: {results / weeks[-1] / 'class_report.html'}")


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
