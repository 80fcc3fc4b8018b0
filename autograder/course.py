"""A course folder as data: `course.toml` and each `assignment.toml`, checked on reading.

A wrong entry is refused with the file, the field, what came and what is allowed.
"""

from __future__ import annotations

import os
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator

from autograder.deadlines import DeadlinePolicy
from autograder.errors import ConfigurationError

ASSIGNMENT_PATTERN = r"^w\d{2}_[a-z][a-z0-9_]*$"
Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
WeightsName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Model = TypeVar("Model", bound=BaseModel)


class Limits(BaseModel):
    """What one submission may use. Seconds are wall-clock seconds, sizes are mebibytes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    run_seconds: float = Field(default=60, gt=0, description="running the whole notebook once")
    call_seconds: float = Field(default=10, gt=0, description="one call of a student's function by a test")
    total_seconds: float = Field(
        default=300, gt=0, description="everything for one submission, reruns included"
    )
    memory_mb: int = Field(default=2048, ge=64, description="memory beyond what the warm worker itself holds")
    processes: int = Field(default=64, ge=1, description="processes and threads at one time")
    disk_mb: int = Field(default=256, ge=1, description="files in the scratch folder, /tmp and /dev/shm")
    output_kb: int = Field(default=512, ge=1, description="output kept per cell; the rest is dropped")
    answer_mb: int = Field(default=64, ge=1, description="one answer of a student's function")


class Question(BaseModel):
    """A unit of an assignment, with the names that a student must define for it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, StringConstraints(pattern=r"^q\d+[a-z]?$")]
    title: str
    provides: tuple[Identifier, ...] = ()


