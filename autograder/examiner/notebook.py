"""A student's notebook from the trusted side: run it, ask for its names, start it again when it is lost."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from autograder.course import Limits
from autograder.errors import SandboxError
from autograder.examiner.standins import (
    NoAnswer,
    for_sandbox,
    from_sandbox,
    is_unanswered,
    shortened,
    student_error,
)
from autograder.report import NotebookRun, Outcome, RunStatus
from autograder.sandbox.base import describe_ending, describe_loss
from autograder.sandbox.slot import Lost, Ran, Slot
from autograder.wire import codec

_STATUS: Mapping[str, RunStatus] = {"timeout": "timeout", "memory": "memory", "processes": "memory"}
_OUTCOME: Mapping[str, Outcome] = {
    "timeout": "timeout",
    "memory": "memory",
    "processes": "memory",
    "garbled": "unusable",
}


class StudentNotebook:
    """One submission in a slot.

    Args:
        slot: where it runs; this object has it for itself until `stop`.
        cells: the source of each code cell.
        files: content by relative path, beside the notebook.
        seed: for random numbers that the notebook draws without a seed of its own.
    """

    def __init__(self, slot: Slot, cells: Sequence[str], files: Mapping[str, bytes], *, seed: int) -> None:
        self._slot = slot
        self._cells = list(cells)
        self._files = dict(files)
        self._seed = seed
        self._skip: tuple[int, ...] = ()
        self._alive = False
        self._began = time.monotonic()
        self._run = NotebookRun(status="unreadable")
        self.received = 0
        self.losses: list[NoAnswer] = []
        self.outputs: list[dict[str, Any]] = []
        self.failure: SandboxError | None = None

    @property
    def limits(self) -> Limits:
        return self._slot.spec.limits

    def run(self, *, once: bool = False) -> NotebookRun:
        """Run the notebook; when a cell ends the process, run it once more without that cell.

        Whatever has been before is forgotten. `failure` is set as soon as the sandbox fails, also while a
        test asks: a test may catch what it likes.

        Args:
            once: don't run it once more.

        Raises:
            SandboxError: the sandbox failed.
        """
        self._began = time.monotonic()
        self._run, self._skip, self.received, self.failure = NotebookRun(status="unreadable"), (), 0, None
        self.losses, self.outputs = [], []
        first = self._start()
        if isinstance(first, Ran):
            self._run = self._completed(first)
            return self._run
        sentence = f"{self._where(first)} {self._describe(first, self.limits.run_seconds)}"
        status = _STATUS.get(first.reason, "died")
        if once or first.cell is None:
            self._run = NotebookRun(status=status, message=f"{sentence}.")
            return self._run
        self._skip = (first.cell,)
        second = self._start()
        if isinstance(second, Ran):
            self._run = self._completed(second).model_copy(
                update={
                    "status": status,
                    "message": f"{sentence}. The notebook was run again without it.",
                    "cells_skipped": self._skip,
                }
            )
        else:
            again = f"{self._where(second)} {self._describe(second, self.limits.run_seconds)}"
            self._run = NotebookRun(
                status=status,
                message=f"{sentence}. Run again without it, {again[0].lower()}{again[1:]}.",
                cells_skipped=self._skip,
            )
        return self._run

    def value(self, name: str) -> Any:
        """Return what the notebook has defined as `name`: plain data by value, else a stand-in.

        Raises:
            NoAnswer: the name is missing, the question is unanswered, or the notebook cannot be asked.
        """
        value = self._ask({"do": "get", "name": name}, name)
        if value is Ellipsis:
            raise NoAnswer("unanswered", f"`{name}` is not answered yet.")
        return value

    def ask(self, action: str, target: codec.Handle, arguments: list[Any], label: str) -> Any:
        """Put a question about an object to the sandbox, as stand-ins do."""
        return self._ask({"do": action, "target": target, "with": for_sandbox(arguments)}, label)

    @property
    def memory_mb(self) -> float:
        """The most memory that the submission was seen to hold since it was last run, in mebibytes."""
        return round(self._slot.most_memory / (1 << 20), 1)

    def prove_sandbox(self) -> None:
        """Raise a SandboxError if the slot cannot run an empty notebook either."""
        self._slot.prove()

    def stop(self) -> None:
        """End the submission and wipe what it left."""
        self._alive = False
        self._slot.stop()

    # ------------------------------------------------------------------ helpers

    def _start(self) -> Ran | Lost:
        with self._noting_failure():
            result = self._slot.run(self._cells, self._files, seed=self._seed, skip=self._skip)
        self._alive = isinstance(result, Ran)
        if isinstance(result, Lost) and result.cell not in range(len(self._cells)):
            return replace(result, cell=None)  # the child itself says where it is
        return result

    def _completed(self, ran: Ran) -> NotebookRun:
        self.outputs = ran.cells
        failed = tuple(index for index, cell in enumerate(ran.cells) if not cell["ok"])
        return NotebookRun(
            status="completed",
            seconds=ran.seconds,
            cell_seconds=sum(cell["seconds"] for cell in ran.cells),
            cells_run=len(ran.cells),
            cells_failed=failed,
        )

    def _ask(self, question: dict[str, Any], label: str) -> Any:
        try:
            encoded = codec.encode(question)
        except codec.WireError as error:
            raise TypeError(f"the test passes something to {label} that cannot be carried: {error}") from None
        seconds = min(self.limits.call_seconds, self._time_left())
        if not self._alive:
            self._restart()
        with self._noting_failure():
            answer = self._slot.ask(encoded, seconds)
        if isinstance(answer, Lost):
            self._alive = False
            outcome = _OUTCOME.get(answer.reason, "died")
            if outcome == "died":  # with a number of the student's choice, which may tell of a hidden input
                how = describe_ending(answer.code)
                raise self._loss(outcome, f"`{label}` ended the Python process.", how)
            raise self._loss(outcome, f"`{label}` {self._describe(answer, seconds)}.")
        self.received += len(answer)
        return self._open(answer, label)

    @contextlib.contextmanager
    def _noting_failure(self) -> Iterator[None]:
        if self.failure is not None:
            raise self.failure
        try:
            yield
        except SandboxError as error:
            self.failure = error
            raise

    def _open(self, answer: bytes, label: str) -> Any:
        try:
            reply = codec.decode(answer)
        except codec.WireError as error:
            message = f"`{label}` gave something that cannot be read."
            raise self._loss("unusable", message, str(error)) from None
        if isinstance(reply, dict) and len(reply) == 1:
            ((kind, content),) = reply.items()
            if kind == "value":
                return from_sandbox(content, self, label)
            if kind == "missing":
                raise NoAnswer("missing", f"Your notebook does not define `{label}`.{self._left_out()}")
            if kind == "unusable":
                raise NoAnswer(
                    "unusable", f"`{label}` gave something that a test cannot use.", shortened(content)
                )
            if kind == "raised" and isinstance(content, dict):
                if is_unanswered(content):
                    raise NoAnswer("unanswered", f"`{label}` is not answered yet.")
                raise student_error(label, content)
        raise self._loss("unusable", f"`{label}` gave something that is not an answer.")

    def _restart(self) -> None:
        """Run the notebook again for the tests that are left."""
        if self._run.status != "completed" and not self._run.cells_run:
            raise NoAnswer("not_run", f"The notebook could not be run. {self._run.message}".strip())
        result = self._start()
        if isinstance(result, Lost):
            seconds = self.limits.run_seconds
            message = f"Run again, {self._where(result).lower()} {self._describe(result, seconds)}."
            raise self._loss("not_run", message)

    def _time_left(self) -> float:
        left = self.limits.total_seconds - (time.monotonic() - self._began)
        if left <= 0:
            total = f"{self.limits.total_seconds:g}"
            raise self._loss(
                "timeout", f"All tests together took longer than {total} s; this one did not run."
            )
        return left

    def _loss(self, outcome: Outcome, message: str, said: str = "") -> NoAnswer:
        loss = NoAnswer(outcome, message, said)
        self.losses.append(loss)
        return loss

    def _describe(self, lost: Lost, seconds: float) -> str:
        return describe_loss(lost.reason, self.limits, lost.code, seconds)

    def _left_out(self) -> str:
        if not self._skip:
            return ""
        return f" (Code cell {self._skip[0] + 1} was left out; see above.)"

    @staticmethod
    def _where(lost: Lost) -> str:
        return "The notebook" if lost.cell is None else f"Code cell {lost.cell + 1}"
