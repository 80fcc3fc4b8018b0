"""Deadlines as pure functions: what a policy makes of a time of receipt. Never a guess.

A due time is wall-clock time in the course's IANA time zone; everything is compared in UTC. A *day* is
24 hours of elapsed time, here and everywhere in this project, so that a change of daylight saving neither
gives nor takes an hour.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from autograder.report import Attempt, DeadlineStatus, DeadlineVerdict

DAY = timedelta(days=1)
_PERIODS = {"hour": timedelta(hours=1), "day": DAY}
_YEARS = range(1970, 9000)


class DeadlinePolicy(BaseModel):
    """What happens to a submission that comes after its due time.

    In order: the grace period forgives everything or nothing; after `cutoff_hours` nothing is accepted;
    late days move the due time by 24 hours each; what is late after that is refused (`strict`) or costs
    `penalty_percent` per started period, counted from the due time (`penalty`).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["strict", "penalty"] = "strict"
    grace_minutes: int = Field(
        default=0, ge=0, le=527_040, description="minutes after the due time that still count as on time"
    )
    late_days: int = Field(
        default=0,
        ge=0,
        le=366,
        description="in course.toml: each student's budget of late days over the whole course; "
        "in assignment.toml: the most of them that this assignment may use",
    )
    penalty_percent: float = Field(
        default=10, ge=0, le=100, description="percent of the earned points lost per started period"
    )
    penalty_per: Literal["hour", "day"] = "day"
    penalty_cap_percent: float = Field(
        default=100, ge=0, le=100, description="the most that can be lost while accepted"
    )
    cutoff_hours: int | None = Field(
        default=None,
        ge=0,
        le=8784,
        description="hours after the due time when nothing is accepted any more; late days do not move it",
    )

    @model_validator(mode="after")
    def _every_entry_has_an_effect(self) -> Self:
        if self.kind == "strict":
            for name in ("penalty_percent", "penalty_per", "penalty_cap_percent"):
                if getattr(self, name) != type(self).model_fields[name].default:
                    raise ValueError(f'{name} has no effect with kind = "strict"; write kind = "penalty"')
        if self.cutoff_hours is not None and timedelta(hours=self.cutoff_hours) < self.grace:
            raise ValueError("cutoff_hours ends before grace_minutes does")
        return self

    @property
    def grace(self) -> timedelta:
        return timedelta(minutes=self.grace_minutes)


