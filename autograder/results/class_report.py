"""The class at a glance: scores, the tests that many fail, who needs attention, who has approved what."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean, median
from urllib.parse import quote

from autograder.course import Assignment, Course
from autograder.report import Report, TestResult
from autograder.results.feedback import DEADLINES, OUTCOMES
from autograder.results.page import local_time, points, render_page

MOST_COLUMNS = 20


@dataclass(frozen=True)
class Column:
    """One bar of the distribution: how many students have from `low` up to `high` points."""

    low: float
    high: float
    count: int
    x: float
    width: float
    height: float


@dataclass(frozen=True)
class FailedTest:
    """A test and the students that did not pass it (all of its cases)."""

    name: str
    title: str
    question: str
    public: bool
    failed: int
    students: int
    mostly: str

    @property
    def share(self) -> float:
        return self.failed / self.students


@dataclass(frozen=True)
class Approval:
    """Which of the graded mandatory assignments one student has approved."""

    student: str
    verdicts: tuple[bool | None, ...]  # None: a person must decide, or nothing was handed in
    handed_in: tuple[bool, ...]

    @property
    def approved(self) -> int:
        return sum(verdict is True for verdict in self.verdicts)


def class_report_html(reports: Sequence[Report], course: Course, assignment: Assignment) -> str:
    """The report on one assignment as a page without scripts. The same reports give the same bytes.

    Args:
        reports: of this assignment; reports of others only count in who has approved the mandatory work.
        course: for its name, its time zone and the mandatory assignments that it has.
        assignment: the one that the page is about. Links lead to `<student>/feedback.html` beside it.
    """
    here = sorted((r for r in reports if r.assignment == assignment.name), key=lambda r: r.student)
    maximum = max((report.max_score for report in here), default=0.0)
    finals = [report.final_score for report in here]
    columns = _columns(finals, maximum)
    scale = columns[-1].high if columns else 1.0
    return render_page(
        "class_report.html.j2",
        course=course.settings.name,
        assignment=assignment,
        due=local_time(assignment.due, course.settings.timezone),
        reports=here,
        maximum=maximum,
        mean=mean(finals) if finals else 0.0,
        median=median(finals) if finals else 0.0,
        columns=columns,
        pass_x=CHART_LEFT + CHART_WIDTH * maximum * assignment.settings.pass_percent / 100 / scale,
        failed_tests=_failed_tests(here),
        untimely=[report for report in here if report.deadline.status in ("late", "rejected")],
        flagged=[report for report in here if report.flags or report.approved is None],
        undecided=_undecided(here),
        received={r.student: local_time(r.deadline.received_at, course.settings.timezone) for r in here},
        mandatory=_mandatory(reports),
        all_mandatory=[a.name for a in course.assignments() if a.settings.mandatory],
        approvals=_approvals(reports),
        questions=list(dict.fromkeys(s.question for r in here for s in r.questions)),
        scores={report.student: _question_points(report) for report in here},
        links={report.student: f"{quote(report.student, safe='')}/feedback.html" for report in here},
        deadlines=DEADLINES,
    )


CHART_LEFT, CHART_WIDTH, CHART_HEIGHT = 10.0, 780.0, 150.0


def _columns(scores: Sequence[float], maximum: float) -> list[Column]:
    """The distribution from 0 to the maximum, in at most 20 columns of a round number of points."""
    if maximum <= 0:
        return []
    step = _column_points(maximum)
    number = math.ceil(maximum / step)
    counts = [0] * number
    for score in scores:
        counts[min(number - 1, max(0, int(score / step + 1e-9)))] += 1
    width = CHART_WIDTH / number
    tallest = max(counts) or 1
    return [
        Column(
            low=index * step,
            high=(index + 1) * step,
            count=count,
            x=CHART_LEFT + index * width,
            width=width,
            height=CHART_HEIGHT * count / tallest,
        )
        for index, count in enumerate(counts)
    ]


def _column_points(maximum: float) -> float:
    """The smallest of 1, 2, 5, 10, 20, 50, … points that needs at most 20 columns."""
    sizes = (base * 10.0**power for power in range(7) for base in (1, 2, 5))
    return next((size for size in sizes if maximum / size <= MOST_COLUMNS), maximum)


def _failed_tests(reports: Sequence[Report]) -> list[FailedTest]:
    """Every test, those that most students fail first; cases of a parametrised test count together."""
    by_test: dict[str, dict[str, list[TestResult]]] = {}
    for report in reports:
        for test in report.tests:
            cases = by_test.setdefault(test.id.partition("[")[0], {})
            cases.setdefault(report.student, []).append(test)
    tests = [_failed_test(name, students) for name, students in by_test.items()]
    return sorted(tests, key=lambda test: (-test.share, test.question, test.name))


def _failed_test(name: str, students: Mapping[str, list[TestResult]]) -> FailedTest:
    first = next(iter(students.values()))[0]
    outcomes = [
        next((case.outcome for case in cases if case.outcome != "passed"), None)
        for cases in students.values()
    ]
    failures = [outcome for outcome in outcomes if outcome is not None]
    commonest = max(sorted(set(failures)), key=failures.count, default=None)
    return FailedTest(
        name=name,
        title=first.title,
        question=first.question,
        public=first.public,
        failed=len(failures),
        students=len(students),
        mostly=OUTCOMES[commonest] if commonest else "",
    )


def _mandatory(reports: Sequence[Report]) -> list[str]:
    return sorted({report.assignment for report in reports if report.mandatory})


def _approvals(reports: Sequence[Report]) -> list[Approval]:
    """One entry per student, those with the fewest approved assignments first."""
    mandatory = _mandatory(reports)
    by_student: dict[str, dict[str, Report]] = {}
    for report in reports:
        by_student.setdefault(report.student, {})[report.assignment] = report
    approvals = [
        Approval(
            student=student,
            verdicts=tuple(own[name].approved if name in own else None for name in mandatory),
            handed_in=tuple(name in own for name in mandatory),
        )
        for student, own in by_student.items()
    ]
    return sorted(approvals, key=lambda approval: (approval.approved, approval.student))


def _undecided(reports: Sequence[Report]) -> dict[str, list[str]]:
    """Why a person must look at submissions, in sentences, and the students whom each reason concerns."""
    students: dict[str, list[str]] = {}
    for report in reports:
        if report.flags or report.approved is None:
            why = " ".join(report.flags) or report.deadline.message or "It is not known whether this counts."
            students.setdefault(why, []).append(report.student)
    return students


def _question_points(report: Report) -> dict[str, str]:
    graded = {test.question for test in report.tests}
    return {
        score.question: points(score.score) if score.question in graded else "by hand"
        for score in report.questions
    }
