"""`autograder new`: from an empty folder to a week that builds and whose wrong solutions are caught."""

from datetime import date, datetime

import numpy as np
import pytest

from autograder.build import (
    build,
    load_right,
    load_wrong,
    new_assignment,
    reference_notebook,
    stub_notebook,
    variant_notebook,
)
from autograder.course import Course
from autograder.errors import BuildError
from autograder.examiner import collect

NAME = "w07_pooling"


def names_of(notebook):
    """Run a notebook as plain Python and return what it defines."""
    names = {}
    for cell in notebook.cells:
        if cell.cell_type == "code" and "grader" not in cell.source:
            exec(cell.source, names)  # noqa: S102 — our own scaffold
    return names


def failing(assignment, notebook):
    """Return the ids of the tests that a notebook does not pass, called as plain functions."""
    names = names_of(notebook)
    return {test.id for test in collect(assignment) if not passes(assignment, test, names)}


CASES = {"[512-9-1-504]": (512, 9, 1, 504), "[8-3-2-3]": (8, 3, 2, 3)}


def passes(assignment, test, names):
    file, name = test.id.split("::")
    module = {}
    exec((assignment.path / file).read_text(), module)  # noqa: S102 — our own scaffold
    function = module[name.split("[")[0]]
    asked = function.__code__.co_varnames[: function.__code__.co_argcount]
    given = {**names, "rng": np.random.default_rng(7)}
    if "[" in name:
        given |= dict(
            zip(("size", "kernel", "stride", "expected"), CASES[name[name.index("[") :]], strict=True)
        )
    try:
        function(**{parameter: given[parameter] for parameter in asked})
    except (AssertionError, NotImplementedError):
        return False
    return True


def test_an_empty_folder_becomes_a_course_that_builds(tmp_path):
    folder = new_assignment(tmp_path / "mine", NAME, today=date(2026, 12, 20))
    course = Course.load(tmp_path / "mine")
    assert folder == tmp_path / "mine" / "assignments" / NAME
    assert course.assignment(NAME).settings.title == "Week 7: Pooling"
    assert course.assignment(NAME).settings.due == datetime(2027, 1, 3, 23, 59)
    assert build(course, NAME).points == 8
    assert not [path for path in folder.parent.iterdir() if path.name.startswith(".")]


def test_the_reference_passes_and_the_stub_passes_nothing(week):
    tests = {test.id for test in collect(week.assignment)}
    assert failing(week.assignment, reference_notebook(week.assignment)) == set()
    assert failing(week.assignment, stub_notebook(week.assignment)) == tests


def test_each_wrong_solution_fails_what_it_says_and_has_the_score_it_says(week):
    points = {test.id: test.points for test in collect(week.assignment)}
    wrongs = load_wrong(week.assignment)
    assert len(wrongs) >= 2
    for wrong in wrongs:
        failed = failing(week.assignment, variant_notebook(week.assignment, wrong))
        assert failed == set(wrong.fails), wrong.name
        assert sum(points.values()) - sum(points[test] for test in failed) == wrong.score, wrong.name


def test_the_right_solution_passes_every_test(week):
    (right,) = load_right(week.assignment)
    assert failing(week.assignment, variant_notebook(week.assignment, right)) == set()


@pytest.mark.parametrize(
    "name", ["week7", "w7_pool", "w07_", "w07-pool", "w07_Pool", "../w07_x", "w07_x/y", "w07_x\n", ""]
)
def test_a_name_that_is_none_is_refused(tmp_path, name):
    with pytest.raises(BuildError, match="is not a name for an assignment"):
        new_assignment(tmp_path, name)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(week):
    week.write("notebook.py", "mine")
    course = week.root / "assignments" / "course.toml"
    course.write_text(course.read_text().replace("My course", "Ours"))
    with pytest.raises(BuildError, match="exists already"):
        new_assignment(week.root, NAME)
    new_assignment(week.root, "w08_more")
    assert (week.folder / "notebook.py").read_text() == "mine"
    assert week.course.settings.name == "Ours"
    assert week.course.assignment_names() == [NAME, "w08_more"]
