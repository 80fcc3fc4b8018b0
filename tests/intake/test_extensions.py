"""Extensions: granting, the last one counts, and errors with line numbers."""

import json
from datetime import UTC, datetime

import pytest

from autograder.deadlines import due_instant
from autograder.errors import SubmissionError
from autograder.extensions import grant, load_extensions, path_of

NOW = datetime(2026, 9, 30, 12, 0, 0, 123456, tzinfo=UTC)
LINE = {"assignment": "w01_corner_filter", "student": "kari", "until": "2026-10-05T23:59", "reason": "ill"}


def write(course, *lines):
    path_of(course).write_text("".join(json.dumps(line) + "\n" for line in lines))


def test_without_a_file_nobody_has_an_extension(course):
    assert load_extensions(course) == {}


@pytest.mark.parametrize(
    "until",
    [
        "2026-10-05T23:59",
        "2026-10-05 23:59",
        "2026-10-05T23:59+02:00",
        "2026-10-05T21:59Z",
        datetime(2026, 10, 5, 23, 59),
    ],
)
def test_a_granted_extension_is_read_back(course, assignment, until):
    granted = grant(course, assignment, "kari", until, " ill ", granted_at=NOW, granted_by="the lecturer")
    extension = load_extensions(course)["kari", assignment.name]
    assert extension.until == granted.until == datetime(2026, 10, 5, 21, 59, tzinfo=UTC)
    assert extension.reason == "ill"
    assert json.loads(path_of(course).read_text()) == {
        "assignment": "w01_corner_filter",
        "student": "kari",
        "until": "2026-10-05T23:59:00+02:00",
        "reason": "ill",
        "granted_by": "the lecturer",
        "granted_at": "2026-09-30T12:00:00Z",
    }


def test_an_extension_into_the_hour_that_is_left_out_ends_after_it(course, assignment):
    granted = grant(course, assignment, "kari", "2027-03-28T02:30", "ill", granted_at=NOW)
    assert granted.until.isoformat() == "2027-03-28T03:30:00+02:00"


def test_the_file_lies_outside_everything_that_is_released(course):
    assert path_of(course).parent == course.root
    assert course.release not in path_of(course).parents


def test_the_last_extension_for_a_student_and_assignment_counts(course, assignment):
    grant(course, assignment, "kari", "2026-10-09T12:00", "ill", granted_at=NOW)
    grant(course, assignment, "ola", "2026-10-20T12:00", "travel", granted_at=NOW)
    grant(course, assignment, "kari", "2026-10-04T12:00", "typing error", granted_at=NOW)
    extensions = load_extensions(course)
    assert extensions["kari", assignment.name].reason == "typing error"
    assert extensions["ola", assignment.name].reason == "travel"
    assert ("kari", "w02_other") not in extensions


def test_a_line_written_by_hand_is_in_the_courses_zone(course):
    write(course, LINE)
    until = load_extensions(course)["kari", "w01_corner_filter"].until
    assert due_instant(until) == datetime(2026, 10, 5, 21, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("../kari", "2026-10-05T23:59", "ill"), "student: a student's id must not contain '/'"),
        (("", "2026-10-05T23:59", "ill"), "student: a student's id must not be empty"),
        (("kari", "2026-10-05", "ill"), "until: write date and time"),
        (("kari", "next Tuesday", "ill"), "until: not a time in ISO 8601"),
        (("kari", "9999-12-31T23:59", "ill"), "until: the year 9999"),
        (("kari", "2026-10-05T23:59", "  "), "reason: must not be empty"),
        (("kari", "2026-10-05T23:59", "ill\x1b[2J"), "reason: must be one line"),
        (
            ("kari", "2026-10-02T23:59", "ill"),
            "is not after the due time of w01_corner_filter, 2026-10-02 23:59 CEST",
        ),
    ],
)
def test_what_cannot_be_granted_is_refused_and_nothing_is_written(course, assignment, arguments, complaint):
    with pytest.raises(SubmissionError) as error:
        grant(course, assignment, *arguments, granted_at=NOW)
    assert complaint in str(error.value)
    assert not path_of(course).exists()


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ({**LINE, "assignment": "w01_corner"}, "there is no assignment 'w01_corner'"),
        ({**LINE, "until": "2026-10-05"}, "until: write date and time"),
        ({**LINE, "until": "9999-10-05T10:00"}, "until: the year 9999"),
        ({**LINE, "untill": "x"}, "untill is not a known key"),
        ({key: value for key, value in LINE.items() if key != "reason"}, "reason is missing"),
    ],
)
def test_a_wrong_line_is_refused_with_its_number(course, line, complaint):
    write(course, LINE, line)
    with pytest.raises(SubmissionError) as error:
        load_extensions(course)
    assert f"{path_of(course)}, line 2: " in str(error.value)
    assert complaint in str(error.value)
