"""What goes into the image, what never does, and what makes it out of date."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from autograder.course import Course
from autograder.errors import ConfigurationError
from autograder.image.build import DEFAULT_BASE, VARIANTS, Variant, image_inputs, inputs_digest, own_packages

REPOSITORY = Path(__file__).resolve().parents[2]
IMAGE_FOLDER = REPOSITORY / "autograder" / "image"

ASSIGNMENT = """
title = "A week"
due = 2025-03-14T23:00:00
packages = {packages}
[[questions]]
id = "q1"
title = "A question"
"""


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return course_with(
        tmp_path, w01_first='["pandas>=2", "tensorflow>=2.18"]', w02_second='["lark", "numpy"]'
    )


def course_with(root: Path, **packages: str) -> Course:
    for name, listed in packages.items():
        folder = root / "assignments" / name
        folder.mkdir(parents=True)
        (folder / "assignment.toml").write_text(ASSIGNMENT.format(packages=listed))
    (root / "assignments" / "course.toml").write_text('name = "A course"\n')
    return Course.load(root)


def pins(path: Path) -> dict[str, str]:
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in (line.split("==") for line in lines)}


@pytest.mark.parametrize("variant", VARIANTS)
def test_only_package_lists_the_wire_and_the_worker_go_in(course: Course, variant: Variant) -> None:
    allowed = re.compile(
        rf"Dockerfile|requirements(-{variant}|-course)?\.txt|constraints\.txt|weights/README"
        r"|autograder/__init__\.py|autograder/(wire|worker)/[a-z_/]+\.py"
    )
    strangers = [path for path in image_inputs(course, variant) if not allowed.fullmatch(path)]
    assert strangers == []


def test_all_that_the_worker_imports_of_ours_goes_in(course: Course) -> None:
    files = image_inputs(course, "cpu")
    shipped = {
        path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for path in files
        if path.endswith(".py")
    }
    imported = {
        name for path, source in files.items() if path.endswith(".py") for name in imports_of_ours(source)
    }
    assert "autograder.worker.__main__" in shipped
    assert imported and imported <= shipped


def imports_of_ours(source: bytes) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "autograder")
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "autograder":
            yield str(node.module)


def test_of_the_assignments_packages_those_go_in_that_the_image_does_not_have_anyway(course: Course) -> None:
    lines = image_inputs(course, "gpu")["requirements-course.txt"].decode().splitlines()
    assert lines[1:] == ["lark", "pandas>=2"]


def test_a_package_that_is_no_requirement_is_refused_with_its_file(tmp_path: Path) -> None:
    course = course_with(tmp_path, w01_first='["--index-url=http://elsewhere"]')
    with pytest.raises(ConfigurationError, match="is not a pip requirement") as caught:
        image_inputs(course, "cpu")
    assert caught.value.path == tmp_path / "assignments" / "w01_first" / "assignment.toml"
    assert caught.value.field == "packages"


def test_a_version_that_the_image_cannot_have_is_refused_with_the_one_it_has(tmp_path: Path) -> None:
    course = course_with(tmp_path, w01_first='["numpy<1"]')
    with pytest.raises(ConfigurationError, match=r"the image has numpy \d") as caught:
        image_inputs(course, "cpu")
    assert caught.value.field == "packages"


def test_the_digest_is_the_same_for_the_same_inputs(course: Course) -> None:
    digests = {inputs_digest(image_inputs(course, "cpu"), "cpu", DEFAULT_BASE) for _ in range(2)}
    assert len(digests) == 1


@pytest.mark.parametrize(
    "changed", ["autograder/worker/__main__.py", "constraints.txt", "requirements-course.txt"]
)
def test_the_digest_changes_with_each_file(course: Course, changed: str) -> None:
    files = image_inputs(course, "cpu")
    touched = {**files, changed: files[changed] + b"\n"}
    assert inputs_digest(files, "cpu", DEFAULT_BASE) != inputs_digest(touched, "cpu", DEFAULT_BASE)


def test_the_digest_changes_with_base_and_variant(course: Course) -> None:
    files = image_inputs(course, "cpu")
    digests = {
        inputs_digest(files, "cpu", DEFAULT_BASE),
        inputs_digest(files, "cpu", "another:base"),
        inputs_digest(files, "gpu", DEFAULT_BASE),
    }
    assert len(digests) == 3


def test_every_package_of_the_image_has_an_exact_version() -> None:
    versions = own_packages()
    assert {"numpy", "ipython", "tensorflow", "tensorflow-cpu"} <= versions.keys()
    assert all(Version(version) for version in versions.values())


def test_grader_and_image_have_the_same_versions() -> None:
    grader, image = pins(REPOSITORY / "constraints.txt"), pins(IMAGE_FOLDER / "constraints.txt")
    shared = grader.keys() & image.keys()
    assert len(shared) > 50
    assert {name: grader[name] for name in shared} == {name: image[name] for name in shared}
