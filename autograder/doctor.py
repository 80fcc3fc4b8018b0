"""What this machine can do for grading, and what to do about what it cannot.

Each check looks at the real thing: it talks to the engine, runs `bwrap`, starts a container with a GPU.
Nothing that is missing raises; it becomes a finding with a remedy.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

from docker import DockerClient
from docker.errors import DockerException
from docker.types import DeviceRequest
from packaging.requirements import Requirement
from pydantic import BaseModel, ConfigDict
from requests.exceptions import RequestException
from rich.table import Table
from rich.text import Text

from autograder import __version__, engine
from autograder.course import Course, CourseSettings
from autograder.errors import AutograderError, SandboxUnavailableError
from autograder.image.build import ImageInfo, Variant, find_image, image_name
from autograder.sandbox.bubblewrap import BubblewrapSandbox
from autograder.sandbox.choice import best_available
from autograder.sandbox.docker import DockerSandbox
from autograder.sandbox.process import ProcessSandbox

Status = Literal["ok", "warn", "fail"]

DISTRIBUTION = "cnn-autograder"
OLDEST_PYTHON = (3, 11)
LITTLE_MEMORY_GIB = 4.0
LITTLE_DISK_GIB = 10.0

_ENGINE_SECONDS = 20
_COMMAND_SECONDS = 20
_COLOURS: dict[Status, str] = {"ok": "green", "warn": "yellow", "fail": "red"}


class Finding(BaseModel):
    """One thing that was looked at. `remedy` is empty where nothing needs to be done."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    status: Status
    what: str
    remedy: str = ""


def examine(course: Course | None = None) -> list[Finding]:
    """Look at this machine, for `course` or for any course that keeps the default image name.

    `fail` means that submissions cannot be graded here safely, `warn` that something is poorer than
    it could be. Takes a few seconds; changes nothing.
    """
    course = course or Course(root=Path.cwd(), settings=CourseSettings(name="any course"))
    return [
        *_carefully("python", _python),
        *_carefully("platform", _platform),
        *_carefully("memory", _memory),
        *_carefully("disk", lambda: _disk(course.root)),
        *_carefully("packages", _packages),
        *_carefully("tensorflow", _tensorflow),
        *_carefully("engine", lambda: _engine_and_image(course)),
        *_carefully("user namespaces", _user_namespaces),
        *_carefully("bubblewrap", _bubblewrap),
        *_carefully("sandbox", lambda: _sandbox(course)),
    ]


def healthy(findings: Iterable[Finding]) -> bool:
    """Whether nothing failed."""
    return all(finding.status != "fail" for finding in findings)


def render(findings: Iterable[Finding]) -> Table:
    """The findings as a table that also reads well without colour."""
    table = Table(box=None, pad_edge=False, show_header=False)
    for column in ("status", "name", "what"):
        table.add_column(column, no_wrap=column != "what", overflow="fold", vertical="top")
    for finding in findings:
        what = Text(finding.what)
        if finding.remedy:
            what.append(f"\n→ {finding.remedy}", style="bold")
        table.add_row(Text(finding.status, style=_COLOURS[finding.status]), finding.name, what)
    return table


def _carefully(name: str, check: Callable[[], Finding | list[Finding]]) -> list[Finding]:
    """Run a check; whatever it did not foresee is a finding too."""
    try:
        found = check()
    except AutograderError as error:
        return [Finding(name=name, status="fail", what=error.message, remedy=error.remedy or "")]
    except Exception as error:
        return [
            Finding(
                name=name,
                status="fail",
                what=f"could not be examined: {type(error).__name__}: {error}",
                remedy="Please report this with the line above.",
            )
        ]
    return found if isinstance(found, list) else [found]


def _python() -> Finding:
    what = f"{platform.python_version()} ({sys.executable})"
    if sys.version_info < OLDEST_PYTHON:
        return Finding(name="python", status="fail", what=what, remedy="Install Python 3.11 or newer.")
    return Finding(name="python", status="ok", what=what)


def _platform() -> Finding:
    what = f"{platform.system()} {platform.release()}, {platform.machine()}"
    if platform.system() == "Linux":
        return Finding(name="platform", status="ok", what=what)
    return Finding(
        name="platform",
        status="warn",
        what=what,
        remedy="Grade with a container engine: bubblewrap and the limits of `process` need Linux.",
    )


def _memory() -> Finding:
    gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    what = f"{gib:.1f} GiB, {usable} cores"
    if gib >= LITTLE_MEMORY_GIB:
        return Finding(name="memory", status="ok", what=what)
    return Finding(
        name="memory",
        status="warn",
        what=what,
        remedy=f"A TensorFlow week wants {LITTLE_MEMORY_GIB:.0f} GiB; grade one submission at a time.",
    )


