"""The pytest plugin for a plain session: `pytest assignments/w01_corner_filter --submission NOTEBOOK`.

Loaded by pytest in every session of an environment that has the autograder, so it does nothing, and imports
nothing heavy, unless a notebook is named or the tests of an assignment are run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from autograder.course import Assignment, Course
    from autograder.examiner.notebook import StudentNotebook
    from autograder.sandbox import Sandbox, Slot

SETTINGS = "assignment.toml"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("autograder", "grading notebooks from outside")
    group.addoption(
        "--submission", metavar="NOTEBOOK", help="the student's notebook that an assignment's tests ask"
    )
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
    """Runs the one notebook when the first test asks for a name of it.

    Raises:
        pytest.UsageError: the notebook, the assignment or the sandbox cannot be used.
    """

    def __init__(self, config: pytest.Config, path: Path) -> None:
        from autograder.errors import AutograderError
        from autograder.examiner.session import names_plugin
        from autograder.reading import code_cells, read_notebook

        self._path = path
        self._slot: Slot | None = None
        self._notebook: StudentNotebook | None = None
        try:
            self._course, self._assignment = _assignment_of(config)
            self._sandbox = _sandbox(config.getoption("--sandbox"), self._course)
            content = path.read_bytes()
        except AutograderError as error:
            raise pytest.UsageError(str(error)) from None
        except OSError as error:
            raise pytest.UsageError(f"--submission {path}: {error.strerror}") from None
        reading = read_notebook(content)
        if reading.notebook is None:
            raise pytest.UsageError(f"--submission {path}: {reading.problem}")
        self._cells = code_cells(reading.notebook)
        seed = hashlib.sha256(content).digest()
        names = names_plugin(self._assignment.provides, self._value, lambda: seed)
        config.pluginmanager.register(names)

    def pytest_report_header(self) -> str:
        isolates = "isolation" in self._sandbox.claims
        warning = "" if isolates else ": no isolation, limits only; for code that you trust"
        return f"autograder: {self._path} runs in the {self._sandbox.name} sandbox{warning}"

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self) -> Iterator[None]:
        """A test that was denied an answer is not passed, whatever it made of that."""
        yield
        losses = self._notebook.losses if self._notebook else []
        if losses:
            raise losses[0]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self) -> Iterator[None]:
        if self._notebook:
            self._notebook.losses.clear()
        yield

    def pytest_unconfigure(self) -> None:
        if self._slot is not None:
            self._slot.close()

    def _value(self, name: str) -> Any:
        if self._notebook is None:
            self._notebook = self._run()
        return self._notebook.value(name)

    def _run(self) -> StudentNotebook:
        from autograder.errors import AutograderError
        from autograder.examiner.notebook import StudentNotebook
        from autograder.image.build import image_name
        from autograder.sandbox import Slot, SlotSpec

        assignment = self._assignment
        image = image_name(self._course, "cpu")
        self._slot = Slot(self._sandbox, SlotSpec.for_assignment(assignment, image))
        notebook = StudentNotebook(self._slot, self._cells, assignment.shipped_contents(), seed=0)
        try:
            run = notebook.run()
        except AutograderError as error:
            pytest.exit(str(error), returncode=error.exit_code)
        if run.message:
            print(f"\n{run.message}")  # noqa: T201  (pytest shows it with the first test)
        return notebook


def _sandbox(name: str | None, course: Course) -> Sandbox:
    from autograder.image.build import image_name
    from autograder.sandbox import best_available, provider

    return provider(name) if name else best_available(image_name(course, "cpu"))


def _assignment_of(config: pytest.Config) -> tuple[Course, Assignment]:
    """The one assignment whose tests this session was asked to run."""
    from autograder.course import Course

    folders = set()
    for argument in config.args:
        path = Path(argument.split("::")[0]).resolve()
        folder = path if path.is_dir() else path.parent
        if (folder / SETTINGS).is_file():
            folders.add(folder)
    if len(folders) != 1:
        raise pytest.UsageError(
            "--submission: name one assignment's folder, for example assignments/w01_corner_filter"
        )
    folder = folders.pop()
    course = Course.find(folder)
    return course, course.assignment(folder.name)
