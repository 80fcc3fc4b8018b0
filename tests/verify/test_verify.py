"""`verify` proves an assignment, and names in a sentence whatever is not as it should be."""

from __future__ import annotations

import re

import pytest

from autograder.build import build
from autograder.errors import ConfigurationError, StaleBuildError
from autograder.verify import Progress, VariantResult, Verification

NAME = "w07_pooling"
POINTS = 8


def result(verification: Verification, name: str) -> VariantResult:
    (found,) = [variant for variant in verification.variants if variant.name == name]
    return found


def test_a_sound_assignment_is_proven(week):
    planned, begun, done = [], [], []
    verification = week.verify(
        Progress(planned=planned.append, begun=begun.append, done=done.append), in_jupyter=True
    )
    assert verification.ok, verification
    assert (verification.points, verification.tests) == (POINTS, 5)
    scores = {variant.name: variant.score for variant in verification.variants}
    wrong = {"forgets_padding": 6, "forgets_the_last_offset": 4, "maximum_starts_at_zero": 6}
    assert scores == {"reference": 8, "stub": 0, "loops": 8, **wrong, "mean_pooling": 4, "rounds_up": 5}
    assert planned == [8] and begun == done == list(scores)
    assert result(verification, "forgets_padding").failed == ("test_hidden.py::test_random_sizes",)
    assert len(result(verification, "stub").failed) == 5


def test_a_sample_is_spread_over_the_wrong_solutions_and_blames_no_test(week):
    verification = week.verify(sample=2)
    names = [variant.name for variant in verification.variants]
    assert names == ["reference", "stub", "loops", "forgets_padding", "maximum_starts_at_zero"]
    assert verification.ok
    none = week.verify(sample=0)
    assert none.ok and [variant.name for variant in none.variants] == ["reference", "stub"]


NOW_AND_THEN = """@pytest.mark.question("q2")
@pytest.mark.points(0)
def test_now_and_then(max_pool, rng):
    \"""Half of the time an image in which mean and maximum are the same.\"""
    image = np.arange(16.0).reshape(4, 4) if rng.random() < 0.5 else np.full((4, 4), 3.0)
    assert np.max(max_pool(image, 2)) == image.max(), "Wrong."


"""


def test_a_test_that_catches_a_mistake_by_chance_is_named(week):
    week.edit("test_hidden.py", '@pytest.mark.question("q2")', NOW_AND_THEN + '@pytest.mark.question("q2")')
    planned, done = [], []
    verification = week.verify(Progress(planned=planned.append, done=done.append), draws=4)
    (problem,) = result(verification, "mean_pooling").problems
    assert re.fullmatch(
        r"test_hidden.py::test_now_and_then (passes|fails) in [1-3] of 3 other draws: a matter of chance",
        problem,
    )
    assert all(each.ok for each in verification.variants if each.name != "mean_pooling")
    assert planned[-1] == len(done) > planned[-2] == 8 + 3 * 7
    assert result(week.verify(), "mean_pooling").ok


def test_what_wrong_solutions_do_not_keep_is_named(week):
    week.edit("wrong/forgets_padding.py", "# score = 6", "# score = 5")
    week.edit("wrong/rounds_up.py", "test_sizes_without_padding[8-3-2-3]", "test_sizes_without_padding")
    week.edit(
        "wrong/mean_pooling.py", "test_hidden.py::test_random_images", "test_hidden.py::test_random_sizes"
    )
    week.edit(
        "test_hidden.py",
        '@pytest.mark.question("q2")',
        '@pytest.mark.question("q2")\n@pytest.mark.points(0)\ndef test_anything(max_pool):\n'
        '    """Anything goes."""\n    assert max_pool is not None, "No."\n\n\n@pytest.mark.question("q2")',
    )
    week.add_wrong(
        "never_ends",
        4,
        "test_public.py::test_sizes_without_padding",
        "q1",
        "while True:\n    pass",
    )
    week.edit(
        "assignment.toml", "[[questions]]", "[limits]\nrun_seconds = 2\ntotal_seconds = 4\n\n[[questions]]"
    )
    verification = week.verify(in_jupyter=True)
    assert not verification.ok
    assert result(verification, "forgets_padding").problems == (
        "6 points instead of 5; failing tests: test_hidden.py::test_random_sizes",
    )
    assert result(verification, "rounds_up").ok
    assert result(verification, "mean_pooling").problems == (
        "test_hidden.py::test_random_sizes should fail, and passes",
    )
    assert "test_hidden.py::test_anything catches none of the wrong solutions" in verification.problems
    never_ends = result(verification, "never_ends").problems
    assert any("took longer than 2 s" in problem for problem in never_ends)
    assert "its public tests come to no end in otter-grader: they take too long or crash" in never_ends
    assert result(verification, "reference").ok and result(verification, "maximum_starts_at_zero").ok


