"""What a notebook's source may look like, and how a wrong one is refused."""

import nbformat
import pytest

from autograder.build.source import python_of, read_source, role_of
from autograder.errors import BuildError

ANSWER = "    return (size + 2 * padding - kernel) // stride + 1\n"
BEGIN, END = "    # BEGIN SOLUTION\n", "    # END SOLUTION\n"
Q1, CHECK = 'question="q1"', '# %% check="q1"'
IMPORT = "import numpy as np"
WRONG_SOURCES = {
    "unknown key": (Q1, 'qestion="q1"', ["cell 4", "'qestion'", "Did you mean 'question'"]),
    "value without quotes": (Q1, "question=q1", ["cell 4", "question=q1", '`# %% question="q1"`']),
    "title in the header": (CHECK, '# %% My check check="q1"', ["cell 5", "title 'My check'"]),
    "unknown question": (Q1, 'question="q9"', ["cell 4", "'q9'", "q1, q2"]),
    "two roles": (CHECK, f"{CHECK} {Q1}", ["cell 5", "question and check"]),
    "points alone": (CHECK, "# %% points=3", ["cell 5", "points alone"]),
    "points on a check": (CHECK, f"{CHECK} points=3", ["points on a check cell", "its tests"]),
    "no check cell": (CHECK, "# %%", ["question q1 has no check cell", CHECK]),
    "two check cells": (CHECK, f"{CHECK}\n\n{CHECK}", ["q1 has more than one check"]),
    "no answer": ('question="q2"', Q1, ["question q2 has a check cell but no answer"]),
    "check not empty": (f"{CHECK}\n", f"{CHECK}\nprint(1)\n", ["cell 5", "not empty"]),
    "name not defined": ("def max_pool(", "def pool(", ["q2 provides 'max_pool'", "assignment.toml"]),
    "begin without end": (END, "", ["cell 4", "line 13", "without its END"]),
    "end without begin": (BEGIN, "", ["cell 4", "END SOLUTION without its BEGIN"]),
    "nested": (BEGIN, f"{BEGIN}    ### BEGIN HIDDEN TESTS\n", ["BEGIN HIDDEN TESTS inside"]),
    "misspelt marker": (BEGIN, "    # Begin solution\n", ["cell 4", "'# Begin solution'", "looks like"]),
    "trailing marker": ("// stride + 1", "// stride + 1  # SOLUTION", ["looks like a marker"]),
    "no solution": (BEGIN + ANSWER + END, "    return size\n", ["cell 4", "without a solution region"]),
    "empty solution": (ANSWER, "", ["empty solution region"]),
    "outside a question": (IMPORT, f"# BEGIN SOLUTION\n{IMPORT}\n# END SOLUTION", ["belongs to no question"]),
    "syntax": (IMPORT, "import numpy as", ["cell 2", "line 1"]),
}


@pytest.mark.parametrize("case", WRONG_SOURCES)
def test_a_wrong_source_is_refused_with_place_and_remedy(week, case):
    old, new, said = WRONG_SOURCES[case]
    week.edit("notebook.py", old, new)
    with pytest.raises(BuildError) as refusal:
        read_source(week.assignment)
    for words in ["notebook.py", *said]:
        assert words in str(refusal.value)
    assert refusal.value.remedy


def test_every_cell_knows_its_role(week):
    kinds = [(role.kind, role.question) for role in map(role_of, read_source(week.assignment).cells)]
    assert kinds == [
        ("plain", None),
        ("plain", None),
        ("plain", None),
        ("question", "q1"),
        ("check", "q1"),
        ("plain", None),
        ("question", "q2"),
        ("check", "q2"),
    ]


def test_manual_needs_points(week):
    week.append("assignment.toml", '\n[[questions]]\nid = "q3"\ntitle = "Why?"\n')
    week.append("notebook.py", '\n# %% [markdown] manual="q3"\n# Because.\n')
    with pytest.raises(BuildError, match="manual without points"):
        read_source(week.assignment)


