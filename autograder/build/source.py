"""Reads an assignment's source into a notebook whose cells know their role.

A source is `notebook.py` (jupytext's percent format) or a Jupyter notebook, with our cell keys
(`question`, `check`, `manual`, `points`) or with nbgrader's cell metadata. The format is described in
docs/authoring.md.
"""

from __future__ import annotations

import ast
import copy
import difflib
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Annotated, Any, Literal

import nbformat
from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from autograder.build.regions import check_markers, regions
from autograder.course import Assignment
from autograder.errors import BuildError

ROLE_KEYS = ("question", "check", "manual")
OTHER_KEYS = ("points", "tags")


class Role(BaseModel):
    """What a cell is for. `question` is the id of the question that it belongs to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["plain", "question", "check", "manual", "setup"] = "plain"
    question: str | None = None
    points: Annotated[float, Field(ge=0)] | None = None


def role_of(cell: NotebookNode) -> Role:
    """Return the role that `read_source` gave to `cell`."""
    return Role.model_validate(dict(cell.metadata["autograder"]))


def set_role(cell: NotebookNode, role: Role) -> None:
    cell.metadata["autograder"] = role.model_dump(exclude_none=True)


def cells_of(notebook: NotebookNode, kind: str, question: str) -> list[NotebookNode]:
    """Return the cells of one question that have the role `kind`, in order."""
    return [cell for cell in notebook.cells if role_of(cell) == Role(kind=kind, question=question)]


def read_source(assignment: Assignment) -> NotebookNode:
    """Read the source of `assignment`, check it and return it as a version 4.5 notebook.

    Solutions and hidden tests are still in it; a manual cell without a solution region is one as a whole.
    Each cell has its role under `metadata.autograder`; all other metadata but tags is gone.

    Raises:
        BuildError: something in the source is wrong; it names the file, the cell and what to do.
    """
    notebook = _parse(assignment)
    for number, cell in enumerate(notebook.cells, start=1):
        where = cell_name(number, cell)
        role = _role(assignment, cell, where)
        tags = cell.metadata.get("tags")
        cell.metadata = NotebookNode({"tags": tags} if tags else {})
        set_role(cell, role)
        _check_cell(assignment, cell, role, where)
        if role.kind == "manual" and not regions(cell.source, "SOLUTION"):
            cell.source = f"# BEGIN SOLUTION\n{cell.source}\n# END SOLUTION"
    _check_questions(assignment, notebook)
    return notebook


def cell_name(number: int, cell: NotebookNode) -> str:
    """Return how an author finds a cell: its number from 1 and how it begins."""
    first = next((line.strip() for line in cell.source.splitlines() if line.strip()), "")
    return f"cell {number} ({first[:40]!r})" if first else f"cell {number}"


def percent_cells(text: str) -> list[NotebookNode]:
    """Return the cells of a text in percent format, without jupytext's own notes on blank lines."""
    import jupytext  # takes a second to import

    cells = jupytext.reads(text.lstrip("\n"), fmt="py:percent").cells
    for cell in cells:
        for key in ("lines_to_next_cell", "lines_to_end_of_cell_marker"):
            cell.metadata.pop(key, None)
    return list(cells)


def python_of(code: str) -> str:
    """Return a cell's code as plain Python, line for line: magics become calls."""
    if not code.strip():
        return ""
    blank = len(code) - len(code.lstrip("\n"))  # IPython drops the blank lines that a cell begins with
    return "\n" * blank + str(TransformerManager().transform_cell(code))


def defined_names(code: str) -> list[str]:
    """Return the names that a cell's code defines at module level, in order.

    Raises:
        SyntaxError: it is not Python.
    """
    return [name for _, name in bindings(ast.parse(python_of(code)))]


