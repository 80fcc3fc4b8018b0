"""Files of pretrained weights: configured once, found through an environment variable in every sandbox."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from asking import run, value

from autograder.course import Course
from autograder.errors import ConfigurationError
from autograder.image.build import image_inputs
from autograder.sandbox import Slot, SlotSpec, provider
from autograder.sandbox.docker import container_options

ASSIGNMENT = """
title = "A week"
due = 2027-03-05T23:59:00
weights = ["vgg16"]
[[questions]]
id = "q1"
title = "A question"
"""
WEEK = "w01_week"
CONTENT = b"numbers"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course whose one week can use weights that nobody has configured yet."""
    monkeypatch.delenv("VGG16_WEIGHTS", raising=False)
    (tmp_path / "assignments" / WEEK).mkdir(parents=True)
    (tmp_path / "assignments" / WEEK / "assignment.toml").write_text(ASSIGNMENT)
    (tmp_path / "vgg16.h5").write_bytes(CONTENT)
    _configure(tmp_path, "")
    return tmp_path


def _configure(folder: Path, path: str) -> None:
    entry = f'[weights]\nvgg16 = "{path}"\n' if path else ""
    (folder / "assignments" / "course.toml").write_text(f'name = "A course"\n{entry}')


def test_without_configuration_there_are_none(folder: Path) -> None:
    course = Course.load(folder)
    assert course.assignment(WEEK).weights == {}
    assert [name for name in image_inputs(course, "cpu") if name.startswith("weights/")] == ["weights/README"]


def test_the_course_names_a_file_in_its_folder(folder: Path) -> None:
    _configure(folder, "vgg16.h5")
    assert Course.load(folder).assignment(WEEK).weights == {"VGG16_WEIGHTS": (folder / "vgg16.h5").resolve()}


def test_the_environment_names_one_where_the_course_does_not(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VGG16_WEIGHTS", str(folder / "vgg16.h5"))
    assert Course.load(folder).assignment(WEEK).weights == {"VGG16_WEIGHTS": (folder / "vgg16.h5").resolve()}


def test_a_file_that_is_not_there_is_refused_with_the_field(folder: Path) -> None:
    _configure(folder, "elsewhere.h5")
    with pytest.raises(ConfigurationError, match=r"elsewhere\.h5 is not a file") as caught:
        Course.load(folder).assignment(WEEK)
    assert (caught.value.path, caught.value.field) == (
        folder / "assignments" / "course.toml",
        "weights.vgg16",
    )


def test_a_week_that_asks_for_none_gets_none(folder: Path) -> None:
    _configure(folder, "vgg16.h5")
    settings = folder / "assignments" / WEEK / "assignment.toml"
    settings.write_text(settings.read_text().replace('weights = ["vgg16"]\n', ""))
    assert Course.load(folder).assignment(WEEK).weights == {}


@pytest.mark.parametrize("name", ["bubblewrap", "process"])
def test_a_notebook_reads_them_where_the_variable_says(
    folder: Path, name: str, slots: Callable[[str], Slot]
) -> None:
    without = slots(name)
    spec = replace(without.spec, weights=(("VGG16_WEIGHTS", folder / "vgg16.h5"),))
    with Slot(without.sandbox, spec) as slot:
        run(slot, "import os, pathlib\ncontent = pathlib.Path(os.environ['VGG16_WEIGHTS']).read_bytes()")
        assert value(slot, "content") == CONTENT


def test_other_weights_are_another_identity(folder: Path) -> None:
    spec = SlotSpec(weights=(("VGG16_WEIGHTS", folder / "vgg16.h5"),))
    before = provider("process").identity(spec)
    (folder / "vgg16.h5").write_bytes(b"other numbers")
    assert len({before, provider("process").identity(spec), provider("process").identity(SlotSpec())}) == 3


def test_the_image_carries_them_where_the_container_is_told_they_are(folder: Path) -> None:
    _configure(folder, "vgg16.h5")
    course = Course.load(folder)
    assert image_inputs(course, "cpu")["weights/VGG16_WEIGHTS.h5"] == CONTENT
    options = container_options(SlotSpec.for_assignment(course.assignment(WEEK)))
    assert options["environment"]["VGG16_WEIGHTS"] == "/opt/weights/VGG16_WEIGHTS.h5"
