"""The pytest plugin for a plain session: `pytest assignments/w01_corner_filter --submission NOTEBOOK`.

Loaded by pytest in every session of an environment that has the autograder, so it does nothing, and imports
nothing heavy, unless a notebook is named or the tests of an assignment are run.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from autograder.course import Assignment
    from autograder.examiner.notebook import StudentNotebook
    from autograder.sandbox import Slot

SETTINGS = "assignment.toml"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("autograder", "grading notebooks from outside")
    group.addoption("--submission", metavar="NOTEBOOK", help="the student's notebook that an assignment's tests ask")
    group.addoption(
        "--sandbox",
        metavar="NAME",
        help="where the notebook runs: docker, bubblewrap or process (default: the best there is)",
    )


def pytest_configure(config: pytest.Config) -> None:
    add_markers(config)
    notebook = config.getoption("--submission")
    if notebook:
        config.pluginmanager.register(_PlainSession(config, Path(notebook)), "autograder-submission")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.pluginmanager.has_plugin("autograder-submission"):
        return
    for item in items:
        if (item.path.parent / SETTINGS).is_file() and item.path.name in ("test_public.py", "test_hidden.py"):
            raise pytest.UsageError(
                f"{item.path}: these tests ask a student's notebook; name one with --submission NOTEBOOK"
            )


def add_markers(config: pytest.Config) -> None:
    """Declare the markers that tests of an assignment carry."""
    config.addinivalue_line("markers", "question(id): the question that this test belongs to")
    config.addinivalue_line("markers", "points(n): what the test is worth; shared by parametrised cases")


class _PlainSession:
    """Runs the one notebook when the first test asks for a name of it."""

    def __init__(self, config: pytest.Config, path: Path) -> None:
        from autograder.errors import AutograderError
        from autograder.examiner.session import names_plugin

        self._path = path
        self._sandbox: str | None = config.getoption("--sandbox")
        self._slot: Slot | None = None
        self._notebook: StudentNotebook | None = None
        try:
            self._assignment = _assignment_of(config)
            self._content = path.read_bytes()
        except AutograderError as error:
            raise pytest.UsageError(str(error)) from None
        except OSError as error:
            raise pytest.UsageError(f"--submission {path}: {error.strerror}") from None
        names = names_plugin(self._assignment.provides, self._value, lambda: hashlib.sha256(self._content).digest())
        config.pluginmanager.register(names)

    def pytest_unconfigure(self) -> None:
        if self._slot is not None:
            self._slot.close()

    def _value(self, name: str) -> Any:
        if self._notebook is None:
            self._notebook = self._run()
        return self._notebook.value(name)

    def _run(self) -> StudentNotebook:
        from autograder.examiner.notebook import StudentNotebook
        from autograder.intake import read_notebook
        from autograder.sandbox import Slot, SlotSpec, best_available, provider

        reading = read_notebook(self._content)
        if reading.notebook is None:
            pytest.exit(f"{self._path}: {reading.problem}", returncode=2)
        cells = [cell.source for cell in reading.notebook.cells if cell.cell_type == "code"]
        files = {
            file.relative_to(self._assignment.path).as_posix(): file.read_bytes()
            for file in self._assignment.shipped_files()
        }
        spec = SlotSpec(self._assignment.settings.preload, self._assignment.limits)
        sandbox = provider(self._sandbox) if self._sandbox else best_available(spec.image)
        self._slot = Slot(sandbox, spec)
        notebook = StudentNotebook(self._slot, cells, files, seed=0)
        run = notebook.run()
        if run.message:
            print(f"\n{run.message}")  # noqa: T201  (pytest shows it with the first test)
        return notebook


def _assignment_of(config: pytest.Config) -> Assignment:
    """The one assignment whose tests this session was asked to run."""
    from autograder.course import Course

    folders = set()
    for argument in config.args:
        path = Path(argument.split("::")[0]).resolve()
        folder = path if path.is_dir() else path.parent
        if (folder / SETTINGS).is_file():
            folders.add(folder)
    if len(folders) != 1:
        raise pytest.UsageError("--submission: name one assignment's folder, for example assignments/w01_corner_filter")
    folder = folders.pop()
    return Course.find(folder).assignment(folder.name)
