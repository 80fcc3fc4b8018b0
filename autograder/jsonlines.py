"""One record per line of JSON: read with errors that name the line and the field, appended whole."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from autograder.errors import SubmissionError
from autograder.names import printable

Record = TypeVar("Record", bound=BaseModel)


def read_records(path: Path, model: type[Record]) -> list[tuple[int, Record]]:
    """Every record with its line number, counted from 1. Blank lines are allowed.

    Raises:
        SubmissionError: the file cannot be read, or a line is not a valid record. It names the first such
            line and says how many more there are.
    """
    records, problems = [], []
    for number, line in enumerate(_text(path).split("\n"), start=1):
        if line.strip():
            try:
                records.append((number, model.model_validate(_object(line))))
            except ValidationError as error:
                problems.append((number, _complaint(error, model)))
            except ValueError as error:
                problems.append((number, str(error)))
    if problems:
        number, problem = problems[0]
        more = f" ({len(problems) - 1} more lines are wrong too)" if len(problems) > 1 else ""
        raise SubmissionError(
            f"{path}, line {number}: {problem}{more}",
            remedy=f"Each line is one JSON object with: {_fields(model)}.",
        )
    return records


def append_record(path: Path, record: BaseModel) -> None:
    """Add one line and wait until it is on the disk; other writers wait meanwhile.

    Raises:
        SubmissionError: the file cannot be written.
    """
    line = (record.model_dump_json(exclude_none=True) + "\n").encode()
    try:
        with path.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.write(line if _ends_a_line(file.fileno()) else b"\n" + line)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise SubmissionError(f"{path}: cannot be written: {error.strerror}") from None


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise SubmissionError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise SubmissionError(
            f"{path}: not UTF-8 text (byte {error.start})", remedy="Save the file as UTF-8."
        ) from None


def _object(line: str) -> dict[str, Any]:
    try:
        data = json.loads(line, object_pairs_hook=_without_duplicates)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} at column {error.colno}") from None
    except RecursionError:
        raise ValueError("not JSON: nested too deeply") from None
    if not isinstance(data, dict):
        raise ValueError("not a JSON object")
    return data


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        raise ValueError("a key is given twice")
    return data


def _complaint(error: ValidationError, model: type[BaseModel]) -> str:
    first = error.errors()[0]
    field = printable(".".join(str(part) for part in first["loc"]))[:80]
    if first["type"] == "missing":
        return f"{field} is missing"
    if first["type"] == "extra_forbidden":
        return f"{field} is not a known key"
    came = ascii(first.get("input"))
    return f"{field}: {first['msg'].removeprefix('Value error, ')} (came: {came[:80]})"


def _fields(model: type[BaseModel]) -> str:
    return ", ".join(
        name if field.is_required() else f"{name} (optional)" for name, field in model.model_fields.items()
    )


def _ends_a_line(descriptor: int) -> bool:
    size = os.fstat(descriptor).st_size
    return size == 0 or os.pread(descriptor, 1, size - 1) == b"\n"