def test_a_name_made_by_tuple_assignment_counts_as_defined(week):
    week.edit("assignment.toml", '["output_size"]', '["output_size", "height", "width"]')
    week.edit("notebook.py", "    # END SOLUTION\n", "    # END SOLUTION\n\n\nheight, width = 3, 4\n")
    assert read_source(week.assignment)


def test_magics_are_understood_and_kept(week):
    week.edit("notebook.py", "import numpy as np", "# %matplotlib inline\nimport numpy as np")
    source = read_source(week.assignment).cells[1].source
    assert source.startswith("%matplotlib inline")
    assert len(python_of(source).splitlines()) == len(source.splitlines())


def test_blank_lines_before_the_code_count_as_lines():
    assert python_of("\n\n%time x = 1\n").splitlines()[:2] == ["", ""]


def test_a_missing_source_is_named(week):
    (week.folder / "notebook.py").unlink()
    with pytest.raises(BuildError, match=r"notebook\.py: the file does not exist"):
        read_source(week.assignment)


def test_a_source_that_is_not_utf8_is_refused(week):
    (week.folder / "notebook.py").write_bytes("# %%\nx = 'é'\n".encode("latin-1"))
    with pytest.raises(BuildError, match="not UTF-8"):
        read_source(week.assignment)


def nbgrader_cell(cell_type, source, grade_id, **flags):
    make = nbformat.v4.new_code_cell if cell_type == "code" else nbformat.v4.new_markdown_cell
    metadata = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    return make(source, metadata={"nbgrader": {**metadata, "grade_id": grade_id, **flags}, "scrolled": True})


@pytest.fixture
def nbgrader_week(week):
    """The same week written as nbgrader's instructors write it."""
    text = (week.folder / "notebook.py").read_text()
    answers = [part.split("\n", 1)[1].split("# %%")[0].strip() for part in text.split("# %% question=")[1:]]
    answers = [answer.replace("# BEGIN", "### BEGIN").replace("# END", "### END") for answer in answers]
    hidden = "### BEGIN HIDDEN TESTS\nassert output_size(77, 5, 3) == 25\n### END HIDDEN TESTS"
    tests = f"assert output_size(9, 9) == 1\n{hidden}"
    cells = [
        nbformat.v4.new_code_cell("import numpy as np"),
        nbgrader_cell("code", answers[0], "q1-solution", solution=True),
        nbgrader_cell("code", tests, "tests_q1", grade=True, locked=True, points=4),
        nbgrader_cell("code", answers[1], "q2", solution=True),
        nbgrader_cell("code", "", "q2-tests", grade=True, locked=True, points=4),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), week.folder / "source.ipynb")
    (week.folder / "notebook.py").unlink()
    week.edit("assignment.toml", "[[questions]]", 'source = "source.ipynb"\n\n[[questions]]')
    return week


def test_an_ipynb_with_nbgraders_metadata_and_markers_builds(nbgrader_week):
    nbgrader_week.build()
    released = nbformat.read(nbgrader_week.release / "w07_pooling.ipynb", 4)
    cells = {cell.id: cell.source for cell in released.cells}
    assert cells["check-q1"] == 'assert output_size(9, 9) == 1\n\ngrader.check("q1")'
    assert 'NotImplementedError("Write your answer to q2 here.")' in cells["question-q2"]
    assert "77" not in nbformat.writes(released)


def test_a_grade_id_must_name_its_question(nbgrader_week):
    path = nbgrader_week.folder / "source.ipynb"
    path.write_text(path.read_text().replace('"q2"', '"pooling"'))
    with pytest.raises(BuildError, match="'pooling' does not say which question"):
        read_source(nbgrader_week.assignment)


def test_an_ipynb_that_is_not_json_is_refused(nbgrader_week):
    (nbgrader_week.folder / "source.ipynb").write_text("not json")
    with pytest.raises(BuildError, match="cannot be read as a notebook"):
        read_source(nbgrader_week.assignment)
