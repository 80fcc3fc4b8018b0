"""The stub, the reference and the wrong solutions as notebooks."""

import nbformat
import pytest
from nbgrader.nbgraderformat import SCHEMA_VERSION, read

from autograder.build import load_right, load_wrong, reference_notebook, stub_notebook, variant_notebook
from autograder.errors import AutograderError, BuildError


def by_id(notebook):
    return {cell.id: cell for cell in notebook.cells}


def with_q1(week, region, more_cells=""):
    """Make q1 a region at module level."""
    text = (week.folder / "notebook.py").read_text()
    before, _, rest = text.partition('# %% question="q1"')
    after = rest[rest.index('# %% check="q1"') :]
    week.write("notebook.py", f'{before}# %% question="q1"\n{region}\n\n{after}{more_cells}')


def test_in_a_function_a_solution_becomes_a_raise_at_its_indentation(week):
    source = by_id(stub_notebook(week.assignment))["question-q1"].source
    assert source.endswith('\n    """\n    raise NotImplementedError("Write your answer to q1 here.")')
    assert "offsets a kernel has" in source


def test_at_module_level_a_solution_becomes_an_unanswered_name(week):
    with_q1(week, "# BEGIN SOLUTION\nhelper = 3\noutput_size = max(helper, 0)\n# END SOLUTION\nprint(1)")
    assert by_id(stub_notebook(week.assignment))["question-q1"].source == "output_size = ...\nprint(1)"


def test_a_name_that_given_code_uses_stays_defined(week):
    region = "# BEGIN SOLUTION\nshown, output_size = 3, 4\n# END SOLUTION"
    with_q1(week, region, "\n# %%\nprint(shown)\n")
    assert by_id(stub_notebook(week.assignment))["question-q1"].source == "shown = ...\noutput_size = ..."


def test_inside_an_expression_a_solution_becomes_an_ellipsis(week):
    with_q1(week, "output_size = max(\n    # BEGIN SOLUTION\n    3, 4\n    # END SOLUTION\n)")
    assert by_id(stub_notebook(week.assignment))["question-q1"].source == "output_size = max(\n    ...\n)"


def test_a_function_that_is_all_solution_becomes_an_unanswered_name(week):
    with_q1(week, "# BEGIN SOLUTION\ndef output_size(size):\n    return size\n# END SOLUTION")
    assert by_id(stub_notebook(week.assignment))["question-q1"].source == "output_size = ..."


def test_the_stub_runs_from_top_to_bottom(week):
    cells = [cell.source for cell in stub_notebook(week.assignment).cells if cell.cell_type == "code"]
    namespace = {}
    for source in cells:
        if "grader" not in source:
            exec(source, namespace)  # noqa: S102 — the notebook as Jupyter would run it
    with pytest.raises(NotImplementedError, match="q2"):
        namespace["max_pool"](None)


def test_the_reference_has_the_answers_and_no_markers(week):
    notebook = reference_notebook(week.assignment)
    source = by_id(notebook)["question-q1"].source
    assert source.endswith("\n    return (size + 2 * padding - kernel) // stride + 1")
    assert "SOLUTION" not in nbformat.writes(notebook)


def test_stub_and_reference_have_the_same_cells(week):
    stub, reference = stub_notebook(week.assignment), reference_notebook(week.assignment)
    assert [(cell.id, cell.metadata) for cell in stub.cells] == [
        (cell.id, cell.metadata) for cell in reference.cells
    ]


def test_ids_come_from_roles(week):
    week.append("assignment.toml", '\n[[questions]]\nid = "q3"\ntitle = "Why?"\n')
    week.append("notebook.py", '\n# %% [markdown] manual="q3" points=2\n# Because.\n')
    week.append(
        "notebook.py", '\n# %% question="q2"\nmore = [\n    # BEGIN SOLUTION\n    1\n    # END SOLUTION\n]\n'
    )
    assert [cell.id for cell in stub_notebook(week.assignment).cells] == [
        "text-1", "setup", "code-1", "text-2", "question-q1", "check-q1", "text-3", "question-q2", "check-q2",
        "manual-q3", "question-q2-2",
    ]  # fmt: skip


def test_an_answer_in_words_is_emptied_whole_or_by_region(week):
    week.append("assignment.toml", '\n[[questions]]\nid = "q3"\ntitle = "Why?"\n')
    week.append("notebook.py", '\n# %% [markdown] manual="q3" points=2\n# Because of the maximum.\n')
    region = "# Why?\n#\n# # BEGIN SOLUTION\n# Because of the mean.\n# # END SOLUTION\n"
    week.append("notebook.py", f'\n# %% [markdown] manual="q3" points=1.5\n{region}')
    stub, reference = by_id(stub_notebook(week.assignment)), by_id(reference_notebook(week.assignment))
    place = "*Write your answer here, in place of this line.*"
    assert stub["manual-q3"].source == place
    assert stub["manual-q3-2"].source == f"Why?\n\n{place}"
    assert reference["manual-q3-2"].source == "Why?\n\nBecause of the mean."
    metadata = stub["manual-q3-2"].metadata["nbgrader"]
    assert (metadata["grade"], metadata["solution"], metadata["points"]) == (True, True, 1.5)


