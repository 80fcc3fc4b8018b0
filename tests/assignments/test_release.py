"""What students download: up to date, runs as it is, and needs nothing of ours."""

from __future__ import annotations

import ast
import json
import shutil
from pathlib import Path

import nbformat
import pytest
from course_weeks import ALL_BUT_THE_FIRST_ARE_SLOW, COURSE, EVERY_WEEK
from nbclient import NotebookClient

from autograder.build import check

WITHOUT_AUTOGRADER = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "autograder":
            raise ModuleNotFoundError(f"No module named {name!r}")

sys.meta_path.insert(0, Absent())
"""


@pytest.fixture
def downloaded(name: str, tmp_path: Path) -> Path:
    """The release folder alone, somewhere else."""
    return Path(shutil.copytree(COURSE.release / name, tmp_path / name))


def executed(path: Path, *first: str) -> nbformat.NotebookNode:
    """Run a notebook top to bottom in a real Jupyter kernel, after some cells of our own."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[:0] = [nbformat.v4.new_code_cell(source) for source in first]
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(path.parent)}}).execute()
    return notebook


def checks_of(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """The cells that ask otter-grader, of which there are some."""
    found = [cell for cell in notebook.cells if cell.source.startswith("grader.check(")]
    assert found
    return found


@EVERY_WEEK
def test_release_and_solutions_are_what_the_sources_give(name):
    check(COURSE, name)


@ALL_BUT_THE_FIRST_ARE_SLOW
def test_the_stub_runs_to_the_end_in_jupyter_and_says_what_is_not_answered(name, downloaded):
    notebook = executed(downloaded / f"{name}.ipynb", WITHOUT_AUTOGRADER)
    for cell in checks_of(notebook):
        assert "is not answered yet" in json.dumps(cell.outputs), cell.source


@ALL_BUT_THE_FIRST_ARE_SLOW
def test_the_solution_passes_every_check_in_the_downloaded_folder_without_the_autograder(name, downloaded):
    solution = downloaded / f"{name}.ipynb"
    shutil.copy(COURSE.solutions / name / solution.name, solution)
    notebook = executed(solution, WITHOUT_AUTOGRADER)
    for cell in checks_of(notebook):
        assert "passed" in json.dumps(cell.outputs), cell.source
    assert "not answered" not in json.dumps([cell.get("outputs") for cell in notebook.cells])


@EVERY_WEEK
def test_nothing_that_ships_imports_the_autograder(name, downloaded):
    sources = {path.name: path.read_text(encoding="utf-8") for path in downloaded.rglob("*.py")}
    notebook = nbformat.read(downloaded / f"{name}.ipynb", as_version=4)
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            sources[f"cell {index}"] = cell.source
    imported = {
        part.name.split(".")[0] if isinstance(node, ast.Import) else (node.module or "").split(".")[0]
        for source in sources.values()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for part in node.names
    }
    assert "numpy" in imported and "autograder" not in imported
