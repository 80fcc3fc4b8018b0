"""From an assignment's source to the notebooks that students and graders open.

Each step takes a notebook and returns it changed; the order of the steps is the two lists at the top.
"""

from __future__ import annotations

import ast
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.build.regions import Region, regions, replace_regions
from autograder.build.source import Role, bindings, defined_names, python_of, read_source, role_of, set_role
from autograder.course import Assignment
from autograder.errors import BuildError
from autograder.examiner import PLACEHOLDER, collect
from autograder.report import TestInfo

NBGRADER_SCHEMA = 3
SETUP_CODE = """\
# Run this cell first: it gives you grader.check("q1") and its like.
import otter

grader = otter.Notebook()"""
ANSWER_HERE = "*Write your answer here, in place of this line.*"


@dataclass(frozen=True)
class Recipe:
    """What the steps know besides the notebook. `points` is by question."""

    assignment: Assignment
    points: dict[str, float]


Step = Callable[[NotebookNode, Recipe], NotebookNode]


def stub_steps() -> list[Step]:
    """The steps from a source to the notebook that students get."""
    return [drop_hidden_tests, leave_out_solutions, *_finish()]


def reference_steps() -> list[Step]:
    """The steps from a source to the solved notebook."""
    return [drop_hidden_tests, keep_solutions, *_finish()]


def _finish() -> list[Step]:
    return [add_setup, fill_checks, name_cells, add_nbgrader_metadata, add_checksums, strip_machine]


def stub_notebook(assignment: Assignment, tests: Sequence[TestInfo] | None = None) -> NotebookNode:
    """Return the notebook as students get it: nothing answered.

    Args:
        tests: the assignment's tests if the caller has collected them already; points come from them.

    Raises:
        BuildError: the source is wrong.
        ConfigurationError: the tests are wrong.
    """
    return run_steps(read_source(assignment), stub_steps(), assignment, tests)


def reference_notebook(assignment: Assignment, tests: Sequence[TestInfo] | None = None) -> NotebookNode:
    """Return the solved notebook as a student would hand it in; same cells and ids as the stub.

    Args and Raises: as `stub_notebook`.
    """
    return run_steps(read_source(assignment), reference_steps(), assignment, tests)


def run_steps(
    notebook: NotebookNode, steps: Sequence[Step], assignment: Assignment, tests: Sequence[TestInfo] | None
) -> NotebookNode:
    """Run `steps` on a notebook that came from `read_source`."""
    recipe = Recipe(assignment, points_by_question(assignment, collected(assignment, tests)))
    for step in steps:
        notebook = step(notebook, recipe)
    return notebook


def collected(assignment: Assignment, tests: Sequence[TestInfo] | None) -> Sequence[TestInfo]:
    """Return `tests`, or what pytest collects for the assignment."""
    if tests is not None:
        return tests
    return collect(assignment)


def points_by_question(assignment: Assignment, tests: Sequence[TestInfo]) -> dict[str, float]:
    """Return the points of each question that has tests, public and hidden together.

    Raises:
        BuildError: a test belongs to a question that assignment.toml does not have.
    """
    known = {question.id for question in assignment.settings.questions}
    for test in tests:
        if test.question not in known:
            raise BuildError(
                assignment.path / test.id.split("::")[0],
                f"{test.id} belongs to question {test.question!r}, which assignment.toml does not have",
                remedy=f"Questions there: {', '.join(sorted(known))}.",
            )
    return {
        question: _round(math.fsum(test.points for test in tests if test.question == question))
        for question in sorted({test.question for test in tests})
    }


def _round(points: float) -> float:
    """Undo what splitting points between cases has lost: 3 × 1/3 is 1."""
    rounded = round(points, 6)
    return int(rounded) if rounded == int(rounded) else rounded


def drop_hidden_tests(notebook: NotebookNode, recipe: Recipe) -> NotebookNode:
    """Take out nbgrader's hidden tests."""
    for cell in notebook.cells:
        cell.source = replace_regions(cell.source, "HIDDEN TESTS", lambda region: [])
    return notebook


def keep_solutions(notebook: NotebookNode, recipe: Recipe) -> NotebookNode:
    """Keep the answers, without the markers around them."""
    for cell in notebook.cells:
        cell.source = replace_regions(cell.source, "SOLUTION", lambda region: list(region.lines))
    return notebook