def test_nbgrader_reads_the_stub_as_its_current_schema(week, tmp_path):
    path = tmp_path / "stub.ipynb"
    nbformat.write(stub_notebook(week.assignment), path)
    notebook = read(str(path), as_version=nbformat.current_nbformat)
    flags = {
        cell.metadata.nbgrader.grade_id: tuple(
            cell.metadata.nbgrader[key] for key in ("solution", "grade", "locked")
        )
        for cell in notebook.cells
        if "nbgrader" in cell.metadata
    }
    assert flags["question-q1"] == (True, False, False)
    assert flags["check-q1"] == (False, True, True)
    assert flags["text-1"] == flags["setup"] == (False, False, True)
    assert "code-1" not in flags
    assert notebook.cells[0].metadata.nbgrader.schema_version == SCHEMA_VERSION


def test_points_of_a_check_are_those_of_its_tests_public_and_hidden(week):
    week.edit("test_public.py", "points(2)", "points(1)")
    assert by_id(stub_notebook(week.assignment))["check-q1"].metadata["nbgrader"]["points"] == 3


def test_an_author_who_makes_the_grader_gets_no_second_one(week):
    week.edit(
        "notebook.py", "import numpy as np", "import numpy as np\nimport otter\ngrader = otter.Notebook()"
    )
    assert "setup" not in by_id(stub_notebook(week.assignment))


def test_nothing_of_the_machine_or_of_a_run_is_left(week):
    notebook = stub_notebook(week.assignment)
    assert notebook.metadata == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    assert all(
        not cell.outputs and cell.execution_count is None for cell in notebook.cells if "outputs" in cell
    )


def test_a_wrong_solution_is_the_reference_with_one_answer_replaced(week):
    wrong = next(wrong for wrong in load_wrong(week.assignment) if wrong.name == "mean_pooling")
    assert (wrong.score, wrong.fails[0]) == (4, "test_public.py::test_pooling_of_the_lecture")
    cells, reference = (
        by_id(variant_notebook(week.assignment, wrong)),
        by_id(reference_notebook(week.assignment)),
    )
    changed = [name for name in reference if cells[name].source != reference[name].source]
    assert changed == ["question-q2"]
    assert ".mean(axis=(1, 3))" in cells["question-q2"].source


def test_one_replacement_takes_the_place_of_all_cells_of_its_question(week):
    week.append(
        "notebook.py", '\n# %% question="q2"\nmore = [\n    # BEGIN SOLUTION\n    1\n    # END SOLUTION\n]\n'
    )
    wrong = next(wrong for wrong in load_wrong(week.assignment) if wrong.name == "mean_pooling")
    cells = by_id(variant_notebook(week.assignment, wrong))
    assert "question-q2" in cells and "question-q2-2" not in cells


HEADER = '# /// wrong\n# mistake = "m"\n# score = 1\n# fails = ["test_public.py::test_a"]\n# ///\n\n'
CELL = '# %% question="q1"\nx = 1\n'
WRONG_FILES = {
    "no header": (CELL, "does not begin with a header"),
    "header of another kind": (HEADER.replace("wrong", "right") + CELL, "does not begin with a header"),
    "not toml": (HEADER.replace("= 1", "= =") + CELL, "not valid TOML"),
    "unknown key": (HEADER.replace("score", "scroe = 2\n# score") + CELL, "scroe: unknown key"),
    "missing score": (HEADER.replace("# score = 1\n", "") + CELL, "score: missing"),
    "negative score": (HEADER.replace("= 1", "= -1") + CELL, "score: "),
    "fails nothing": (HEADER.replace('["test_public.py::test_a"]', "[]") + CELL, "fails: "),
    "not a test id": (HEADER.replace("test_public.py::", "") + CELL, "fails.0: "),
    "name in the header": (
        HEADER.replace("score", 'name = "x"\n# score') + CELL,
        "name: is not for the header",
    ),
    "no cell": (HEADER, "replaces nothing"),
    "unknown question": (HEADER + CELL.replace("q1", "q9"), "unknown question 'q9'"),
    "a cell without question": (HEADER + "# %%\nx = 1\n", "and nothing else"),
    "code before the first cell": (HEADER + "x = 1\n\n" + CELL, "and nothing else"),
    "a question twice": (HEADER + CELL + "\n" + CELL, "a second cell for q1"),
    "syntax": (HEADER + CELL.replace("= 1", "="), "line 1"),
}


@pytest.mark.parametrize("case", WRONG_FILES)
def test_a_malformed_wrong_solution_is_refused_by_name(week, case):
    text, said = WRONG_FILES[case]
    week.write("wrong/mine.py", text)
    with pytest.raises(AutograderError) as refusal:
        load_wrong(week.assignment)
    assert "mine.py" in str(refusal.value) and said in str(refusal.value)


RIGHT_FILES = {
    "a wrong one": (HEADER + CELL, "does not begin with a header `# /// right`"),
    "no style": ("# /// right\n# ///\n\n" + CELL, "style: missing"),
    "an empty style": ('# /// right\n# style = " "\n# ///\n\n' + CELL, "style: "),
    "a score": ('# /// right\n# style = "s"\n# score = 1\n# ///\n\n' + CELL, "score: unknown key"),
}


@pytest.mark.parametrize("case", RIGHT_FILES)
def test_a_malformed_right_solution_is_refused_by_name(week, case):
    text, said = RIGHT_FILES[case]
    week.write("right/mine.py", text)
    with pytest.raises(AutograderError) as refusal:
        load_right(week.assignment)
    assert "right/mine.py" in str(refusal.value) and said in str(refusal.value)


def test_a_check_without_any_test_is_refused(week):
    week.edit("test_public.py", 'question("q2")', 'question("q1")')
    week.edit("test_hidden.py", 'question("q2")', 'question("q1")')
    with pytest.raises(BuildError, match="q2 has a check cell but no test"):
        stub_notebook(week.assignment)
