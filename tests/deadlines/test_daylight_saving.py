"""Due times on days when clocks change, and far from UTC."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.deadlines import DeadlinePolicy, due_instant, judge, local_time

ZONES = [
    "Europe/Oslo",
    "Europe/Dublin",
    "America/New_York",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Kiritimati",
]


@pytest.mark.parametrize(
    ("zone", "local", "utc", "shown"),
    [
        ("Europe/Oslo", "2026-03-29T02:30", "2026-03-29T01:30", "2026-03-29 03:30 CEST"),
        ("Europe/Oslo", "2026-03-29T02:00", "2026-03-29T01:00", "2026-03-29 03:00 CEST"),
        ("Europe/Oslo", "2026-03-29T01:59", "2026-03-29T00:59", "2026-03-29 01:59 CET"),
        ("Europe/Oslo", "2026-10-25T02:30", "2026-10-25T01:30", "2026-10-25 02:30 CET"),
        ("Europe/Oslo", "2026-10-25T03:00", "2026-10-25T02:00", "2026-10-25 03:00 CET"),
        ("Europe/Dublin", "2026-10-25T01:30", "2026-10-25T01:30", "2026-10-25 01:30 GMT"),
        ("America/New_York", "2026-03-08T02:30", "2026-03-08T07:30", "2026-03-08 03:30 EDT"),
        ("America/St_Johns", "2026-11-01T01:30", "2026-11-01T05:00", "2026-11-01 01:30 NST"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:45", "2026-10-04 02:45 UTC+11:00"),
        ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T15:15", "2026-04-05 01:45 UTC+10:30"),
        ("Pacific/Apia", "2011-12-30T23:59", "2011-12-31T09:59", "2011-12-31 23:59 UTC+14:00"),
        ("Asia/Kathmandu", "2026-07-01T00:00", "2026-06-30T18:15", "2026-07-01 00:00 UTC+05:45"),
        ("Pacific/Kiritimati", "2028-02-29T23:59", "2028-02-29T09:59", "2028-02-29 23:59 UTC+14:00"),
    ],
)
def test_a_due_time_that_clocks_leave_out_or_repeat_is_read_in_the_students_favour(zone, local, utc, shown):
    due = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone))
    expected = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert due_instant(due) == expected
    assert local_time(expected, due.tzinfo) == shown
    strict = DeadlinePolicy()
    assert judge(strict, due, expected).status == "on_time"
    assert judge(strict, due, expected + timedelta(microseconds=1)).status == "rejected"


def test_both_of_two_equal_wall_clock_times_are_on_time_when_the_due_time_happens_twice():
    due = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Oslo"))
    first, second = due.replace(fold=0), due.replace(fold=1)
    assert judge(DeadlinePolicy(), due, first).status == "on_time"
    assert judge(DeadlinePolicy(), due, second).status == "on_time"
    assert judge(DeadlinePolicy(), due, first).received_at < judge(DeadlinePolicy(), due, second).received_at


def test_a_receipt_is_compared_as_an_instant_and_not_by_its_wall_clock():
    """In the hour that happens twice, 02:10 of the second round is later than 02:50 of the first."""
    oslo = ZoneInfo("Europe/Oslo")
    due = datetime.fromisoformat("2026-10-25T02:50:00+02:00")
    received = datetime(2026, 10, 25, 2, 10, tzinfo=oslo, fold=1)
    assert judge(DeadlinePolicy(), due, received).status == "rejected"


def test_a_late_day_is_24_hours_also_across_a_change_of_the_clocks():
    due = datetime(2026, 10, 24, 23, 59, tzinfo=ZoneInfo("Europe/Oslo"))
    policy = DeadlinePolicy(late_days=2)
    at_22_59_next_day = datetime(2026, 10, 25, 22, 59, tzinfo=ZoneInfo("Europe/Oslo"))
    assert judge(policy, due, at_22_59_next_day, late_days_left=2).late_days_used == 1
    one_minute_later = at_22_59_next_day + timedelta(minutes=1)
    assert judge(policy, due, one_minute_later, late_days_left=2).late_days_used == 2


@given(st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)), st.sampled_from(ZONES))
def test_a_due_time_that_exists_once_means_exactly_itself(local, zone):
    due = local.replace(tzinfo=ZoneInfo(zone))
    instant = due_instant(due)
    readings = {due.replace(fold=fold).astimezone(UTC) for fold in (0, 1)}
    assert instant in readings
    if len(readings) == 1:
        assert instant.astimezone(due.tzinfo).replace(tzinfo=None) == local
    else:
        assert instant.astimezone(due.tzinfo).replace(tzinfo=None) >= local


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)),
    st.timedeltas(timedelta(), timedelta(days=2)),
    st.sampled_from(["Europe/Oslo", "America/St_Johns", "Asia/Kathmandu", "Pacific/Kiritimati"]),
)
def test_a_later_wall_clock_due_time_is_at_most_one_shift_of_the_clocks_earlier(local, longer, zone):
    """Moving forward out of a gap may overtake a due time right after it, by less than the gap."""
    first, second = (due_instant(each.replace(tzinfo=ZoneInfo(zone))) for each in (local, local + longer))
    assert second - first > -timedelta(hours=1)