class Extension(BaseModel):
    """A later due time for one student and one assignment. It moves the cut-off too, and the grace."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    until: datetime = Field(description="aware; read like a due time")
    reason: str


def judge(
    policy: DeadlinePolicy,
    due: datetime,
    received_at: datetime | None,
    *,
    extension: Extension | None = None,
    late_days_left: int = 0,
) -> DeadlineVerdict:
    """Judge one submission.

    Received exactly at the due time is on time. `factor` is what the earned points are multiplied by: 1 on
    time, within the grace period or covered by late days; between 0 and 1 with a penalty; 0 when rejected,
    and 0 when flagged, because points count only once a person has decided. Late days are spent as few as
    give the best factor, so none is wasted on a submission that they cannot help.

    Args:
        due: aware, in the course's zone; the message names times in this zone.
        received_at: aware, from the receiving side; None where there is no trustworthy time.
        extension: counts only if it ends after `due`.
        late_days_left: what the student has left for this assignment, see `late_days_left()`.

    Raises:
        ValueError: a time has no zone, or lies outside the years 1970 to 8999.
    """
    zone = _zone(due)
    original = due_instant(due)
    until = due_instant(extension.until) if extension else None
    deadline = max(original, until or original)
    received = instant(received_at) if received_at else None
    late = max(received - deadline, timedelta()) if received else timedelta()
    ruling = _rule(policy, late, min(late_days_left, policy.late_days)) if received else _FLAGGED
    times = f"due {local_time(deadline, zone)}" + (" with your extension" if deadline > original else "")
    if received:
        times = f"received {local_time(received, zone)}, {times}"
    return DeadlineVerdict(
        status=ruling.status,
        due=original,
        received_at=received,
        extension_until=until,
        extension_reason=extension.reason if extension else "",
        late_seconds=late.total_seconds(),
        late_days_used=ruling.late_days,
        factor=ruling.factor,
        message=f"{ruling.headline}: {times}. {ruling.explanation}".strip(),
    )


def final_score(score: float, verdict: DeadlineVerdict) -> float:
    """Points after the deadline: score × factor, rounded to nine decimals."""
    return round(score * verdict.factor, 9)


def approval(points: float, max_score: float, pass_percent: float, status: DeadlineStatus) -> bool | None:
    """Whether an assignment is approved: `points`, after the deadline, reach `pass_percent` of `max_score`.

    A rejected submission is never approved, whatever the pass mark; a flagged one is undecided (None).
    """
    if status == "flagged":
        return None
    if status == "rejected":
        return False
    return points * 100 >= pass_percent * max_score - 1e-6 * max(max_score, 1.0)


def late_days_left(budget: int, used: Mapping[str, int], assignment: str) -> int:
    """Late days that one student has left for `assignment`.

    Only assignments before it in week order (`w01_…`, `w02_…`) have spent any, however late their
    submissions came; so grading the weeks in order gives the same result however often it runs.

    Args:
        budget: late days over the whole course, `late_days` of course.toml.
        used: assignment name → `late_days_used` of the submission that counted there.
    """
    spent = sum(days for name, days in used.items() if name < assignment)
    return max(0, budget - spent)


def choose(attempts: Iterable[Attempt]) -> tuple[Attempt, ...]:
    """Decide which of one student's submissions counts: `counts` and `why` are set anew on each.

    The best final score counts, ties go to the earliest: so a late submission never replaces a better one
    that was on time. Flagged submissions are considered only when no other exists; then the one with the
    most points is the one a person must decide on. Exactly one counts. The result is in order of receipt
    (flagged last) and does not depend on the order of `attempts`.

    Raises:
        ValueError: there are no attempts.
    """
    ordered = sorted(attempts, key=_by_receipt)
    if not ordered:
        raise ValueError("there are no attempts to choose from")
    candidates = [attempt for attempt in ordered if not _flagged(attempt)] or ordered
    best = max(_merit(attempt) for attempt in candidates)
    equals = [attempt for attempt in candidates if _merit(attempt) == best]
    chosen = equals[0]
    return tuple(
        attempt.model_copy(
            update={
                "counts": attempt is chosen,
                "why": _why_chosen(len(ordered), len(equals), chosen)
                if attempt is chosen
                else _why_not(attempt, chosen, best),
            }
        )
        for attempt in ordered
    )


def instant(moment: datetime) -> datetime:
    """An aware time in UTC.

    Raises:
        ValueError: it has no zone, or lies outside the years 1970 to 8999.
    """
    if moment.utcoffset() is None:
        raise ValueError("a time without an offset from UTC")
    if moment.year not in _YEARS:
        raise ValueError(f"the year {moment.year} is outside {_YEARS.start} to {_YEARS.stop - 1}")
    return moment.astimezone(UTC)


def due_instant(due: datetime) -> datetime:
    """The instant (UTC) that a wall-clock due time means, in the student's favour.

    A time that a change of the clocks leaves out is moved forward by what was left out (02:30 becomes
    03:30); a time that happens twice means its later occurrence. Both are the later of PEP 495's two
    readings of a local time.

    Raises:
        ValueError: as `instant`.
    """
    return max(instant(due.replace(fold=fold)) for fold in (0, 1))


def local_time(moment: datetime, zone: tzinfo) -> str:
    """For people: `2026-10-02 23:59 CEST`; `UTC+05:45` where the zone has no abbreviation."""
    local = moment.astimezone(zone)
    name = local.tzname() or ""
    if not name.isalpha():
        offset = local.strftime("%z")
        name = f"UTC{offset[:3]}:{offset[3:5]}"
    return f"{local:%Y-%m-%d %H:%M}" + (f":{local:%S}" if local.second else "") + f" {name}"


def duration(length: timedelta) -> str:
    """For people, in its two largest units: `2 days 3 hours`, `5 minutes`, `less than a second`."""
    seconds = length // timedelta(seconds=1)
    if not seconds:
        return "less than a second"
    parts = []
    for unit, size in (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1)):
        amount, seconds = divmod(seconds, size)
        if amount:
            parts.append(_count(amount, unit))
    return " ".join(parts[:2])


class _Ruling(NamedTuple):
    status: DeadlineStatus
    factor: float
    late_days: int
    headline: str
    explanation: str


_FLAGGED = _Ruling(
    "flagged",
    0.0,
    0,
    "There is no trustworthy time of receipt",
    "The points count only once a person has decided.",
)


def _zone(due: datetime) -> tzinfo:
    if due.tzinfo is None:
        raise ValueError("the due time has no time zone")
    return due.tzinfo


def _rule(policy: DeadlinePolicy, late: timedelta, available: int) -> _Ruling:
    """What a policy says of a submission that is `late` and may use `available` late days."""
    if not late:
        return _Ruling("on_time", 1.0, 0, "On time", "")
    if late <= policy.grace:
        allowed = f"The grace period of {duration(policy.grace)} allows being late by {duration(late)}."
        return _Ruling("on_time", 1.0, 0, "On time", allowed)
    headline = f"by {duration(late)}"
    if policy.cutoff_hours is not None and late > timedelta(hours=policy.cutoff_hours):
        limit = f"Nothing is accepted more than {_count(policy.cutoff_hours, 'hour')} after the due time."
        return _Ruling("rejected", 0.0, 0, f"Too late {headline}", f"{limit} It gives no points.")
    days, factor = _spend_late_days(policy, late, available)
    if factor is None:
        return _Ruling(
            "rejected", 0.0, 0, f"Too late {headline}", f"{_refusal(available)} It gives no points."
        )
    return _Ruling("late", factor, days, f"Late {headline}", _cost(policy, days, factor))


def _spend_late_days(policy: DeadlinePolicy, late: timedelta, available: int) -> tuple[int, float | None]:
    """The smallest number of late days that gives the best factor, and that factor (None: refused)."""
    days, best = 0, _base_factor(policy, late)
    for spent in range(1, min(available, _started(late, DAY)) + 1):
        factor = _base_factor(policy, late - spent * DAY)
        if factor is not None and (best is None or factor > best):
            days, best = spent, factor
    return days, best


def _base_factor(policy: DeadlinePolicy, late: timedelta) -> float | None:
    if late <= policy.grace:
        return 1.0
    if policy.kind == "strict":
        return None
    lost = policy.penalty_percent * _started(late, _PERIODS[policy.penalty_per])
    return (100 - min(lost, policy.penalty_cap_percent)) / 100


def _started(length: timedelta, period: timedelta) -> int:
    return -(-length // period)


def _refusal(available: int) -> str:
    if available > 0:
        return f"The deadline is strict, and {_count(available, 'late day')} would not be enough."
    return "The deadline is strict."


def _cost(policy: DeadlinePolicy, days: int, factor: float) -> str:
    spent = f"This uses {_count(days, 'late day')}" if days else ""
    if factor == 1:
        return f"{spent}, and no points are lost." if spent else "No points are lost."
    lost = f"{round(100 * (1 - factor), 6):g} % of the points are lost"
    rule = f"{policy.penalty_percent:g} % per started {policy.penalty_per}"
    if policy.penalty_cap_percent < 100:
        rule += f", at most {policy.penalty_cap_percent:g} %"
    return f"{spent}; {lost} for the rest ({rule})." if spent else f"{lost} ({rule})."


def _count(amount: int, unit: str) -> str:
    return f"{amount} {unit}" if amount == 1 else f"{amount} {unit}s"


def _flagged(attempt: Attempt) -> bool:
    return attempt.deadline.status == "flagged" or attempt.deadline.received_at is None


def _merit(attempt: Attempt) -> float:
    return round(attempt.score if _flagged(attempt) else attempt.final_score, 9)


def _by_receipt(attempt: Attempt) -> tuple[bool, datetime, str, str, float]:
    received = attempt.deadline.received_at
    return (
        _flagged(attempt),
        instant(received) if received else datetime.max.replace(tzinfo=UTC),
        attempt.submission.sha256,
        attempt.submission.file,
        attempt.score,
    )


def _why_chosen(attempts: int, equals: int, chosen: Attempt) -> str:
    if _flagged(chosen):
        what = "This is the only submission" if attempts == 1 else "This one has the most points"
        return f"{what}, none has a trustworthy time of receipt, and a person must decide whether it counts."
    if attempts == 1:
        return "It is the only submission."
    if equals > 1:
        return "It is the earliest of those with the most points after the deadline was applied."
    return "It has the most points after the deadline was applied."


def _why_not(attempt: Attempt, chosen: Attempt, best: float) -> str:
    if _flagged(attempt) and not _flagged(chosen):
        return "It has no trustworthy time of receipt, and another submission has one."
    if attempt.deadline.status == "rejected":
        return "It came too late."
    if _merit(attempt) < best:
        return "Another submission has more points" + (
            "." if _flagged(chosen) else " after the deadline was applied."
        )
    return "Another submission has as many points" + ("." if _flagged(chosen) else " and came earlier.")
