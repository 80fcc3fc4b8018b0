"""What each policy makes of a time of receipt."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from autograder.deadlines import (
    DeadlinePolicy,
    Extension,
    approval,
    due_instant,
    duration,
    final_score,
    judge,
    late_days_left,
    local_time,
)

OSLO = ZoneInfo("Europe/Oslo")
DUE = datetime(2026, 10, 2, 23, 59, tzinfo=OSLO)
STRICT = DeadlinePolicy()
MICROSECOND = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ZONES = [
    "UTC",
    "Europe/Oslo",
    "Europe/Dublin",
    "America/New_York",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Kiritimati",
]
TRANSITIONS = [
    datetime(2026, 3, 29, 2, 30),  # Oslo: clocks go forward
    datetime(2026, 10, 25, 2, 30),  # Oslo: clocks go back
    datetime(2026, 3, 8, 2, 30),  # New York, St John's
    datetime(2026, 11, 1, 1, 30),
    datetime(2026, 10, 4, 2, 15),  # Lord Howe: half an hour
    datetime(2026, 4, 5, 1, 45),
    datetime(2011, 12, 30, 12, 0),  # Apia: this day was left out
    datetime(2028, 2, 29, 23, 59),
    datetime(2026, 12, 31, 23, 59, 59),
    datetime(2027, 1, 1, 0, 0),
]

policies = st.builds(
    lambda penalty, grace, days, percent, per, cap, cutoff: DeadlinePolicy(
        grace_minutes=grace,
        late_days=days,
        cutoff_hours=None if cutoff is None else cutoff + grace // 60 + 1,
        **(
            {"kind": "penalty", "penalty_percent": percent, "penalty_per": per, "penalty_cap_percent": cap}
            if penalty
            else {}
        ),
    ),
    st.booleans(),
    st.integers(0, 300),
    st.integers(0, 6),
    st.floats(0, 100),
    st.sampled_from(["hour", "day"]),
    st.floats(0, 100),
    st.none() | st.integers(0, 200),
)
local_times = st.sampled_from(TRANSITIONS) | st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1))
dues = st.builds(
    lambda local, zone: local.replace(tzinfo=ZoneInfo(zone)), local_times, st.sampled_from(ZONES)
)
delays = st.timedeltas(-10 * DAY, 12 * DAY) | st.integers(-10, 10).map(lambda days: days * DAY)
extensions = st.none() | st.builds(
    lambda due, delay: Extension(until=due_instant(due) + delay, reason="ill"), dues, delays
)


def at(delay: timedelta) -> datetime:
    return due_instant(DUE) + delay


@pytest.mark.parametrize(
    ("delay", "status", "factor"),
    [(-MICROSECOND, "on_time", 1), (timedelta(), "on_time", 1), (MICROSECOND, "rejected", 0)],
)
def test_a_strict_deadline_includes_its_due_time_and_nothing_after_it(delay, status, factor):
    verdict = judge(STRICT, DUE, at(delay))
    assert (verdict.status, verdict.factor) == (status, factor)


@pytest.mark.parametrize(
    ("delay", "status"), [(15 * 60, "on_time"), (15 * 60 + 0.000001, "rejected"), (0.5, "on_time")]
)
def test_the_grace_period_forgives_up_to_and_including_its_end(delay, status):
    verdict = judge(DeadlinePolicy(grace_minutes=15), DUE, at(timedelta(seconds=delay)))
    assert verdict.status == status
    assert verdict.late_seconds == delay


@pytest.mark.parametrize(
    ("per", "delay", "factor"),
    [
        ("hour", MICROSECOND, 0.9),
        ("hour", HOUR, 0.9),
        ("hour", HOUR + MICROSECOND, 0.8),
        ("day", DAY, 0.9),
        ("day", DAY + MICROSECOND, 0.8),
        ("day", 6 * DAY, 0.5),  # the cap
        ("day", 7 * DAY, 0.5),
    ],
)
def test_a_penalty_is_taken_for_every_started_period_up_to_the_cap(per, delay, factor):
    policy = DeadlinePolicy(kind="penalty", penalty_per=per, penalty_cap_percent=50)
    verdict = judge(policy, DUE, at(delay))
    assert (verdict.status, verdict.factor, verdict.late_days_used) == ("late", factor, 0)


def test_nothing_is_accepted_after_the_cut_off_whatever_late_days_are_left():
    policy = DeadlinePolicy(kind="penalty", cutoff_hours=48, late_days=9)
    assert judge(policy, DUE, at(48 * HOUR), late_days_left=9).status == "late"
    verdict = judge(policy, DUE, at(48 * HOUR + MICROSECOND), late_days_left=9)
    assert (verdict.status, verdict.factor, verdict.late_days_used) == ("rejected", 0, 0)


@pytest.mark.parametrize(
    ("delay", "left", "used", "status"),
    [
        (timedelta(), 3, 0, "on_time"),
        (MICROSECOND, 3, 1, "late"),
        (DAY, 3, 1, "late"),
        (DAY + MICROSECOND, 3, 2, "late"),
        (3 * DAY, 3, 3, "late"),
        (3 * DAY + MICROSECOND, 3, 0, "rejected"),
        (MICROSECOND, 0, 0, "rejected"),
        (MICROSECOND, -2, 0, "rejected"),
    ],
)
def test_late_days_are_spent_whole_and_never_on_a_submission_that_is_rejected(delay, left, used, status):
    verdict = judge(DeadlinePolicy(late_days=5), DUE, at(delay), late_days_left=left)
    assert (verdict.late_days_used, verdict.status) == (used, status)
    assert verdict.factor == (0 if status == "rejected" else 1)


def test_after_the_late_days_the_penalty_applies_to_the_rest():
    policy = DeadlinePolicy(kind="penalty", late_days=5)
    verdict = judge(policy, DUE, at(3 * DAY), late_days_left=2)
    assert (verdict.late_days_used, verdict.factor) == (2, 0.9)
    assert "This uses 2 late days; 10 % of the points are lost for the rest" in verdict.message


def test_an_assignment_may_allow_fewer_late_days_than_are_left():
    assert judge(DeadlinePolicy(late_days=1), DUE, at(2 * DAY), late_days_left=5).status == "rejected"


def test_late_days_are_not_spent_where_the_cap_makes_them_useless():
    policy = DeadlinePolicy(kind="penalty", penalty_percent=50, penalty_cap_percent=50, late_days=2)
    verdict = judge(policy, DUE, at(9 * DAY), late_days_left=2)
    assert (verdict.late_days_used, verdict.factor) == (0, 0.5)


def test_an_extension_moves_the_due_time_and_is_named_in_the_message():
    extension = Extension(until=DUE + DAY, reason="ill with a note")
    verdict = judge(STRICT, DUE, at(DAY), extension=extension)
    assert verdict.status == "on_time"
    assert (verdict.due, verdict.extension_until) == (due_instant(DUE), due_instant(DUE + DAY))
    assert verdict.extension_reason == "ill with a note"
    assert verdict.message == (
        "On time: received 2026-10-03 23:59 CEST, due 2026-10-03 23:59 CEST with your extension."
    )
    assert judge(STRICT, DUE, at(DAY + MICROSECOND), extension=extension).status == "rejected"


def test_an_extension_that_ends_before_the_due_time_takes_nothing_away():
    early = Extension(until=DUE - 3 * DAY, reason="typing error")
    verdict = judge(STRICT, DUE, at(timedelta()), extension=early)
    assert verdict.status == "on_time"
    assert "extension" not in verdict.message


def test_no_trustworthy_time_is_flagged_and_its_points_wait_for_a_person():
    verdict = judge(DeadlinePolicy(kind="penalty", late_days=3), DUE, None, late_days_left=3)
    assert (verdict.status, verdict.factor, verdict.received_at) == ("flagged", 0, None)
    assert final_score(20, verdict) == 0
    assert verdict.message == (
        "There is no trustworthy time of receipt: due 2026-10-02 23:59 CEST. "
        "The points count only once a person has decided."
    )


@pytest.mark.parametrize(
    ("policy", "delay", "message"),
    [
        (STRICT, -HOUR, "On time: received 2026-10-02 22:59 CEST, due 2026-10-02 23:59 CEST."),
        (
            STRICT,
            timedelta(minutes=3),
            "Too late by 3 minutes: received 2026-10-03 00:02 CEST, due 2026-10-02 23:59 CEST. "
            "The deadline is strict. It gives no points.",
        ),
        (
            STRICT,
            MICROSECOND,
            "Too late by less than a second: received 2026-10-02 23:59 CEST, due 2026-10-02 23:59 CEST. "
            "The deadline is strict. It gives no points.",
        ),
        (
            DeadlinePolicy(grace_minutes=15),
            timedelta(seconds=61),
            "On time: received 2026-10-03 00:00:01 CEST, due 2026-10-02 23:59 CEST. "
            "The grace period of 15 minutes allows being late by 1 minute 1 second.",
        ),
        (
            DeadlinePolicy(kind="penalty", cutoff_hours=1),
            2 * HOUR,
            "Too late by 2 hours: received 2026-10-03 01:59 CEST, due 2026-10-02 23:59 CEST. "
            "Nothing is accepted more than 1 hour after the due time. It gives no points.",
        ),
        (
            DeadlinePolicy(kind="penalty", penalty_cap_percent=30),
            DAY + HOUR,
            "Late by 1 day 1 hour: received 2026-10-04 00:59 CEST, due 2026-10-02 23:59 CEST. "
            "20 % of the points are lost (10 % per started day, at most 30 %).",
        ),
    ],
)
def test_the_message_is_a_sentence_with_local_times(policy, delay, message):
    assert judge(policy, DUE, at(delay)).message == message


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        judge(STRICT, datetime(2026, 10, 2), datetime(2026, 10, 2, tzinfo=UTC))
    with pytest.raises(ValueError, match="without an offset"):
        judge(STRICT, DUE, datetime(2026, 10, 2))


def test_an_absurd_year_is_refused_instead_of_overflowing():
    with pytest.raises(ValueError, match="year 9999"):
        judge(STRICT, DUE, datetime.max.replace(tzinfo=ZoneInfo("America/New_York")))


@pytest.mark.parametrize("field", ["penalty_percent", "penalty_per", "penalty_cap_percent"])
def test_a_penalty_in_a_strict_policy_is_refused_because_it_would_do_nothing(field):
    with pytest.raises(ValidationError, match=f"{field} has no effect"):
        DeadlinePolicy(**{field: "hour" if field == "penalty_per" else 25})


def test_a_cut_off_inside_the_grace_period_is_refused():
    with pytest.raises(ValidationError, match="cutoff_hours ends before"):
        DeadlinePolicy(grace_minutes=90, cutoff_hours=1)


@given(policies)
def test_a_policy_survives_being_written_down_and_read_again(policy):
    assert DeadlinePolicy.model_validate(policy.model_dump()) == policy


@given(policies, dues, delays, delays, extensions, st.integers(0, 8))
def test_coming_later_never_scores_more(policy, due, one, other, extension, left):
    start = due_instant(due)
    early, late = (
        judge(policy, due, start + delay, extension=extension, late_days_left=left)
        for delay in sorted((one, other))
    )
    assert early.factor >= late.factor
    order = ["on_time", "late", "rejected"]
    assert order.index(early.status) <= order.index(late.status)


@given(policies, dues, delays, extensions, st.integers(0, 8))
def test_every_verdict_keeps_its_promises(policy, due, delay, extension, left):
    received = due_instant(due) + delay
    verdict = judge(policy, due, received, extension=extension, late_days_left=left)
    deadline = max(due_instant(due), extension.until if extension else due_instant(due))
    late = max(received - deadline, timedelta())
    assert verdict.received_at == received and verdict.received_at.utcoffset() == timedelta()
    assert verdict.late_seconds == late.total_seconds()
    assert (verdict.status == "on_time") == (late <= policy.grace)
    assert verdict.late_days_used <= min(left, policy.late_days)
    assert verdict.late_days_used == 0 or verdict.status == "late"
    if verdict.status == "on_time":
        assert verdict.factor == 1
    if verdict.status == "rejected":
        assert verdict.factor == 0
    if verdict.status == "late":
        lost = 100 * (1 - verdict.factor)
        assert lost <= policy.penalty_cap_percent + 1e-9
        assert policy.kind == "penalty" or verdict.late_days_used * DAY + policy.grace >= late


@given(policies, dues, delays, st.integers(0, 8), st.timedeltas(timedelta(), 5 * DAY))
def test_an_extension_or_more_late_days_never_make_it_worse(policy, due, delay, left, longer):
    received = due_instant(due) + delay
    plain = judge(policy, due, received, late_days_left=left)
    extension = Extension(until=due_instant(due) + longer, reason="ill")
    assert judge(policy, due, received, extension=extension, late_days_left=left).factor >= plain.factor
    assert judge(policy, due, received, late_days_left=left + 1).factor >= plain.factor


@given(policies, dues, delays, st.sampled_from(ZONES))
def test_the_zone_of_the_receipt_does_not_matter(policy, due, delay, zone):
    received = due_instant(due) + delay
    assert judge(policy, due, received.astimezone(ZoneInfo(zone))) == judge(policy, due, received)


@given(dues)
def test_the_message_shows_the_zone_as_people_write_it(due):
    shown = local_time(due_instant(due), due.tzinfo).split(" ")[-1]
    assert shown.isalpha() or shown.startswith(("UTC+", "UTC-"))


@pytest.mark.parametrize(
    ("length", "shown"),
    [
        (timedelta(microseconds=999_999), "less than a second"),
        (timedelta(seconds=1), "1 second"),
        (timedelta(hours=2, seconds=5), "2 hours 5 seconds"),
        (timedelta(days=3, hours=1, minutes=59), "3 days 1 hour"),
    ],
)
def test_a_duration_is_shown_in_its_two_largest_units(length, shown):
    assert duration(length) == shown


@pytest.mark.parametrize(
    ("points", "status", "approved"),
    [
        (10, "on_time", True),
        (9.99, "on_time", False),
        (sum([0.1] * 100), "late", True),  # 9.99999999999998 by floating point
        (20, "flagged", None),
        (20, "rejected", False),
    ],
)
def test_approval_needs_the_pass_mark_and_a_time_that_counts(points, status, approved):
    assert approval(points, 20, 50, status) is approved


def test_a_rejected_submission_is_not_approved_even_with_a_pass_mark_of_zero():
    assert approval(0, 20, 0, "rejected") is False
    assert approval(0, 20, 0, "on_time") is True


def test_only_earlier_weeks_spend_late_days():
    used = {"w01_a": 2, "w03_c": 1, "w10_j": 1}
    assert [late_days_left(3, used, name) for name in ("w01_a", "w02_b", "w03_c", "w09_i", "w11_k")] == [
        3,
        1,
        1,
        0,
        0,
    ]


@given(st.lists(delays, min_size=1, max_size=8), st.integers(0, 6))
def test_grading_the_weeks_in_order_gives_the_same_however_often_it_runs(weeks, budget):
    policy = DeadlinePolicy(kind="penalty", late_days=budget)
    names = [f"w{week:02}_x" for week in range(len(weeks))]

    def grade_all(used):
        for name, delay in zip(names, weeks, strict=True):
            left = late_days_left(budget, used, name)
            used = {**used, name: judge(policy, DUE, at(delay), late_days_left=left).late_days_used}
        return used

    first = grade_all({})
    assert grade_all(first) == first
    assert sum(first.values()) <= budget