def test_a_reference_that_fails_a_test_is_named(week):
    week.edit("notebook.py", "return blocks.max(axis=(1, 3))", "return abs(blocks).max(axis=(1, 3))")
    verification = week.verify()
    assert result(verification, "reference").problems == (
        "6 points instead of 8; failing tests: test_hidden.py::test_random_images",
    )
    assert result(verification, "stub").ok


def test_a_stub_that_earns_points_or_crashes_is_named(week):
    week.edit("test_public.py", "np.asarray(max_pool(image, 2))", "np.array([[5, 4], [4, 6]])")
    week.edit(
        "notebook.py",
        "# %% [markdown]\n# ## 2.",
        "# %%\nprint(output_size(512, 9).bit_length())\n\n# %% [markdown]\n# ## 2.",
    )
    problems = result(week.verify(), "stub").problems
    assert "test_public.py::test_pooling_of_the_lecture should fail, and passes" in problems
    assert any(problem.startswith("2 points instead of 0; failing tests: ") for problem in problems)
    assert any(problem.startswith("code cell ") and problem.endswith(" raises") for problem in problems)


def test_a_public_test_that_says_something_else_in_otter_grader_is_named(week):
    looks_behind_the_curtain = 'assert type(output_size).__name__ {} "Answer", "Not this."\n    '
    came = "came = output_size(size, kernel, stride)"
    week.edit("test_public.py", came, looks_behind_the_curtain.format("!=") + came)
    reference = result(week.verify(in_jupyter=True), "reference")
    assert reference.score == POINTS
    assert reference.problems == tuple(
        f"test_public.py::test_sizes_without_padding[{case}] fails in otter-grader, but not in the grader"
        for case in ("512-9-1-504", "8-3-2-3")
    )
    week.edit("test_public.py", *(looks_behind_the_curtain.format(sign) for sign in ("!=", "==")))
    problems = result(week.verify(in_jupyter=True), "reference").problems
    for case in ("512-9-1-504", "8-3-2-3"):
        name = f"test_public.py::test_sizes_without_padding[{case}]"
        assert f"{name} passes in otter-grader, but not in the grader" in problems


def test_otter_grader_is_not_asked_where_the_grader_alone_is_in_question(week):
    came = "came = output_size(size, kernel, stride)"
    other = 'assert type(output_size).__name__ != "Answer", "Not this."\n    '
    week.edit("test_public.py", came, other + came)
    assert not week.verify(in_jupyter=True).ok
    assert week.verify(in_jupyter=False).ok


def test_a_release_that_was_never_built_or_is_stale_is_refused(week):
    with pytest.raises(StaleBuildError, match=f"release/{NAME}/{NAME}.ipynb \\(missing\\)"):
        week.verify(stale=True)
    build(week.course, NAME)
    week.edit("notebook.py", "in three lines", "in four lines")
    with pytest.raises(StaleBuildError, match=f"release/{NAME}/{NAME}.ipynb \\(changed\\)") as caught:
        week.verify(stale=True)
    assert "autograder build" in (caught.value.remedy or "")


def test_a_right_solution_that_fails_a_test_or_raises_is_named(week):
    week.add_right("in_lists", "q1", "def output_size(size, kernel, stride=1, padding=0):\n    return []")
    week.add_right(
        "raises_afterwards",
        "q2",
        "def max_pool(image, size=2):\n"
        "    return [[np.max(column) for column in np.split(row, len(row.T) // size, axis=1)]"
        " for row in np.split(image, len(image) // size)]\n\nassert False",
    )
    verification = week.verify()
    assert not verification.ok
    assert result(verification, "loops").kind == "right" and result(verification, "loops").ok
    in_lists = result(verification, "in_lists")
    assert in_lists.problems == (f"4 points instead of 8; failing tests: {', '.join(in_lists.failed)}",)
    (raises,) = result(verification, "raises_afterwards").problems
    assert raises.startswith("code cell ") and raises.endswith(" raises")


def test_a_right_and_a_wrong_solution_cannot_have_one_name(week):
    week.add_right("mean_pooling", "q1", "def output_size(*_, **__): return 1")
    with pytest.raises(ConfigurationError, match=r"mean_pooling\.py") as caught:
        week.verify()
    assert "right/mean_pooling.py has the same name" in str(caught.value)


@pytest.mark.parametrize("name", ["reference", "stub"])
def test_a_wrong_solution_cannot_be_called_like_the_notebooks_own(week, name):
    week.add_wrong(name, 6, "test_hidden.py::test_random_sizes", "q1", "def output_size(*_, **__): return 1")
    with pytest.raises(ConfigurationError, match=f"{name}.py"):
        week.verify()
