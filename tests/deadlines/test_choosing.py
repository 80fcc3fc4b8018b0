"""Which of a student's submissions counts, and why."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from autograder.deadlines import DeadlinePolicy, choose, final_score, judge
from autograder.report import Attempt, SubmissionFile

DUE = datetime(2026, 10, 2, 22, 0, tzinfo=UTC)
PENALTY = DeadlinePolicy(kind="penalty", cutoff_hours=72)


def attempt(name: str, hours: float | None, score: float) -> Attempt:
    """An attempt received `hours` after the due time (None: no trustworthy time)."""
    received = None if hours is None else DUE + timedelta(hours=hours)
    verdict = judge(PENALTY, DUE, received)
    return Attempt(
        submission=SubmissionFile(student="kari", file=f"{name}.ipynb", sha256=name * 64, size=1),
        deadline=verdict,
        score=score,
        final_score=final_score(score, verdict),
        counts=False,
        why="",
    )


def counted(attempts) -> str:
    (chosen,) = [each for each in choose(attempts) if each.counts]
    return chosen.submission.file[0]


def whys(attempts) -> dict[str, str]:
    return {each.submission.file[0]: each.why for each in choose(attempts)}


attempts_strategy = st.lists(
    st.tuples(st.none() | st.integers(-48, 120), st.integers(0, 20)), min_size=1, max_size=8
).map(lambda rows: [attempt("abcdefgh"[index], *row) for index, row in enumerate(rows)])


def test_a_late_submission_does_not_replace_a_better_one_that_was_on_time():
    assert counted([attempt("a", -1, 18), attempt("b", 1, 19)]) == "a"


def test_a_late_submission_counts_where_it_is_better_even_after_the_penalty():
    assert counted([attempt("a", -1, 10), attempt("b", 1, 20)]) == "b"


def test_the_earliest_of_equals_counts():
    attempts = [attempt("b", -1, 18), attempt("a", -2, 18), attempt("c", 1, 20)]
    assert counted(attempts) == "a"
    assert whys(attempts) == {
        "a": "It is the earliest of those with the most points after the deadline was applied.",
        "b": "Another submission has as many points and came earlier.",
        "c": "Another submission has as many points and came earlier.",
    }


def test_one_without_a_trustworthy_time_never_counts_over_one_with():
    attempts = [attempt("a", None, 20), attempt("b", 100, 3), attempt("c", 1, 0)]
    assert counted(attempts) == "c"
    assert whys(attempts)["a"] == "It has no trustworthy time of receipt, and another submission has one."
    assert whys(attempts)["b"] == "It came too late."


def test_where_none_has_a_trustworthy_time_the_best_waits_for_a_person():
    attempts = [attempt("a", None, 3), attempt("b", None, 18)]
    assert counted(attempts) == "b"
    assert "a person must decide" in whys(attempts)["b"]
    assert whys(attempts)["a"] == "Another submission has more points."


def test_the_only_submission_counts_even_when_it_came_too_late():
    (only,) = choose([attempt("a", 100, 20)])
    assert only.counts and only.why == "It is the only submission."


def test_nothing_to_choose_from_is_an_error():
    with pytest.raises(ValueError, match="no attempts"):
        choose([])


@given(attempts_strategy, st.randoms(use_true_random=False))
def test_the_order_in_which_submissions_are_found_does_not_matter(attempts, random):
    shuffled = random.sample(attempts, len(attempts))
    assert choose(shuffled) == choose(attempts)


@given(attempts_strategy)
def test_exactly_one_counts_and_each_says_why(attempts):
    chosen = choose(attempts)
    assert sum(each.counts for each in chosen) == 1
    assert all(each.why.endswith(".") for each in chosen)
    assert sorted(each.submission.file for each in chosen) == sorted(
        each.submission.file for each in attempts
    )


@given(attempts_strategy)
def test_choosing_again_changes_nothing(attempts):
    assert choose(choose(attempts)) == choose(attempts)


@given(attempts_strategy)
def test_what_counts_is_the_best_that_can_be_trusted(attempts):
    (chosen,) = [each for each in choose(attempts) if each.counts]
    trusted = [each for each in attempts if each.deadline.status != "flagged"]
    if trusted:
        assert chosen.final_score == max(each.final_score for each in trusted)
    else:
        assert chosen.score == max(each.score for each in attempts)


@given(attempts_strategy, st.integers(-48, 120), st.integers(0, 20))
def test_handing_in_once_more_never_costs_points(attempts, hours, score):
    assume(any(each.deadline.status != "flagged" for each in attempts))
    before = next(each for each in choose(attempts) if each.counts)
    after = next(each for each in choose([*attempts, attempt("z", hours, score)]) if each.counts)
    assert after.final_score >= before.final_score
