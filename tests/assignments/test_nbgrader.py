"""The released notebooks are nbgrader's: its own command and its own schema accept them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from course_weeks import ALL_BUT_THE_FIRST_ARE_SLOW, COURSE, EVERY_WEEK
from nbgrader.nbgraderformat import ValidationError, read
from nbgrader.nbgraderformat.v3 import MetadataValidatorV3


@ALL_BUT_THE_FIRST_ARE_SLOW
def test_nbgrader_validate_accepts_the_released_notebook(name, tmp_path):
    folder = shutil.copytree(COURSE.release / name, tmp_path / name)
    command = [str(Path(sys.executable).parent / "nbgrader"), "validate", f"{name}.ipynb"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Success! Your notebook passes all the tests." in done.stdout


@EVERY_WEEK
@pytest.mark.parametrize("kind", ["release", "solutions"])
def test_the_metadata_is_valid_in_schema_3(name, kind):
    path = COURSE.root / kind / name / f"{name}.ipynb"
    notebook = read(str(path), as_version=4)
    MetadataValidatorV3().validate_nb(notebook)
    marked = [cell.metadata.nbgrader for cell in notebook.cells if "nbgrader" in cell.metadata]
    assert {cell.schema_version for cell in marked} == {3}
    assert any(cell.solution and not cell.grade for cell in marked)
    assert all(cell.locked for cell in marked if cell.grade and not cell.solution)


@EVERY_WEEK
def test_broken_metadata_would_be_noticed(name):
    notebook = nbformat.read(COURSE.release / name / f"{name}.ipynb", as_version=4)
    graded = next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade"))
    del graded.metadata.nbgrader["points"]
    with pytest.raises(ValidationError):
        MetadataValidatorV3().validate_nb(notebook)
