"""Extensions: a later due time for one student and one assignment, granted by a person for a reason.

They are kept in `extensions.jsonl` in the course folder, beside `assignments/` and never below it: reasons
are private, and nothing there is ever part of a release.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from autograder.course import Assignment, Course
from autograder.deadlines import Extension, due_instant, instant, local_time
from autograder.errors import SubmissionError
from autograder.jsonlines import append_record, read_records
from autograder.names import ShortText, StudentId, short_text, student_id

FILE = "extensions.jsonl"
Checked = TypeVar("Checked")


def _moment(value: Any) -> datetime:
    """A date and time in ISO 8601, with or without an offset."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or "T" not in value.upper().replace(" ", "T"):
        raise ValueError("write date and time, as in 2026-10-05T23:59")
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("not a time in ISO 8601 such as 2026-10-05T23:59") from None


class GrantedExtension(BaseModel):
    """One line of `extensions.jsonl`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    assignment: str
    student: StudentId
    until: Annotated[datetime, BeforeValidator(_moment)] = Field(
        description="ISO 8601; without an offset it is wall-clock time in the course's zone"
    )
    reason: ShortText
    granted_by: ShortText | None = None
    granted_at: Annotated[datetime, BeforeValidator(_moment)] | None = None


def grant(
    course: Course,
    assignment: Assignment,
    student: str,
    until: str | datetime,
    reason: str,
    *,
    granted_at: datetime,
    granted_by: str | None = None,
) -> GrantedExtension:
    """Append an extension. A later one for the same student and assignment takes the place of earlier ones.

    Args:
        until: ISO 8601 or a datetime; without an offset it is wall-clock time in the course's zone.
        granted_at: aware, for the record.

    Raises:
        SubmissionError: the student's id, the time or the reason cannot be used, the time is not after
            the due time, or the file cannot be written.
    """
    zone = ZoneInfo(course.settings.timezone)
    end = _checked("until", lambda: due_instant(_in_zone(_moment(until), zone)))
    due = due_instant(assignment.due)
    if end <= due:
        raise SubmissionError(
            f"until: {local_time(end, zone)} is not after the due time of {assignment.name}, "
            f"{local_time(due, zone)}",
            remedy=f"To withdraw an extension, delete its line from {path_of(course)}.",
        )
    record = GrantedExtension(
        assignment=assignment.name,
        student=_checked("student", lambda: student_id(student)),
        until=end.astimezone(zone),
        reason=_checked("reason", lambda: short_text(reason)),
        granted_by=_checked("granted_by", lambda: short_text(granted_by)) if granted_by else None,
        granted_at=instant(granted_at).replace(microsecond=0),
    )
    append_record(path_of(course), record)
    return record


def load_extensions(course: Course) -> dict[tuple[str, str], Extension]:
    """(student, assignment) → the extension that counts: the last one granted. Empty without a file.

    Raises:
        SubmissionError: the file cannot be read, or a line of it is wrong (names the line).
    """
    path = path_of(course)
    if not path.exists():
        return {}
    zone = ZoneInfo(course.settings.timezone)
    known = set(course.assignment_names())
    extensions = {}
    for line, granted in read_records(path, GrantedExtension):
        if granted.assignment not in known:
            raise SubmissionError(
                f"{path}, line {line}: there is no assignment {granted.assignment!r}",
                remedy=f"Assignments here: {', '.join(sorted(known)) or 'none yet'}.",
            )
        until = _until(path, line, granted, zone)
        extensions[granted.student, granted.assignment] = Extension(until=until, reason=granted.reason)
    return extensions


def path_of(course: Course) -> Path:
    return course.root / FILE


def _until(path: Path, line: int, granted: GrantedExtension, zone: ZoneInfo) -> datetime:
    try:
        return due_instant(_in_zone(granted.until, zone))
    except ValueError as error:
        raise SubmissionError(f"{path}, line {line}: until: {error}") from None


def _in_zone(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment


def _checked(field: str, check: Callable[[], Checked]) -> Checked:
    try:
        return check()
    except ValueError as error:
        raise SubmissionError(f"{field}: {error}") from None