def _disk(folder: Path) -> Finding:
    gib = shutil.disk_usage(folder).free / 2**30
    what = f"{gib:.1f} GiB free in {folder}"
    if gib >= LITTLE_DISK_GIB:
        return Finding(name="disk", status="ok", what=what)
    return Finding(
        name="disk",
        status="warn",
        what=what,
        remedy=f"Make room: the environment and the image together take about {LITTLE_DISK_GIB:.0f} GiB.",
    )


def _packages() -> list[Finding]:
    """Every package that the project requires, against the installed version."""
    needed = [Requirement(text) for text in metadata.requires(DISTRIBUTION) or []]
    versions: dict[str, str] = {}
    problems: list[str] = []
    for requirement in needed:
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        version = _version(requirement.name)
        if version is None:
            problems.append(f"{requirement.name} is missing")
        elif not requirement.specifier.contains(version, prereleases=True):
            problems.append(f"{requirement.name} is {version}, {requirement.specifier} is needed")
        else:
            versions[requirement.name] = version
    if problems:
        remedy = "Install again, with `make setup` in a checkout of the project."
        return [Finding(name="packages", status="fail", what="; ".join(problems), remedy=remedy)]
    listed = ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))
    return [Finding(name="packages", status="ok", what=f"autograder {__version__}; {listed}")]


def _tensorflow() -> Finding:
    versions = {name: _version(name) for name in ("tensorflow", "tensorflow-cpu", "keras")}
    present = ", ".join(f"{name} {version}" for name, version in versions.items() if version)
    if versions["keras"] and (versions["tensorflow"] or versions["tensorflow-cpu"]):
        return Finding(name="tensorflow", status="ok", what=present)
    return Finding(
        name="tensorflow",
        status="warn",
        what="not installed here (the image has its own)",
        remedy="Weeks whose tests hand a Keras model to the student's code need it here too: "
        "install the extra `tensorflow`, or run `make setup` in a checkout of the project.",
    )


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _engine_and_image(course: Course) -> list[Finding]:
    try:
        client = engine.connect(timeout=_ENGINE_SECONDS)
        info: dict[str, Any] = client.info()
    except SandboxUnavailableError as error:
        return [Finding(name="engine", status="warn", what=error.message, remedy=error.remedy or "")]
    return [
        engine_finding(info),
        engine_isolation(info),
        engine_limits(info),
        *_carefully("image cpu", lambda: _image(course, "cpu", client)),
        *_carefully("gpu", lambda: _gpu(course, client, info)),
    ]


def engine_finding(info: Mapping[str, Any]) -> Finding:
    """Which engine answers, from its `/info`."""
    what = (
        f"{info.get('OperatingSystem', 'unknown system')}, version {info.get('ServerVersion', '?')}, "
        f"{info.get('Driver', '?')} storage, cgroup v{info.get('CgroupVersion', '?')}, "
        f"{info.get('NCPU', '?')} cores, {info.get('MemTotal', 0) / 2**30:.1f} GiB"
    )
    return Finding(name="engine", status="ok", what=what)


def engine_isolation(info: Mapping[str, Any]) -> Finding:
    """What stands between a student's root and the machine's root, from the engine's `/info`."""
    options = " ".join(info.get("SecurityOptions") or [])
    kinds = [kind for kind in ("rootless", "userns") if f"name={kind}" in options]
    if "runsc" in (info.get("Runtimes") or {}):
        kinds.append("gVisor available")
    if "name=seccomp" not in options:
        return Finding(
            name="engine isolation",
            status="fail",
            what="the engine does not filter system calls",
            remedy="Use an engine with seccomp: check `docker info` and the kernel's CONFIG_SECCOMP.",
        )
    if kinds:
        return Finding(name="engine isolation", status="ok", what=", ".join(["seccomp", *kinds]))
    return Finding(
        name="engine isolation",
        status="warn",
        what="seccomp; root in a container is root of the machine to the kernel",
        remedy="Run the engine rootless or with user namespaces (docs/operations.md).",
    )


def engine_limits(info: Mapping[str, Any]) -> Finding:
    """Whether the engine can enforce limits on memory, processes and CPU, from its `/info`."""
    fields = {"MemoryLimit": "memory", "PidsLimit": "processes", "CpuCfsQuota": "CPU"}
    missing = [word for field, word in fields.items() if info.get(field) is False]
    if missing:
        return Finding(
            name="engine limits",
            status="fail",
            what=f"the engine cannot limit {', '.join(missing)}",
            remedy="Enable the cgroup controllers (rootless: delegate them, see docs/operations.md).",
        )
    return Finding(name="engine limits", status="ok", what="memory, processes and CPU can be limited")


def _image(course: Course, variant: Variant, client: DockerClient) -> Finding:
    name, command = f"image {variant}", f"autograder image{' --variant gpu' if variant == 'gpu' else ''}"
    image = find_image(course, variant, client=client)
    if image is None:
        missing = f"{image_name(course, variant)} has not been built"
        return Finding(name=name, status="warn", what=missing, remedy=f"Build it: `{command}`.")
    if not image.up_to_date:
        remedy = f"Build it again: `{command}`."
        return Finding(name=name, status="fail", what=f"{_describe(image)} is out of date", remedy=remedy)
    return Finding(name=name, status="ok", what=f"{_describe(image)} is up to date")


