"""From what a test raised to a result: outcome, a sentence for the student, details for the instructor."""

from __future__ import annotations

import traceback
from pathlib import Path
from types import TracebackType

import pytest

from autograder.examiner.standins import NameProblem, NoAnswer, StudentError, builtin_of
from autograder.report import Outcome, TestInfo, TestResult

NO_HINT = "The answer is not what it should be."
DETAIL_CHARACTERS = 4000


def judge(info: TestInfo, error: BaseException | None, folder: Path) -> TestResult:
    """Return the result of a test that raised `error`, or nothing.

    Args:
        info: the test.
        error: what it raised, if anything.
        folder: the assignment's folder; only assertions written there may speak to students.
    """
    if error is None:
        return TestResult(**info.model_dump(), outcome="passed")
    outcome, message = _verdict(info, error, folder)
    return TestResult(**info.model_dump(), outcome=outcome, message=message, details=_details(error))


def _verdict(info: TestInfo, error: BaseException, folder: Path) -> tuple[Outcome, str]:
    if isinstance(error, NameProblem):
        error = error.answer
    if isinstance(error, NoAnswer):
        said = f": {error.said}." if error.said and info.public else "."
        return error.outcome, error.message.removesuffix(".") + said
    if isinstance(error, StudentError):
        return "exception", f"`{error.label}` raised {_what(error, info.public)}."
    if isinstance(error, AssertionError | pytest.fail.Exception):
        return "failed", _hint(info, error, folder)
    if isinstance(error, KeyboardInterrupt):
        raise error
    reason = f": {type(error).__name__}: {error}" if info.public else f" ({type(error).__name__})"
    return "unusable", f"The test could not work with your answer{reason}."


def _what(error: StudentError, public: bool) -> str:
    """What the student's code raised; its own words, which may hold a hidden test's input, in public only."""
    if not public:
        return builtin_of(error) or "an error"
    return f"{error.kind}: {error.message}" if error.message else error.kind


def _hint(info: TestInfo, error: BaseException, folder: Path) -> str:
    """The assertion's own message. One that a library made shows expected values: public tests only."""
    text = str(error).strip()
    own = _raised_in(error.__traceback__).is_relative_to(folder) or isinstance(error, pytest.fail.Exception)
    return text if text and (own or info.public) else NO_HINT


def _raised_in(trace: TracebackType | None) -> Path:
    last = Path()
    while trace is not None:
        last = Path(trace.tb_frame.f_code.co_filename)
        trace = trace.tb_next
    return last


def _details(error: BaseException) -> str:
    lines = "".join(traceback.format_exception(error, limit=-4)).strip()
    if isinstance(error, StudentError) and error.traceback:
        lines = f"{lines}\n\nInside the sandbox:\n{error.traceback}"
    return lines[-DETAIL_CHARACTERS:]
