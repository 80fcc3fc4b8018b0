"""Which question a notebook's cell belongs to, read from its call of the checker or nbgrader's metadata."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from autograder.results.sanitise import plain_text

CHECK = re.compile(r"""^[ \t]*grader[ \t]*\.[ \t]*check\([ \t]*["'](q\d+[a-z]?)["']""", re.MULTILINE)
QUESTION = re.compile(r"(?<![A-Za-z0-9])q\d+[a-z]?(?![A-Za-z0-9])")


def checked_questions(cell: Mapping[str, Any]) -> list[str]:
    """The questions whose public tests a code cell runs with `grader.check("q1")`."""
    return CHECK.findall(plain_text(cell.get("source"))) if cell.get("cell_type") == "code" else []


def nbgrader_metadata(cell: Mapping[str, Any]) -> Mapping[str, Any]:
    """A cell's nbgrader metadata; empty where there is none or it is not a mapping."""
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, Mapping) else None
    return nbgrader if isinstance(nbgrader, Mapping) else {}


def question_of(grade_id: object) -> str | None:
    """The question in a grade_id such as `check-q1`, `q1-check` or `question-q2-3`."""
    found = QUESTION.search(plain_text(grade_id))
    return found[0] if found else None
