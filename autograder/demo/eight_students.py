"""Eight students who hand in any week: correct work in three styles, mistakes, nothing, and too late."""

from __future__ import annotations

from autograder.build import load_right, load_wrong, reference_notebook, stub_notebook, variant_notebook
from autograder.course import Assignment
from autograder.demo.hand_in import HandIn
from autograder.examiner import collect

EIGHT = ("anna", "bashir", "carmen", "elif", "jonas", "mateo", "priya", "tove")


def eight_students(assignment: Assignment) -> dict[str, HandIn]:
    """What each of the eight hands in for a week; the mistakes are spread over its wrong solutions.

    Raises:
        ConfigurationError: a file in `wrong/` or `right/` cannot be read.
    """
    tests = collect(assignment)
    full = sum(test.points for test in tests)
    reference = reference_notebook(assignment, tests)
    right, wrong = load_right(assignment), load_wrong(assignment)
    styles = [
        HandIn(f"in another style: {each.name}", variant_notebook(assignment, each, tests), full)
        for each in (right[0], right[-1])
    ]
    mistakes = [
        HandIn(each.name, variant_notebook(assignment, each, tests), each.score)
        for each in wrong[len(wrong) // 6 :: len(wrong) // 3][:3]
    ]
    work = [
        HandIn("everything right", reference, full),
        *styles,
        *mistakes,
        HandIn("nothing answered", stub_notebook(assignment, tests), 0.0),
        HandIn("an hour late", reference, full, received=1.0),
    ]
    return dict(zip(EIGHT, work, strict=True))
