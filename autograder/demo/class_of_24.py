"""A class of 24 in the first week: correct work, every wrong solution, and what can go wrong with a file."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import nbformat

from autograder.build import Wrong, load_wrong, reference_notebook, stub_notebook, variant_notebook
from autograder.build.variants import Replacement, Variant, means
from autograder.course import Assignment
from autograder.demo.hand_in import HandIn
from autograder.examiner import collect
from autograder.report import TestInfo

FIRST_WEEK = "w01_corner_filter"
STUDENTS = (
    *("abebe", "aiko", "anna", "bashir", "carmen", "chidi", "dilnoza", "elif"),
    *("farid", "freya", "goran", "hana", "ines", "jonas", "kofi", "lea"),
    *("mateo", "nadia", "olav", "priya", "quynh", "rosa", "samir", "tove"),
)
MISTAKEN = 12
ENDLESS_CELL = "while True:\n    pass\n"
CRASHING_CELL = "import ctypes\n\nctypes.string_at(0)\n"
GREEDY_CELL = "hoard = []\nwhile True:\n    hoard.append(bytearray(b'x') * 10_000_000)\n"


def class_of_24(assignment: Assignment) -> dict[str, HandIn]:
    """What each student of the class hands in for the first week.

    Correct work, unanswered stubs, every wrong solution of the week (three or four mistakes, of different
    questions, to a student), a hanging cell, a crash, a memory hog, a cut-off file, two late, one late with
    an extension, one without a receipt.
    """
    tests = collect(assignment)
    full = sum(test.points for test in tests)
    reference = reference_notebook(assignment, tests)
    stub = stub_notebook(assignment, tests)

    def without(question: str, cell: str) -> tuple[nbformat.NotebookNode, float]:
        variant = Variant(name="broken", cells=(Replacement(question=question, source=cell),))
        lost = sum(test.points for test in tests if test.question == question)
        return variant_notebook(assignment, variant, tests), full - lost

    odd: list[HandIn] = [
        HandIn("a cell that never ends", *without("q6", ENDLESS_CELL), "timeout"),
        HandIn("a cell that crashes Python", *without("q5", CRASHING_CELL), "died"),
        HandIn("a cell that takes all memory", *without("q4", GREEDY_CELL), "memory"),
        HandIn("a file that was cut off", reference, 0.0, "unreadable", cut_off=True),
        HandIn("ten minutes late", reference, full, received=1 / 6),
        HandIn("two days late", reference, full, received=48.0),
        HandIn("a day late, with an extension", reference, full, received=24.0, extended=True),
        HandIn("no receipt", reference, full, received=None),
    ]
    ordinary = [
        *(HandIn("everything right", reference, full) for _ in range(2)),
        *(HandIn("nothing answered", stub, 0.0) for _ in range(2)),
        *_mistaken(assignment, tests, load_wrong(assignment)),
    ]
    return dict(zip(STUDENTS, _shuffled([*ordinary, *odd]), strict=True))


def _mistaken(assignment: Assignment, tests: Sequence[TestInfo], wrong: Sequence[Wrong]) -> list[HandIn]:
    """Students who share out all wrong solutions, each with mistakes in different questions."""
    full = sum(test.points for test in tests)
    students = []
    for start in range(MISTAKEN):
        own = wrong[start::MISTAKEN]
        cells = tuple(cell for mistake in own for cell in mistake.cells)
        lost = {
            test.id for mistake in own for name in mistake.fails for test in tests if means(name, test.id)
        }
        score = full - sum(test.points for test in tests if test.id in lost)
        notebook = variant_notebook(assignment, Variant(name="mistaken", cells=cells), tests)
        story = ", ".join(mistake.name for mistake in own)
        students.append(HandIn(story, notebook, score, received=-1.0 - start))
    return students


def _shuffled(hand_ins: list[HandIn]) -> list[HandIn]:
    """Mix the class in an order that is the same each time."""
    return sorted(hand_ins, key=lambda work: hashlib.sha256(work.story.encode()).digest())
