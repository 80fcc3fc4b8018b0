"""`autograder doctor`: what a machine can do, said plainly, and never a traceback."""

from __future__ import annotations

import io
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docker import DockerClient
from graders import eventually
from rich.console import Console

from autograder import engine
from autograder.course import Course
from autograder.doctor import (
    Finding,
    engine_isolation,
    engine_limits,
    examine,
    gpu_in_container,
    healthy,
    offers_gpu,
    render,
)
from autograder.errors import SandboxUnavailableError
from autograder.image import ImageInfo

REPOSITORY = Path(__file__).resolve().parents[2]
CAPABLE: dict[str, Any] = {
    "SecurityOptions": ["name=seccomp,profile=default"],
    "Runtimes": {"runc": {}},
    "MemoryLimit": True,
    "PidsLimit": True,
    "CpuCfsQuota": True,
}


def by_name(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.name: finding for finding in findings}


@pytest.fixture
def bare_machine(tmp_path: Path) -> list[Finding]:
    """What the doctor finds in a process that has neither an engine nor any program."""
    code = (
        "import json; from autograder.doctor import examine; "
        "print(json.dumps([finding.model_dump() for finding in examine()]))"
    )
    environment = {"PATH": str(tmp_path), "DOCKER_HOST": f"unix://{tmp_path}/none.sock"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    return [Finding.model_validate(entry) for entry in json.loads(done.stdout)]


@pytest.fixture
def ordinary_user() -> Iterator[None]:
    """Act as a user who is not root for the length of a test."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    yield
    os.seteuid(before)


def test_a_machine_with_nothing_is_told_what_to_install(bare_machine: list[Finding]) -> None:
    found = by_name(bare_machine)
    assert "no container engine" in found["engine"].what
    assert "bwrap is not installed" in found["bubblewrap"].what
    assert found["sandbox"].status == "fail" and "no isolation" in found["sandbox"].what
    assert not healthy(bare_machine)


def test_each_finding_that_is_not_ok_has_a_remedy(bare_machine: list[Finding]) -> None:
    for finding in [*bare_machine, *examine()]:
        assert finding.status == "ok" or finding.remedy, finding


def test_python_and_packages_of_this_environment_are_found_good() -> None:
    found = by_name(examine())
    assert found["python"].status == "ok" and sys.executable in found["python"].what
    assert found["packages"].status == "ok" and "numpy" in found["packages"].what


def test_the_table_reads_without_colour(bare_machine: list[Finding]) -> None:
    page = io.StringIO()
    Console(file=page, width=100).print(render(bare_machine))
    assert "\x1b" not in page.getvalue()
    assert "bwrap is not installed" in page.getvalue() and "→ Needed only where" in page.getvalue()


def test_markup_in_a_finding_is_shown_as_it_is() -> None:
    page = io.StringIO()
    finding = Finding(name="x", status="fail", what="[red]not colour", remedy="pip install 'a[b]'")
    Console(file=page, width=100).print(render([finding]))
    assert "[red]not colour" in page.getvalue() and "a[b]" in page.getvalue()


def test_a_socket_without_an_engine_behind_it_is_not_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "engine.sock"
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(path))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
    with pytest.raises(SandboxUnavailableError, match="is not running") as caught:
        engine.connect()
    assert caught.value.remedy


def test_a_socket_that_this_user_may_not_use_is_said_to_be_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ordinary_user: None
) -> None:
    path = "/var/run/docker.sock"
    monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
    with pytest.raises(SandboxUnavailableError, match="no permission") as caught:
        engine.connect()
    assert "group" in (caught.value.remedy or "")


def test_an_engine_that_shares_root_with_the_machine_is_a_warning() -> None:
    assert engine_isolation(CAPABLE).status == "warn"


@pytest.mark.parametrize("option", ["name=rootless", "name=userns"])
def test_a_rootless_or_user_namespaced_engine_is_good(option: str) -> None:
    info = {**CAPABLE, "SecurityOptions": [*CAPABLE["SecurityOptions"], option]}
    assert engine_isolation(info).status == "ok"


def test_an_engine_without_a_system_call_filter_fails() -> None:
    assert engine_isolation({**CAPABLE, "SecurityOptions": []}).status == "fail"


@pytest.mark.parametrize(
    ("field", "word"), [("MemoryLimit", "memory"), ("PidsLimit", "processes"), ("CpuCfsQuota", "CPU")]
)
def test_an_engine_that_cannot_limit_something_fails(field: str, word: str) -> None:
    finding = engine_limits({**CAPABLE, field: False})
    assert finding.status == "fail" and word in finding.what


@pytest.mark.parametrize(
    ("info", "offered"),
    [
        (CAPABLE, False),
        ({**CAPABLE, "Runtimes": {"runc": {}, "nvidia": {}}}, True),
        ({**CAPABLE, "DiscoveredDevices": [{"Source": "cdi", "ID": "nvidia.com/gpu=0"}]}, True),
        ({**CAPABLE, "DiscoveredDevices": [{"Source": "cdi", "ID": "example.com/card=0"}]}, False),
    ],
)
def test_a_gpu_is_offered_through_a_runtime_or_through_cdi(info: dict[str, Any], offered: bool) -> None:
    assert offers_gpu(info) is offered


@pytest.mark.docker
def test_engine_and_image_are_found(docker_engine: DockerClient, grading_image: ImageInfo) -> None:
    found = by_name(examine(Course.load(REPOSITORY)))
    assert docker_engine.info()["ServerVersion"] in found["engine"].what
    assert found["image cpu"].status == "ok" and "up to date" in found["image cpu"].what
    assert "docker" in found["sandbox"].what


@pytest.mark.docker
def test_an_image_that_is_not_there_comes_with_the_command_that_builds_it(
    tmp_path: Path, docker_engine: DockerClient
) -> None:
    (tmp_path / "assignments").mkdir()
    (tmp_path / "assignments" / "course.toml").write_text('name = "A course"\nimage = "nobody-built-this"\n')
    finding = by_name(examine(Course.load(tmp_path)))["image cpu"]
    assert "nobody-built-this:cpu has not been built" in finding.what
    assert "autograder image" in finding.remedy


@pytest.mark.docker
def test_a_mistake_in_an_assignment_becomes_a_finding(tmp_path: Path, grading_image: ImageInfo) -> None:
    folder = tmp_path / "assignments" / "w01_first"
    folder.mkdir(parents=True)
    (folder.parent / "course.toml").write_text(
        f'name = "A course"\nimage = "{grading_image.name.split(":")[0]}"\n'
    )
    (folder / "assignment.toml").write_text("title = 3\n")
    finding = by_name(examine(Course.load(tmp_path)))["image cpu"]
    assert finding.status == "fail" and "assignment.toml" in finding.what


@pytest.mark.docker
def test_a_gpu_is_looked_for_inside_a_container(
    docker_engine: DockerClient, grading_image: ImageInfo
) -> None:
    finding = gpu_in_container(docker_engine, grading_image.name)

    def is_left() -> bool:
        commands = [entry["Command"] for entry in docker_engine.api.containers(all=True)]
        return any(command.startswith("nvidia-smi") for command in commands)

    assert eventually(lambda: not is_left()), "it leaves its container behind"
    if offers_gpu(docker_engine.info()):
        assert finding.status == "ok" and "MiB" in finding.what
    else:
        assert finding.status == "fail" and "Container Toolkit" in finding.remedy