class AssignmentSettings(BaseModel):
    """The content of `assignment.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    due: datetime = Field(description="a local date-time without offset, in the course's time zone")
    mandatory: bool = True
    pass_percent: float = Field(default=50, ge=0, le=100)
    source: str = "notebook.py"
    files: tuple[str, ...] = Field(default=(), description="glob patterns of what ships beside the notebook")
    packages: tuple[str, ...] = Field(default=(), description="what the notebook needs, as pip requirements")
    preload: tuple[str, ...] = Field(default=(), description="modules that the warm worker imports once")
    weights: tuple[WeightsName, ...] = Field(
        default=(),
        description="pretrained weights that the notebook can use and does without where there are none",
    )
    limits: Limits | None = None
    deadline: DeadlinePolicy | None = None
    questions: tuple[Question, ...] = Field(min_length=1)

    @field_validator("due")
    @classmethod
    def _due_is_local(cls, due: datetime) -> datetime:
        if due.tzinfo is not None:
            raise ValueError("write the due time without an offset; the course's time zone applies")
        return due

    @field_validator("questions")
    @classmethod
    def _names_are_unique(cls, questions: tuple[Question, ...]) -> tuple[Question, ...]:
        ids = [question.id for question in questions]
        names = [name for question in questions for name in question.provides]
        for kind, values in (("question id", ids), ("provided name", names)):
            twice = {value for value in values if values.count(value) > 1}
            if twice:
                raise ValueError(f"{kind} used twice: {', '.join(sorted(twice))}")
        return questions


class CourseSettings(BaseModel):
    """The content of `course.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    timezone: str = "UTC"
    image: str = Field(default="cnn-autograder", description="name of the container image, without a tag")
    deadline: DeadlinePolicy = DeadlinePolicy()
    limits: Limits = Limits()
    weights: dict[WeightsName, Path] = Field(
        default={}, description="files of pretrained weights by name; relative to the course's folder"
    )

    @field_validator("timezone")
    @classmethod
    def _timezone_exists(cls, timezone: str) -> str:
        if timezone not in available_timezones():
            raise ValueError("not an IANA time zone such as 'Europe/Oslo' or 'America/New_York'")
        return timezone


class Assignment(BaseModel):
    """One assignment folder with its settings resolved against the course's defaults."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    path: Path
    settings: AssignmentSettings
    limits: Limits
    deadline: DeadlinePolicy
    timezone: str
    weights: dict[str, Path] = Field(
        default={}, description="those that there are, by the environment variable that names the file"
    )

    @property
    def provides(self) -> dict[str, str]:
        """Each name that a student must define, with the id of its question."""
        return {name: question.id for question in self.settings.questions for name in question.provides}

    @property
    def source(self) -> Path:
        return self.path / self.settings.source

    @property
    def public_tests(self) -> Path:
        return self.path / "test_public.py"

    @property
    def hidden_tests(self) -> Path:
        return self.path / "test_hidden.py"

    @property
    def notebook_name(self) -> str:
        """File name of the notebook that students get and hand in."""
        return f"{self.name}.ipynb"

    @property
    def due(self) -> datetime:
        """The due time with the course's time zone attached."""
        return self.settings.due.replace(tzinfo=ZoneInfo(self.timezone))

    def shipped_files(self) -> list[Path]:
        """Data, figures and helper modules that ship beside the notebook, sorted by path."""
        found: set[Path] = set()
        for pattern in self.settings.files:
            matches = [path for path in self.path.glob(pattern) if path.is_file()]
            if not matches:
                raise ConfigurationError(
                    self.path / "assignment.toml",
                    f"{pattern!r} matches no file in {self.path.name}/",
                    field="files",
                    remedy="Add the file, or take the pattern out.",
                )
            found.update(matches)
        return sorted(found)

    def shipped_contents(self) -> dict[str, bytes]:
        """The bytes of each shipped file, by its path inside the assignment's folder (with slashes)."""
        return {path.relative_to(self.path).as_posix(): path.read_bytes() for path in self.shipped_files()}


class Course(BaseModel):
    """A course folder: `assignments/` (written), `release/` and `solutions/` (built)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    root: Path
    settings: CourseSettings

    @classmethod
    def load(cls, root: Path) -> Course:
        """Read `root/assignments/course.toml`.

        Raises:
            ConfigurationError: the file is missing or something in it is wrong.
        """
        path = root / "assignments" / "course.toml"
        return cls(root=root.resolve(), settings=_read(path, CourseSettings))

    @classmethod
    def find(cls, start: Path) -> Course:
        """Load the nearest course at or above `start`.

        Raises:
            ConfigurationError: there is none.
        """
        start = start.resolve()
        for folder in (start, *start.parents):
            if (folder / "assignments" / "course.toml").is_file():
                return cls.load(folder)
        raise ConfigurationError(
            start,
            "no course here: neither this folder nor one above it has assignments/course.toml",
            remedy="Change into a course folder, or name one with --course DIR.",
        )

    @property
    def release(self) -> Path:
        return self.root / "release"

    @property
    def solutions(self) -> Path:
        return self.root / "solutions"

    def assignment(self, name: str) -> Assignment:
        """Load one assignment by its folder name.

        Raises:
            ConfigurationError: it does not exist or its `assignment.toml` is wrong.
        """
        path = self.root / "assignments" / name
        if not (path / "assignment.toml").is_file():
            known = ", ".join(self.assignment_names()) or "none yet"
            raise ConfigurationError(
                path / "assignment.toml",
                "there is no such assignment",
                remedy=f"Assignments here: {known}.",
            )
        settings = _read(path / "assignment.toml", AssignmentSettings)
        return Assignment(
            name=name,
            path=path,
            settings=settings,
            limits=settings.limits or self.settings.limits,
            deadline=settings.deadline or self.settings.deadline,
            timezone=self.settings.timezone,
            weights={
                weights_variable(name): file
                for name in settings.weights
                if (file := self._weights_file(name)) is not None
            },
        )

    def _weights_file(self, name: str) -> Path | None:
        """Where the named weights are: `course.toml` says so, or else the environment."""
        field: str | None = None
        variable = weights_variable(name)
        if name in self.settings.weights:
            path = self.root / self.settings.weights[name]
            where, field = self.root / "assignments" / "course.toml", f"weights.{name}"
        elif os.environ.get(variable):
            path, where = Path(os.environ[variable]), Path(f"${variable}")
        else:
            return None
        if not path.is_file():
            raise ConfigurationError(
                where, f"{path} is not a file", field=field, remedy="Correct the path, or take it out."
            )
        return path.resolve()

    def assignment_names(self) -> list[str]:
        """Names of all assignment folders, in week order."""
        folder = self.root / "assignments"
        return sorted(path.parent.name for path in folder.glob("*/assignment.toml"))

    def assignments(self) -> list[Assignment]:
        return [self.assignment(name) for name in self.assignment_names()]


def weights_variable(name: str) -> str:
    """The environment variable that says where a file of weights is: `VGG16_WEIGHTS` for `vgg16`."""
    return f"{name.upper()}_WEIGHTS"


def _read(path: Path, model: type[Model]) -> Model:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigurationError(path, "the file does not exist") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(path, f"not valid TOML: {error}") from None
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise configuration_error(path, error, model) from None


def configuration_error(path: Path, error: ValidationError, model: type[BaseModel]) -> ConfigurationError:
    """Turn pydantic's first complaint into a sentence with field, what came and what is allowed."""
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"]) or None
    came: Any = first.get("input")
    if first["type"] == "extra_forbidden":
        allowed = ", ".join(_fields_at(model, first["loc"][:-1]))
        return ConfigurationError(path, "unknown key", field=field, remedy=f"Allowed here: {allowed}.")
    if first["type"] == "missing":
        return ConfigurationError(path, "missing", field=field, remedy=f"Add `{first['loc'][-1]} = …`.")
    return ConfigurationError(path, f"{first['msg']} (came: {came!r})", field=field)


def _fields_at(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """Names of the fields allowed at `location` inside `model`."""
    current: Any = model
    for part in location:
        if isinstance(part, int):
            continue
        current = _model_in(current.model_fields[part].annotation)
    return list(current.model_fields)


def _model_in(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _model_in(argument)
        if found is not None:
            return found
    return None