def bindings(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and name of each binding in the scope of `node`, in order."""
    for inner in _same_scope(node):
        if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield inner.lineno, inner.name
        elif isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
            yield inner.lineno, inner.id
        elif isinstance(inner, ast.alias):
            yield inner.lineno, (inner.asname or inner.name).split(".")[0]


def _same_scope(node: ast.AST) -> Iterator[ast.AST]:
    """Walk `node` without entering functions, classes and comprehensions."""
    yield node
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
        return
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.comprehension):
            yield from _same_scope(child)


def _parse(assignment: Assignment) -> NotebookNode:
    path = assignment.source
    if path.suffix not in (".py", ".ipynb"):
        raise BuildError(
            path, "not a notebook source", remedy="Write notebook.py (percent format) or an .ipynb file."
        )
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BuildError(
            path, "the file does not exist", remedy="Write it, or name another with `source = …`."
        ) from None
    except UnicodeDecodeError as error:
        raise BuildError(path, f"not UTF-8: {error}", remedy="Save the file as UTF-8.") from None
    try:
        notebook = copy.deepcopy(_notebook(text, percent=path.suffix == ".py"))
    except Exception as error:  # jupytext and nbformat raise many kinds on malformed files
        raise BuildError(
            path,
            f"cannot be read as a notebook: {_first_line(error)}",
            remedy="Open it in Jupyter (with jupytext for a .py file) to see where it breaks.",
        ) from None
    if not notebook.cells:
        raise BuildError(path, "there are no cells", remedy="Start each cell with a line `# %%`.")
    return notebook


@lru_cache(maxsize=8)  # a build asks for the same source six times
def _notebook(text: str, *, percent: bool) -> NotebookNode:
    if percent:
        return nbformat.v4.new_notebook(cells=percent_cells(text))
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    return nbformat.v4.new_notebook(cells=notebook.cells)


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)


def _role(assignment: Assignment, cell: NotebookNode, where: str) -> Role:
    _check_keys(assignment, cell, where)
    if any(key in cell.metadata for key in (*ROLE_KEYS, "points")):
        return _role_from_keys(assignment, cell, where)
    if "nbgrader" in cell.metadata:
        return _role_from_nbgrader(assignment, cell, where)
    return Role()


def _check_keys(assignment: Assignment, cell: NotebookNode, where: str) -> None:
    """Refuse unknown keys. In an .ipynb, where editors keep theirs, only those that look like ours."""
    known = (*ROLE_KEYS, *OTHER_KEYS)
    for key in cell.metadata:
        if key in (*known, "nbgrader"):
            continue
        if key == "incorrectly_encoded_metadata":
            raise BuildError(
                assignment.source,
                f"the header is not understood: {cell.metadata[key]}",
                field=where,
                remedy='Write values as in `# %% question="q1"` or `# %% [markdown] manual="q6" points=2`.',
            )
        similar = difflib.get_close_matches(key, known, n=1)
        if assignment.source.suffix == ".py" or similar:
            came = f"title {cell.metadata[key]!r}" if key == "title" else repr(key)
            meant = f" Did you mean {similar[0]!r}?" if similar else ""
            raise BuildError(
                assignment.source,
                f"unknown key in the cell's header: {came}",
                field=where,
                remedy=f"Allowed: {', '.join(known)}.{meant}",
            )


def _role_from_keys(assignment: Assignment, cell: NotebookNode, where: str) -> Role:
    kinds = [key for key in ROLE_KEYS if key in cell.metadata]
    if len(kinds) != 1:
        came = " and ".join(kinds) if kinds else "points alone"
        raise BuildError(
            assignment.source,
            f"the cell's header has {came}",
            field=where,
            remedy="Give each cell exactly one of question, check or manual; points go with manual.",
        )
    values = {"kind": kinds[0], "question": cell.metadata[kinds[0]], "points": cell.metadata.get("points")}
    try:
        return Role.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        raise BuildError(
            assignment.source,
            f"{first['loc'][0]}: {first['msg']} (came: {first['input']!r})",
            field=where,
            remedy='Write `manual="q6" points=2`: the id as text, the points as a number.',
        ) from None


def _role_from_nbgrader(assignment: Assignment, cell: NotebookNode, where: str) -> Role:
    """Take nbgrader's solution, grade and grade_id for ours; the grade_id must name the question."""
    metadata: dict[str, Any] = dict(cell.metadata["nbgrader"])
    solution, grade = bool(metadata.get("solution")), bool(metadata.get("grade"))
    if metadata.get("task"):
        raise BuildError(
            assignment.source,
            "nbgrader's task cells are not supported",
            field=where,
            remedy="Make it a manually graded answer.",
        )
    if not solution and not grade:
        return Role()
    question = _question_in(assignment, str(metadata.get("grade_id", "")), where)
    if solution and grade:
        return Role(kind="manual", question=question, points=metadata.get("points", 0))
    return Role(kind="question" if solution else "check", question=question)


def _question_in(assignment: Assignment, grade_id: str, where: str) -> str:
    known = {question.id for question in assignment.settings.questions}
    found = [part for part in re.split(r"[^A-Za-z0-9]+", grade_id) if part in known]
    if len(found) != 1:
        raise BuildError(
            assignment.source,
            f"nbgrader's grade_id {grade_id!r} does not say which question it belongs to",
            field=where,
            remedy=f"Put one of {', '.join(sorted(known))} into it, as in 'q1-solution' and 'q1-tests'.",
        )
    return found[0]


def _check_cell(assignment: Assignment, cell: NotebookNode, role: Role, where: str) -> None:
    known = [question.id for question in assignment.settings.questions]
    if role.question is not None and role.question not in known:
        raise BuildError(
            assignment.source,
            f"unknown question {role.question!r}",
            field=where,
            remedy=f"assignment.toml has {', '.join(known)}; add it there or correct it here.",
        )
    check_markers(assignment.source, where, cell.source)
    if cell.cell_type == "code":
        _check_syntax(assignment, cell, where)
    if role.kind == "question":
        _check_question_cell(assignment, cell, where)
    elif role.kind == "plain" and regions(cell.source, "SOLUTION"):
        raise BuildError(
            assignment.source,
            "a solution in a cell that belongs to no question",
            field=where,
            remedy="Add `question=\"q1\"` (with the question's id) to the cell's header.",
        )
    elif role.kind == "check":
        _check_check_cell(assignment, cell, where)
    elif role.kind == "manual" and role.points is None:
        raise BuildError(assignment.source, "manual without points", field=where, remedy="Add `points=2`.")
    if role.points is not None and role.kind != "manual":
        raise BuildError(
            assignment.source,
            f"points on a {role.kind} cell",
            field=where,
            remedy="Points of a question come from its tests; take `points` out.",
        )


def _check_question_cell(assignment: Assignment, cell: NotebookNode, where: str) -> None:
    if cell.cell_type != "code":
        raise BuildError(
            assignment.source,
            f"a question in a {cell.cell_type} cell",
            field=where,
            remedy="Make it a code cell, or use `manual=` for an answer in words.",
        )
    if not regions(cell.source, "SOLUTION"):
        raise BuildError(
            assignment.source,
            "a question's cell without a solution region: students would get all of it",
            field=where,
            remedy="Put `# BEGIN SOLUTION` and `# END SOLUTION` around the answer.",
        )


def _check_syntax(assignment: Assignment, cell: NotebookNode, where: str) -> None:
    try:
        ast.parse(python_of(cell.source))
    except SyntaxError as error:
        raise BuildError(
            assignment.source, f"line {error.lineno}: {error.msg}", field=where, remedy="Correct the code."
        ) from None


def _check_check_cell(assignment: Assignment, cell: NotebookNode, where: str) -> None:
    if cell.cell_type != "code":
        raise BuildError(
            assignment.source, "a check in a markdown cell", field=where, remedy="Take [markdown] out."
        )
    if cell.source.strip() and assignment.source.suffix == ".py":
        raise BuildError(
            assignment.source,
            "a check cell that is not empty",
            field=where,
            remedy="The builder fills it with `grader.check(…)`; move the code to a cell of its own.",
        )


def _check_questions(assignment: Assignment, notebook: NotebookNode) -> None:
    roles = [role_of(cell) for cell in notebook.cells]
    for question in assignment.settings.questions:
        kinds = [role.kind for role in roles if role.question == question.id]
        _check_completeness(assignment, question.id, kinds)
        answers = "\n\n".join(cell.source for cell in cells_of(notebook, "question", question.id))
        missing = [name for name in question.provides if name not in defined_names(answers)]
        if missing:
            raise BuildError(
                assignment.source,
                f"question {question.id} provides {missing[0]!r}, but none of its cells defines it",
                remedy=f"Define it in a cell with `question={question.id!r}`,"
                " or correct `provides` in assignment.toml.",
            )


def _check_completeness(assignment: Assignment, question: str, kinds: Sequence[str]) -> None:
    """A question is answered in code and checked once, or answered in words."""
    if not kinds:
        problem, remedy = "has no cell", f'Add a cell `# %% question="{question}"`.'
    elif kinds.count("check") > 1:
        problem, remedy = "has more than one check cell", "Keep one: its points count once."
    elif "check" in kinds and "question" not in kinds:
        problem, remedy = "has a check cell but no answer", f'Add a cell `# %% question="{question}"`.'
    elif "question" in kinds and "check" not in kinds:
        problem, remedy = (
            "has no check cell",
            f'Add an empty cell `# %% check="{question}"` after the answer.',
        )
    else:
        return
    raise BuildError(assignment.source, f"question {question} {problem}", remedy=remedy)