def _describe(image: ImageInfo) -> str:
    return f"{image.name} ({image.id.removeprefix('sha256:')[:12]}, built by {image.version or 'unknown'})"


def offers_gpu(info: Mapping[str, Any]) -> bool:
    """Whether the engine can hand an NVIDIA GPU to a container: by its runtime or by CDI."""
    devices = [str(device.get("ID", "")) for device in info.get("DiscoveredDevices") or []]
    return "nvidia" in (info.get("Runtimes") or {}) or any(id.startswith("nvidia.com/gpu") for id in devices)


def _gpu(course: Course, client: DockerClient, info: Mapping[str, Any]) -> list[Finding]:
    if not offers_gpu(info):
        if not Path("/dev/nvidiactl").exists():
            return [Finding(name="gpu", status="ok", what="none on this machine; the CPU is used")]
        return [
            Finding(
                name="gpu",
                status="warn",
                what="the machine has an NVIDIA GPU that the engine cannot pass on",
                remedy="Install the NVIDIA Container Toolkit and restart the engine (docs/operations.md).",
            )
        ]
    image = find_image(course, "gpu", client=client)
    return [_image(course, "gpu", client), *([gpu_in_container(client, image.name)] if image else [])]


def gpu_in_container(client: DockerClient, image: str) -> Finding:
    """Start a container with all GPUs and ask `nvidia-smi` in it what it sees."""
    query = ["nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"]
    try:
        container = client.containers.create(
            image,
            query,
            device_requests=[DeviceRequest(count=-1, capabilities=[["gpu"]])],
            network_mode="none",
            read_only=True,
        )
        try:
            container.start()
            code = container.wait(timeout=_COMMAND_SECONDS)["StatusCode"]
            seen = container.logs().decode(errors="replace").strip()
        finally:
            container.remove(force=True)
    except (DockerException, RequestException) as error:
        return _no_gpu(f"a container with a GPU does not start: {error}")
    if code != 0:
        return _no_gpu(f"`nvidia-smi` failed in a container: {seen}")
    return Finding(name="gpu", status="ok", what="; ".join(seen.splitlines()))


def _no_gpu(what: str) -> Finding:
    remedy = "Check the NVIDIA driver and Container Toolkit (docs/operations.md)."
    return Finding(name="gpu", status="fail", what=what, remedy=remedy)


def _user_namespaces() -> Finding:
    if platform.system() != "Linux":
        return Finding(name="user namespaces", status="ok", what="only Linux has them")
    if shutil.which("unshare") is None:
        return Finding(
            name="user namespaces",
            status="warn",
            what="not tried: the program `unshare` is not installed",
            remedy="Only bubblewrap needs them; the package util-linux has `unshare`.",
        )
    failure = _failure_of(["unshare", "--user", "true"])
    if failure is None:
        return Finding(name="user namespaces", status="ok", what="this user may make them")
    return Finding(
        name="user namespaces",
        status="warn",
        what=f"this user may not make them: {failure}",
        remedy="Set kernel.unprivileged_userns_clone=1 (Debian) or "
        "kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu); only bubblewrap needs them.",
    )


def _bubblewrap() -> Finding:
    binary = shutil.which("bwrap")
    if binary is None:
        return Finding(
            name="bubblewrap",
            status="warn",
            what="bwrap is not installed",
            remedy="Needed only where there is no engine: sudo apt install bubblewrap.",
        )
    failure = BubblewrapSandbox().why_unavailable()
    if failure is None:
        return Finding(name="bubblewrap", status="ok", what=f"{_version_of(binary)} ({binary}) works")
    return Finding(
        name="bubblewrap",
        status="warn",
        what=f"{_version_of(binary)} ({binary}) is there, but {failure}",
        remedy="Let this user make user namespaces (above), or use a container engine.",
    )


def _sandbox(course: Course) -> Finding:
    """Which sandbox grading would take on this machine."""
    name = best_available(image_name(course, "cpu")).name
    if name == ProcessSandbox.name:
        return Finding(
            name="sandbox",
            status="fail",
            what="process: limits only, no isolation; for code that you trust",
            remedy="Get a container engine or bubblewrap ready (above) before grading what students hand in.",
        )
    better = (
        "" if name == DockerSandbox.name else "For GPUs and hard limits, get engine and image ready (above)."
    )
    return Finding(name="sandbox", status="ok", what=f"{name} will be used", remedy=better)


def _version_of(binary: str) -> str:
    command = [binary, "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_COMMAND_SECONDS)
    return done.stdout.strip()


def _failure_of(command: list[str]) -> str | None:
    """Run a command; None where it worked, else the reason in one line."""
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            timeout=_COMMAND_SECONDS,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if done.returncode == 0:
        return None
    return (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
