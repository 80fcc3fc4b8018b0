"""Mutants are tried as submissions are: what a test notices is killed, the rest is shown or recorded."""

from __future__ import annotations

import pytest

from autograder.errors import ConfigurationError, VerificationError
from autograder.mutants import Change
from autograder.verify import Progress

SOLUTION = "return blocks.max(axis=(1, 3))"
NEEDLESS = "return np.asarray(blocks).max(axis=(1, 3))"
STRICT, LAX = "assert came == offsets", "assert came is not None"


def test_every_mutant_of_a_sound_assignment_is_killed(week):
    planned, begun, done = [], [], []
    report = week.mutants(Progress(planned=planned.append, begun=begun.append, done=done.append))
    assert report.ok and report.share == 1
    assert report.generated == report.mutants == report.killed > 15
    assert len(begun) == len(set(begun)) == planned[-1] and sorted(begun) == sorted(done)


def test_a_mutant_that_no_test_notices_is_shown_until_it_is_recorded(week):
    week.edit("notebook.py", SOLUTION, NEEDLESS)
    report = week.mutants()
    assert report.survivors == (
        Change(question="q2", function="max_pool", kind="call", original=NEEDLESS, mutated=SOLUTION),
    )
    assert not report.ok and report.equivalent == 0 and report.share < 1
    week.record("q2", f"\n   {NEEDLESS}\n", SOLUTION.replace("(1, 3)", "(1,\n 3)"))
    recorded = week.mutants()
    assert recorded.ok and recorded.share == 1
    assert (recorded.killed, recorded.equivalent, recorded.survivors) == (report.killed, 1, ())


def test_a_record_that_is_not_true_is_an_error(week):
    week.record("q1", SOLUTION, SOLUTION.replace("1", "2"))
    week.record("q2", SOLUTION, SOLUTION.replace("1", "2"))
    report = week.mutants()
    assert not report.ok and not report.survivors
    change = "`return blocks.max(axis=(1, 3))` → `return blocks.max(axis=(2, 3))`"
    assert report.untrue == (
        f"q1: {change}: no mutant is like that any more",
        f"q2: {change}: a test notices it, so it is not equivalent",
    )


def test_the_tests_of_a_question_that_builds_on_another_count_for_it(week):
    week.edit("test_hidden.py", STRICT, LAX)
    alone = week.mutants()
    assert {survivor.question for survivor in alone.survivors} == {"q1"}
    week.edit(
        "notebook.py", "(height // size, size,", "(output_size(height - 4, size, size, padding=2), size,"
    )
    assert {survivor.question for survivor in week.mutants().survivors} <= {"q2"}


def test_where_a_slice_does_not_do_all_cells_are_run(week):
    week.edit("notebook.py", "# %% [markdown]\n# ## 1.", "# %%\nnumbers = {}\n\n# %% [markdown]\n# ## 1.")
    week.edit(
        "notebook.py",
        '# %% question="q1"',
        '# %%\ndef fill(some):\n    some.update(two=2)\n\n\nfill(numbers)\n\n# %% question="q1"',
    )
    week.edit("notebook.py", "2 * padding", 'numbers["two"] * padding')
    begun = []
    report = week.mutants(Progress(begun=begun.append))
    assert report.ok
    assert begun[:3] == ["reference, q1", "reference, q2", "reference, q1"]


def test_a_mutant_that_never_ends_is_killed(week):
    week.edit(
        "assignment.toml",
        "[[questions]]",
        "[limits]\nrun_seconds = 5\ncall_seconds = 0.5\n\n[[questions]]",
    )
    week.edit(
        "notebook.py",
        "return (size + 2 * padding - kernel) // stride + 1",
        "offsets = 0\n    while offsets * stride + kernel <= size + 2 * padding:\n"
        "        offsets += 1\n    return offsets",
    )
    assert {survivor.original for survivor in week.mutants().survivors} == {"offsets = 0"}


def test_a_sample_is_the_same_every_time(week):
    week.edit("test_hidden.py", STRICT, LAX)
    one, other = (week.mutants(sample=10).model_copy(update={"seconds": 0}) for _ in range(2))
    assert one == other
    assert one.mutants == 10 < one.generated


def test_a_reference_that_does_not_pass_its_tests_has_no_mutants(week):
    week.edit("notebook.py", SOLUTION, "return abs(blocks).max(axis=(1, 3))")
    with pytest.raises(
        VerificationError, match=r"of the reference itself, test_hidden\.py::test_random_images"
    ):
        week.mutants()


RECORDS = {
    "not TOML": ("[[equivalent]", "not valid TOML"),
    "unknown key": ("[[equivalents]]\nreason = 'x'", "equivalents: unknown key"),
    "no reason": (
        "[[equivalent]]\nquestion = 'q1'\noriginal = 'a'\nmutated = 'b'",
        "equivalent.0.reason: missing",
    ),
    "an empty reason": (
        "[[equivalent]]\nquestion = 'q1'\noriginal = 'a'\nmutated = 'b'\nreason = ' '",
        "equivalent.0.reason: ",
    ),
}


@pytest.mark.parametrize("case", RECORDS)
def test_a_malformed_record_is_refused_with_the_field(week, case):
    text, said = RECORDS[case]
    (week.folder / "mutants.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"mutants\.toml") as refusal:
        week.mutants()
    assert said in str(refusal.value)
