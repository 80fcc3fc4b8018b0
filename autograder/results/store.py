"""Where results lie on disk, and how they get there whole or not at all.

OUT belongs to one assignment; grading it again into the same OUT replaces what changed:

    OUT/<student>/report.json      the report
    OUT/<student>/executed.ipynb   the notebook as it ran
    OUT/<student>/feedback.html    for the student
    OUT/grades.csv, OUT/gradebook.db, OUT/class_report.html
    OUT/nbgrader/                  a course folder for nbgrader's formgrader

One grader at a time writes to an OUT.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from pydantic import ValidationError

from autograder.course import Course
from autograder.errors import OutputError, SubmissionError
from autograder.names import student_id
from autograder.report import SCHEMA_VERSION, Report

REPORT = "report.json"
EXECUTED = "executed.ipynb"
FEEDBACK = "feedback.html"
GRADES = "grades.csv"
GRADEBOOK = "gradebook.db"
CLASS_REPORT = "class_report.html"
NBGRADER = "nbgrader"

PARTIAL = ".partial"


def default_out(course: Course, assignment: str) -> Path:
    """Where an assignment's results go unless told otherwise: `<course>/out/<assignment>`."""
    return course.root / "out" / assignment


def gradebook_url(out: Path) -> str:
    """The gradebook used when no other is named: SQLite in OUT."""
    return f"sqlite:///{out.resolve() / GRADEBOOK}"


def prepare(out: Path) -> None:
    """Make the folder OUT and clear what an interrupted grader left half-written in it."""
    out.mkdir(parents=True, exist_ok=True)
    for path in out.rglob(f".*{PARTIAL}"):
        path.unlink(missing_ok=True)


def student_folder(out: Path, student: str) -> Path:
    """The folder of one student's results.

    Raises:
        SubmissionError: the student's id cannot be the name of a folder in OUT.
    """
    try:
        name = student_id(student)
    except ValueError as error:
        raise SubmissionError(
            f"student {student!r}: {error}",
            remedy="Results are kept in a folder of that name; rename the submission.",
        ) from None
    return out / name


def write_report(out: Path, report: Report, executed: nbformat.NotebookNode | None = None) -> Path:
    """Write one student's report and the notebook as it ran; returns the path of the report.

    The report comes last, so that where there is a report its notebook is there too. Neither waits for the
    disk: after a power cut both are put together again from the examinations, which do.

    Raises:
        SubmissionError: the student's id cannot be the name of a folder.
    """
    folder = student_folder(out, report.student)
    folder.mkdir(parents=True, exist_ok=True)
    if executed is None:
        (folder / EXECUTED).unlink(missing_ok=True)
    else:
        write_atomically(folder / EXECUTED, notebook_bytes(executed), flush=False)
    content = json.dumps(report.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n"
    write_atomically(folder / REPORT, content.encode("utf-8"), flush=False)
    return folder / REPORT


def read_report(path: Path) -> Report:
    """Read one report.

    Raises:
        SubmissionError: the file cannot be read, is not a report, or is one of another version.
    """
    data = _read_json(path)
    version = data.get("schema_version") if isinstance(data, dict) else None
    if version != SCHEMA_VERSION:
        raise SubmissionError(
            f"{path}: schema_version: this is not a report of version {SCHEMA_VERSION} (came: {version!r})",
            remedy="Delete the file and grade the submission again, or use the autograder that wrote it.",
        )
    try:
        return Report.model_validate_json(json.dumps(data))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise SubmissionError(
            f"{path}: {field}: {first['msg']}",
            remedy="Delete the file and grade the submission again.",
        ) from None


def read_reports(out: Path) -> list[Report]:
    """All reports in OUT, sorted by student.

    Raises:
        SubmissionError: one of them cannot be read.
    """
    reports = [read_report(path) for path in sorted(out.glob(f"*/{REPORT}"))]
    return sorted(reports, key=lambda report: report.student)


def read_executed(out: Path, student: str) -> nbformat.NotebookNode | None:
    """The notebook as it ran; None where there was nothing to run.

    Raises:
        SubmissionError: the file is not a notebook.
    """
    path = student_folder(out, student) / EXECUTED
    if not path.exists():
        return None
    data = _read_json(path)
    if not isinstance(data, dict) or not isinstance(data.get("cells"), list):
        raise SubmissionError(
            f"{path}: cells: not a notebook", remedy="Delete the file and grade the submission again."
        )
    return nbformat.from_dict(data)


def notebook_bytes(notebook: nbformat.NotebookNode) -> bytes:
    """A notebook as JSON, with the same bytes for the same content whatever a student put into it."""
    return (json.dumps(notebook, indent=1, sort_keys=True) + "\n").encode("ascii")


def write_atomically(path: Path, content: bytes, *, flush: bool = True) -> None:
    """Write a file so that it is there in full or not at all: a temporary file beside it, then a rename.

    Args:
        flush: wait until it is on the disk, so that this holds after a power cut, too.

    Raises:
        OutputError: it cannot be written there.
    """
    try:
        _write_atomically(path, content, flush)
    except OSError as error:
        raise OutputError.of(error, path) from None


def write_if_different(path: Path, content: bytes) -> None:
    """Write a file as `write_atomically` does, unless it holds the very same already.

    Raises:
        OutputError: it cannot be written there.
    """
    try:
        is_same = path.stat().st_size == len(content) and path.read_bytes() == content
    except OSError:
        is_same = False
    if not is_same:
        write_atomically(path, content)


def _write_atomically(path: Path, content: bytes, flush: bool) -> None:
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", suffix=PARTIAL, dir=path.parent)
    partial = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            if flush:
                file.flush()
                os.fsync(file.fileno())
        partial.chmod(0o644)
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    if flush:
        _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    """Make the rename survive a power cut, where the system can flush a folder."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _read_json(path: Path) -> Any:
    again = "Delete the file and grade the submission again."
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise SubmissionError(f"{path}: cannot be read: {error.strerror}", remedy=again) from None
    except (ValueError, RecursionError) as error:
        raise SubmissionError(f"{path}: not valid JSON: {error}", remedy=again) from None
