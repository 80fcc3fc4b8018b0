"""What a sandbox may say, whatever it is, and what the trusted side makes of it: a value, or no answer."""

from __future__ import annotations

from typing import Any

from autograder.course import Limits
from autograder.examiner.notebook import StudentNotebook
from autograder.examiner.standins import NoAnswer, StudentError
from autograder.sandbox.base import SlotSpec
from autograder.sandbox.outputs import checked_cells
from autograder.sandbox.slot import Ran
from autograder.wire.codec import WireError, decode


class AnsweringSlot:
    """A slot whose submission gives one prepared answer to every question."""

    most_memory = 0

    def __init__(self, answer: bytes) -> None:
        self.spec = SlotSpec(limits=Limits(), preload=())
        self._answer = answer

    def run(self, cells: Any, *_: Any, **__: Any) -> Ran:
        return Ran([{"ok": True, "seconds": 0.0, "outputs": []} for _ in cells], 0.0)

    def ask(self, *_: Any) -> bytes:
        return self._answer

    def stop(self) -> None:
        pass


def answered(reply: bytes) -> str:
    """Ask for a name and get `reply`. Says what came of it; anything but these is the grader's crash."""
    notebook = StudentNotebook(AnsweringSlot(reply), ["x = 1"], {}, seed=0)  # type: ignore[arg-type]
    notebook.run()
    try:
        value = notebook.value("answer")
    except NoAnswer:
        return "no answer"
    except StudentError as error:
        if len(str(error)) > 5000:
            return "an endless error"
        return "raised"
    repr(value)
    return "value"


def outputs_of(reply: bytes, cells: int = 1) -> list[dict[str, Any]] | None:
    """What the grader keeps of a run of so many cells; None where the reply is not the result of one."""
    try:
        results = checked_cells(decode(reply), cells, cap=10_000, seconds=1.0)
    except WireError:
        return None
    assert len(results) == cells
    assert all(type(each["ok"]) is bool and 0 <= each["seconds"] <= 1 for each in results)
    return results
