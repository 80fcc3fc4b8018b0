"""A real slot of the `process` sandbox for all tests of the examiner."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from autograder.course import Limits
from autograder.examiner import StudentNotebook
from autograder.sandbox import Slot, SlotSpec, provider

LIMITS = Limits(run_seconds=5, call_seconds=1, total_seconds=60, memory_mb=256, processes=16, answer_mb=2)


@pytest.fixture(scope="session")
def slot() -> Iterator[Slot]:
    with Slot(provider("process"), SlotSpec(("numpy",), LIMITS)) as slot:
        yield slot


@pytest.fixture
def notebook(slot: Slot) -> Iterator[Callable[..., StudentNotebook]]:
    """Runs a notebook, given as its cells."""
    started: list[StudentNotebook] = []

    def run(*cells: str) -> StudentNotebook:
        started.append(StudentNotebook(slot, cells, {}, seed=1))
        started[-1].run()
        return started[-1]

    yield run
    for notebook in started:
        notebook.stop()
