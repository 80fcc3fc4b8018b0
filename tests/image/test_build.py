"""The image as the engine builds and runs it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from docker import DockerClient
from docker.errors import ImageNotFound
from packaging.utils import canonicalize_name

from autograder.course import Course, CourseSettings
from autograder.errors import SandboxError
from autograder.image import ImageInfo, build_image, find_image
from autograder.image.build import BASE_LABEL, image_inputs

pytestmark = pytest.mark.docker

REPOSITORY = Path(__file__).resolve().parents[2]
CONSTRAINTS = REPOSITORY / "autograder" / "image" / "constraints.txt"


@pytest.fixture
def course(tmp_path: Path, docker_engine: DockerClient) -> Iterator[Course]:
    """This repository's course with an image that nobody else uses; removed afterwards."""
    name = f"autograder-test-{tmp_path.parent.name}"
    yield Course(root=REPOSITORY, settings=CourseSettings(name="A course", image=name))
    with contextlib.suppress(ImageNotFound):
        docker_engine.images.remove(f"{name}:cpu")


def run(engine: DockerClient, image: ImageInfo, *command: str, user: str | None = None) -> str:
    """Run a command in the image as the sandbox would: read-only, without network; returns its output."""
    output: bytes = engine.containers.run(
        image.name,
        list(command),
        user=user,
        network_mode="none",
        read_only=True,
        tmpfs={"/tmp": ""},
        cap_drop=["ALL"],
        remove=True,
    )
    return output.decode()


@pytest.mark.slow
def test_an_image_is_built_once_and_kept_while_nothing_changes(
    course: Course, grading_image: ImageInfo, docker_engine: DockerClient
) -> None:
    log: list[str] = []
    first = build_image(course, base=grading_image.base, network="host", progress=log.append)
    second = build_image(course, base=grading_image.base, network="host")
    assert first.built and any(line.startswith("Successfully built") for line in log)
    assert not second.built and second.up_to_date and second.id == first.id
    assert docker_engine.images.get(first.name).labels[BASE_LABEL] == grading_image.base


def test_an_image_is_out_of_date_once_an_assignment_needs_another_package(
    course: Course, grading_image: ImageInfo, tmp_path: Path
) -> None:
    build_image(course, base=grading_image.base, network="host")
    folder = tmp_path / "assignments" / "w01_first"
    folder.mkdir(parents=True)
    (folder / "assignment.toml").write_text(
        'title = "A week"\ndue = 2025-03-14T23:00:00\npackages = ["lark"]\n'
        '[[questions]]\nid = "q1"\ntitle = "A question"\n'
    )
    image = find_image(course.model_copy(update={"root": tmp_path}))
    assert image is not None and not image.up_to_date


def test_a_base_that_cannot_be_had_is_named_with_a_remedy(
    course: Course, docker_engine: DockerClient
) -> None:
    with pytest.raises(SandboxError, match="localhost:1") as caught:
        build_image(course, base="localhost:1/none:none")
    assert "--base" in (caught.value.remedy or "")
    assert find_image(course) is None


def test_the_image_runs_as_a_user_without_rights(
    grading_image: ImageInfo, docker_engine: DockerClient
) -> None:
    assert run(docker_engine, grading_image, "id", "-un").strip() == "worker"
    setuid = run(docker_engine, grading_image, "find", "/", "-xdev", "-perm", "/6000", "-type", "f", user="0")
    assert setuid == ""


def test_the_image_holds_of_ours_what_went_in_and_no_more(
    grading_image: ImageInfo, docker_engine: DockerClient, course: Course
) -> None:
    found = run(docker_engine, grading_image, "find", "/opt/autograder", "-name", "*.py").split()
    went_in = {f"/opt/autograder/{path}" for path in image_inputs(course, "cpu") if path.endswith(".py")}
    assert set(found) == went_in


def test_the_worker_can_be_imported_in_a_read_only_container(
    grading_image: ImageInfo, docker_engine: DockerClient
) -> None:
    code = "import autograder.worker.__main__, numpy, skimage.data; print(skimage.data.camera().shape)"
    assert run(docker_engine, grading_image, "python", "-I", "-c", code).strip() == "(512, 512)"


def test_the_versions_in_the_image_are_the_pinned_ones(
    grading_image: ImageInfo, docker_engine: DockerClient
) -> None:
    listed = run(docker_engine, grading_image, "pip", "list", "--format=freeze").split()
    pinned = {
        canonicalize_name(name): version
        for name, _, version in (line.partition("==") for line in CONSTRAINTS.read_text().splitlines())
    }
    wrong = {
        line
        for line in listed
        if (version := pinned.get(canonicalize_name(line.split("==")[0]))) and version != line.split("==")[1]
    }
    assert len(listed) > 50
    assert wrong == set()


def test_nothing_of_the_machine_that_built_it_stays(
    grading_image: ImageInfo, docker_engine: DockerClient
) -> None:
    settings = run(docker_engine, grading_image, "sh", "-c", "pip config list; ls / /opt; env")
    assert "machine" not in settings and "PIP_" not in settings and "index" not in settings
    history = docker_engine.images.get(grading_image.name).history()
    assert not any("machine" in entry["CreatedBy"] for entry in history)
