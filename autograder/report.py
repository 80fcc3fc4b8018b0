"""The report: everything that grading one submission found out, as data with a versioned schema.

A report is the only thing that gradebook, feedback and class report are made from.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

SCHEMA_VERSION: Literal[1] = 1

Outcome = Literal[
    "passed",
    "failed",  # an assertion of the test did not hold
    "unanswered",  # the question is still as it was handed out
    "missing",  # the notebook does not define a name that the test asks for
    "exception",  # the student's code raised
    "timeout",  # the student's code took too long
    "memory",  # the student's code used too much memory
    "died",  # the student's process ended
    "unusable",  # the answer is not of a kind the test can work with, or cannot be carried
    "not_run",  # there was nothing to ask (unreadable notebook, second crash)
]

RunStatus = Literal[
    "completed",
    "timeout",
    "memory",
    "died",
    "unreadable",
    "lost",  # the sandbox was lost every time, by whatever: a person must look
]

TimeSource = Literal["receipt", "extension", "none"]
DeadlineStatus = Literal["on_time", "late", "rejected", "flagged"]


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TestInfo(Closed):
    """What is known of a test before anything ran."""

    __test__ = False

    id: str = Field(description="as pytest names it: test_hidden.py::test_name[parameters]")
    question: str
    title: str = Field(description="first line of the docstring, written for students")
    points: float
    public: bool


class TestResult(TestInfo):
    """What one test said of one submission."""

    outcome: Outcome
    message: str = Field(default="", description="for the student; gives away nothing of a hidden test")
    details: str = Field(default="", description="for the instructor: the whole error")
    seconds: float = 0.0

    @property
    def earned(self) -> float:
        return self.points if self.outcome == "passed" else 0.0


class NotebookRun(Closed):
    """How running the student's notebook went. `message` is empty when nothing is to be said."""

    status: RunStatus
    message: str = ""
    seconds: float = Field(default=0.0, description="wall clock, from the fork to the last output")
    cell_seconds: float = Field(default=0.0, description="the cells alone, as the sandbox says")
    memory_mb: float = Field(default=0.0, description="the most that was seen, tests included")
    cells_run: int = 0
    cells_failed: tuple[int, ...] = Field(
        default=(), description="indices among the code cells, of those that raised"
    )
    cells_skipped: tuple[int, ...] = Field(default=(), description="left out when the notebook was run again")


class DeadlineVerdict(Closed):
    """What the deadline policy made of the time of receipt. Times are UTC with offset."""

    status: DeadlineStatus
    due: datetime
    received_at: datetime | None = None
    extension_until: datetime | None = None
    extension_reason: str = Field(default="", description="for the instructor; not part of the message")
    late_seconds: float = 0.0
    late_days_used: int = 0
    factor: float = Field(default=1.0, ge=0, le=1, description="what the points are multiplied by")
    message: str = ""


class SubmissionFile(Closed):
    """Which file was graded."""

    student: str
    file: str = Field(description="path relative to the folder of submissions")
    sha256: str
    size: int


class Attempt(Closed):
    """One of a student's submissions, whether it counted or not."""

    submission: SubmissionFile
    deadline: DeadlineVerdict
    score: float
    final_score: float
    counts: bool
    why: str


class QuestionScore(Closed):
    question: str
    title: str
    score: float
    max_score: float


class Environment(Closed):
    """What is needed to grade the same submission again with the same result."""

    autograder: str
    sandbox: str
    image: str | None = None
    python: str
    packages: dict[str, str]
    seed: str = Field(description="hexadecimal; the rng of every test derives from it")


class Report(Closed):
    """The whole result of grading one student's submission(s) to one assignment."""

    schema_version: Literal[1] = SCHEMA_VERSION
    student: str
    assignment: str
    title: str
    submission: SubmissionFile
    deadline: DeadlineVerdict
    run: NotebookRun
    questions: tuple[QuestionScore, ...]
    tests: tuple[TestResult, ...]
    score: float = Field(description="points of the passed tests")
    max_score: float
    final_score: float = Field(description="score after the deadline policy")
    approved: bool | None = Field(description="reached the pass mark; None while a person must decide")
    mandatory: bool
    pass_percent: float
    flags: tuple[str, ...] = Field(default=(), description="sentences that need a person's attention")
    notes: tuple[str, ...] = Field(default=(), description="what was repaired or left out, for the student")
    attempts: tuple[Attempt, ...] = ()
    environment: Environment
    key: str = Field(description="digest of everything the result depends on")