def leave_out_solutions(notebook: NotebookNode, recipe: Recipe) -> NotebookNode:
    """Put `...`, `raise NotImplementedError(…)` or a line to write on in the answers' place."""
    needed = set(recipe.assignment.provides) | _names_used_by_given_code(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code" and regions(cell.source, "SOLUTION"):
            cell.source = _without_answer(cell.source, role_of(cell).question, needed)
        else:
            cell.source = replace_regions(cell.source, "SOLUTION", lambda region: [ANSWER_HERE])
    return notebook


def _names_used_by_given_code(notebook: NotebookNode) -> set[str]:
    return {
        node.id
        for cell in notebook.cells
        if cell.cell_type == "code"
        for node in ast.walk(ast.parse(python_of(cell.source)))
        if isinstance(node, ast.Name)
        and isinstance(node.ctx, ast.Load)
        and not any(region.begin < node.lineno < region.end for region in regions(cell.source, "SOLUTION"))
    }


def _without_answer(code: str, question: str | None, needed: set[str]) -> str:
    tree = ast.parse(python_of(code))

    def placeholder(region: Region) -> list[str]:
        if _in_function(tree, region):
            return [f'{region.indentation}raise NotImplementedError("{PLACEHOLDER} {question} here.")']
        names = [name for line, name in bindings(tree) if region.begin < line < region.end and name in needed]
        return [f"{region.indentation}{name} = ..." for name in dict.fromkeys(names)] or [
            f"{region.indentation}..."
        ]

    return replace_regions(code, "SOLUTION", placeholder)


def _in_function(tree: ast.Module, region: Region) -> bool:
    offset = next(
        (i for i, line in enumerate(region.lines) if line.strip() and not line.strip().startswith("#")), 0
    )
    first = region.begin + 1 + offset
    return any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.lineno < region.begin
        and node.end_lineno is not None
        and first <= node.end_lineno
        for node in ast.walk(tree)
    )


def add_setup(notebook: NotebookNode, recipe: Recipe) -> NotebookNode:
    """Put the cell that makes `grader` before the first code cell, unless the author makes it."""
    if any(cell.cell_type == "code" and "grader" in defined_names(cell.source) for cell in notebook.cells):
        return notebook
    cell = nbformat.v4.new_code_cell(SETUP_CODE)
    set_role(cell, Role(kind="setup"))
    first = next((i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"), 0)
    notebook.cells.insert(first, cell)
    return notebook


def fill_checks(notebook: NotebookNode, recipe: Recipe) -> NotebookNode:
    """Make each check cell call otter-grader, after what nbgrader's visible tests it may hold."""
    for cell in notebook.cells:
        role = role_of(cell)
        if role.kind == "check":
            given = cell.source.strip("\n")
            call = f'grader.check("{role.question}")'
            cell.source = f"{given}\n\n{call}" if given.strip() else call
    return notebook


def name_cells(notebook: NotebookNode, recipe: Recipe) -> NotebookNode:
    """Give each cell an id made of its role and how many like it came before."""
    seen: Counter[str] = Counter()
    for cell in notebook.cells:
        role = role_of(cell)
        if role.kind == "plain":
            kind = "text" if cell.cell_type == "markdown" else cell.cell_type
            seen[kind] += 1
            cell.id = f"{kind}-{seen[kind]}"
            continue
        name = f"{role.kind}-{role.question}" if role.question else role.kind
        seen[name] += 1
        cell.id = name if seen[name] == 1 else f"{name}-{seen[name]}"
    return notebook


def add_nbgrader_metadata(notebook: NotebookNode, recipe: Recipe) -> NotebookNode:
    """Tell nbgrader what each cell is. Text, checks and the setup are read-only, given code is not."""
    for cell in notebook.cells:
        role = role_of(cell)
        solution = role.kind in ("question", "manual")
        grade = role.kind in ("check", "manual")
        locked = role.kind in ("check", "setup") or (role.kind == "plain" and cell.cell_type == "markdown")
        if not (solution or locked):
            continue
        metadata: dict[str, Any] = {
            "schema_version": NBGRADER_SCHEMA,
            "grade_id": cell.id,
            "cell_type": cell.cell_type,
            "solution": solution,
            "grade": grade,
            "locked": locked,
            "task": False,
        }
        if grade:
            metadata["points"] = role.points if role.kind == "manual" else _points_of(role, recipe)
        cell.metadata["nbgrader"] = metadata
        cell.metadata["deletable"] = False
        if locked:
            cell.metadata["editable"] = False
    return notebook


def _points_of(role: Role, recipe: Recipe) -> float:
    if role.question not in recipe.points:
        raise BuildError(
            recipe.assignment.path,
            f"question {role.question} has a check cell but no test",
            remedy=f'Write a test with @pytest.mark.question("{role.question}") in test_public.py.',
        )
    return recipe.points[role.question]


def add_checksums(notebook: NotebookNode, recipe: Recipe) -> NotebookNode:
    """Let `nbgrader validate` notice when a student has changed a read-only cell."""
    from nbgrader.utils import compute_checksum  # takes seconds to import

    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("locked"):
            cell.metadata["nbgrader"]["checksum"] = compute_checksum(cell)
    return notebook


def strip_machine(notebook: NotebookNode, recipe: Recipe) -> NotebookNode:
    """Keep nothing of the machine or the run that the source came from."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
            cell.execution_count = None
    notebook.metadata = NotebookNode(
        kernelspec=NotebookNode(display_name="Python 3", language="python", name="python3"),
        language_info=NotebookNode(name="python"),
    )
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    nbformat.validate(notebook)
    return notebook
