"""The README.md that ships with a release: how to work on it, when it is due, what counts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

from autograder.build.pipeline import points_by_question
from autograder.build.source import read_source, role_of
from autograder.course import Assignment, Question
from autograder.deadlines import DeadlinePolicy
from autograder.report import TestInfo

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
TEXT = """\
# {title}

**Due {due}.** {policy}
{standing}

## How to work

1. Install what the notebook needs, once:

   ```
   python -m venv .venv
   .venv/bin/pip install jupyterlab -r requirements.txt
   ```

   On Windows: `.venv\\Scripts\\pip`.

2. Start `.venv/bin/jupyter lab` and open `{notebook}`.
3. Write your answers where it says `...`, `raise NotImplementedError(…)` or *Write your answer here*. Don't
   rename the functions: the tests look for those names.
4. Run the cell `grader.check("{first}")` after a question. It runs the public tests and says what is not
   right yet. Passing them is a good sign, not a promise: your work is graded with more tests, on other
   inputs.
5. Before you hand in: *Kernel → Restart Kernel and Run All Cells…*, so that the notebook works from top to
   bottom.
6. Hand in `{notebook}`, that file alone, under that name.

## Questions and points

| question | | points |
| --- | --- | ---: |
{rows}
"""


def howto(assignment: Assignment, tests: Sequence[TestInfo]) -> str:
    """Return the README of a release, as Markdown."""
    automatic = points_by_question(assignment, tests)
    by_hand = _points_by_hand(assignment)
    rows = [_row(question, automatic, by_hand) for question in assignment.settings.questions]
    first = next(question.id for question in assignment.settings.questions if question.id in automatic)
    total = math.fsum([*automatic.values(), *by_hand.values()])
    rows.append(f"| | **in all** | **{total:g}** |")
    return TEXT.format(
        title=assignment.settings.title,
        due=due_text(assignment.due, assignment.timezone),
        policy=policy_text(assignment.deadline),
        standing=_standing(assignment, math.fsum(automatic.values())),
        notebook=assignment.notebook_name,
        first=first,
        rows="\n".join(rows),
    )


def due_text(due: datetime, timezone: str) -> str:
    """Return a due time as in `Friday 2027-01-22 at 23:59 (Europe/Oslo, UTC+01:00)`."""
    offset = due.strftime("%z")
    zone = timezone if timezone == "UTC" else f"{timezone}, UTC{offset[:3]}:{offset[3:5]}"
    return f"{WEEKDAYS[due.weekday()]} {due:%Y-%m-%d} at {due:%H:%M} ({zone})"


def policy_text(policy: DeadlinePolicy) -> str:
    """Return what happens to late work, in sentences."""
    sentences = []
    if policy.kind == "strict":
        sentences.append("Late work is not accepted.")
    else:
        sentences.append(
            f"Late work loses {policy.penalty_percent:g} % of the maximum for each"
            f" {policy.penalty_per} begun, at most {policy.penalty_cap_percent:g} %."
        )
        if policy.cutoff_hours is not None:
            sentences.append(f"Nothing is accepted more than {policy.cutoff_hours} hours late.")
    if policy.grace_minutes:
        sentences.append(
            f"The first {policy.grace_minutes} minutes after the due time still count as on time."
        )
    if policy.late_days:
        sentences.append(f"You have {policy.late_days} late days for the whole course.")
    return " ".join(sentences)


def _standing(assignment: Assignment, points: float) -> str:
    if not assignment.settings.mandatory:
        return "This assignment is voluntary."
    percent = assignment.settings.pass_percent
    return (
        f"This assignment is mandatory: it is approved from {percent:g} % of the points that tests give"
        f" ({percent * points / 100:g} of {points:g})."
    )


def _points_by_hand(assignment: Assignment) -> dict[str, float]:
    found: dict[str, float] = {}
    for cell in read_source(assignment).cells:
        role = role_of(cell)
        if role.kind == "manual" and role.question:
            found[role.question] = found.get(role.question, 0) + (role.points or 0)
    return found


def _row(question: Question, automatic: dict[str, float], by_hand: dict[str, float]) -> str:
    points = automatic.get(question.id, 0) + by_hand.get(question.id, 0)
    read_by = " (read by a teacher)" if question.id in by_hand else ""
    return f"| {question.id} | {question.title}{read_by} | {points:g} |"
