"""Variants of an assignment's reference: wrong solutions, which the tests must catch, and right ones.

A variant is a file of percent cells under a TOML header; each cell takes the place of the reference's
cells of one question. The format is described in docs/authoring.md.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

from nbformat import NotebookNode
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from autograder.build.pipeline import reference_steps, run_steps
from autograder.build.source import percent_cells, python_of, read_source, role_of
from autograder.course import Assignment, configuration_error
from autograder.errors import BuildError
from autograder.report import TestInfo

HEADER = re.compile(r"\A\s*# /// (?P<kind>\w+)\n(?P<toml>(?:#.*\n)*?)# ///[ \t]*(?:\n|\Z)")
TestId = Annotated[str, StringConstraints(pattern=r"^test_(public|hidden)\.py::test_\w+(\[.+\])?$")]
VariantType = TypeVar("VariantType", bound="Variant")


class Replacement(BaseModel):
    """The code that takes the place of a question's cells."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    question: str
    source: str


class Variant(BaseModel):
    """The reference with some questions answered differently. `name` is the file's name without `.py`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    cells: tuple[Replacement, ...]


class Wrong(Variant):
    """A plausible mistake, with the exact score that it must get.

    A test id in `fails` without brackets stands for every case of a parametrised test.
    """

    mistake: str
    score: Annotated[float, Field(ge=0)]
    fails: Annotated[tuple[TestId, ...], Field(min_length=1)]


class Right(Variant):
    """A correct solution of another style; it must get full marks."""

    style: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


def means(name: str, test: str) -> bool:
    """Whether `name` in `fails` means `test`: itself, or a parametrised test without its brackets."""
    return name in (test, test.split("[")[0])


def load_wrong(assignment: Assignment) -> list[Wrong]:
    """Read `wrong/*.py`, sorted by name.

    Raises:
        BuildError: a file is wrong; it names the file, the field and what to do.
        ConfigurationError: a value in a header is wrong.
    """
    return _load_all(assignment, "wrong", Wrong)


def load_right(assignment: Assignment) -> list[Right]:
    """Read `right/*.py`, sorted by name. Raises: as `load_wrong`."""
    return _load_all(assignment, "right", Right)


def variant_notebook(
    assignment: Assignment, variant: Variant, tests: Sequence[TestInfo] | None = None
) -> NotebookNode:
    """Return the solved notebook with the variant's answers, as a student would hand it in.

    Args and Raises: as `reference_notebook`.
    """
    notebook = _with_replacements(read_source(assignment), variant)
    return run_steps(notebook, reference_steps(), assignment, tests)


def _load_all(assignment: Assignment, kind: str, model: type[VariantType]) -> list[VariantType]:
    """Read the files `kind/*.py`, whose headers begin with `# /// kind`, as `model`s."""
    questions = _answered_questions(assignment)
    return [_load(path, kind, model, questions) for path in sorted((assignment.path / kind).glob("*.py"))]


def _answered_questions(assignment: Assignment) -> set[str]:
    roles = [role_of(cell) for cell in read_source(assignment).cells]
    return {role.question for role in roles if role.kind == "question" and role.question}


def _load(path: Path, kind: str, model: type[VariantType], questions: set[str]) -> VariantType:
    text = path.read_text(encoding="utf-8")
    settings, body = _split_header(path, text, kind)
    for key in ("name", "cells"):
        if key in settings:
            raise BuildError(path, "is not for the header", field=key, remedy="Take it out.")
    values = {**settings, "name": path.stem, "cells": _replacements(path, body, questions)}
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise configuration_error(path, error, model) from None


def _split_header(path: Path, text: str, kind: str) -> tuple[dict[str, Any], str]:
    header = HEADER.match(text)
    if header is None or header["kind"] != kind:
        raise BuildError(
            path,
            f"does not begin with a header `# /// {kind}` … `# ///`",
            remedy="Write TOML between the two lines, each line after `# `.",
        )
    lines = [line.removeprefix("#").removeprefix(" ") for line in header["toml"].splitlines()]
    try:
        return tomllib.loads("\n".join(lines)), text[header.end() :]
    except tomllib.TOMLDecodeError as error:
        raise BuildError(
            path, f"the header is not valid TOML: {error}", remedy="Correct it; its first line counts as 1."
        ) from None


def _replacements(path: Path, body: str, questions: set[str]) -> tuple[Replacement, ...]:
    found: list[Replacement] = []
    for number, cell in enumerate(percent_cells(body), start=1):
        where = f"cell {number}"
        question = cell.metadata.get("question")
        if set(cell.metadata) != {"question"} or cell.cell_type != "code":
            raise BuildError(
                path,
                f'the header must be `# %% question="…"` and nothing else (came: {dict(cell.metadata)})',
                field=where,
                remedy="Only answers to questions can be replaced.",
            )
        if question not in questions:
            known = ", ".join(sorted(questions))
            raise BuildError(
                path, f"unknown question {question!r}", field=where, remedy=f"Questions with code: {known}."
            )
        if question in [replacement.question for replacement in found]:
            raise BuildError(
                path, f"a second cell for {question}", field=where, remedy="Write the answer in one cell."
            )
        _check_syntax(path, where, cell.source)
        found.append(Replacement(question=question, source=cell.source))
    if not found:
        raise BuildError(path, "replaces nothing", remedy='Add a cell `# %% question="q1"`.')
    return tuple(found)


def _check_syntax(path: Path, where: str, code: str) -> None:
    try:
        ast.parse(python_of(code))
    except SyntaxError as error:
        raise BuildError(
            path, f"line {error.lineno}: {error.msg}", field=where, remedy="Correct the code."
        ) from None


def _with_replacements(notebook: NotebookNode, variant: Variant) -> NotebookNode:
    """Put each replacement in the place of the question's first cell; the others of the question go."""
    left = {replacement.question: replacement.source for replacement in variant.cells}
    replaced = set(left)
    cells: list[NotebookNode] = []
    for cell in notebook.cells:
        role = role_of(cell)
        if role.kind == "question" and role.question in replaced:
            if role.question not in left:
                continue
            cell.source = left.pop(role.question)
        cells.append(cell)
    notebook.cells = cells
    return notebook
