"""Build the image that submissions run in, from a context assembled in memory.

The context holds the Dockerfile, the pinned packages and the worker: nothing else of the grader,
so no test and no solution can end up in an image. An image whose inputs have not changed is kept.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import tarfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, Literal, get_args

from docker import DockerClient
from docker.errors import APIError, DockerException, ImageNotFound
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from requests.exceptions import RequestException

from autograder import __version__, engine
from autograder.course import Assignment, Course
from autograder.errors import ConfigurationError, SandboxError
from autograder.image.machine import machine_files

Variant = Literal["cpu", "gpu"]
VARIANTS: tuple[Variant, ...] = get_args(Variant)
DEFAULT_BASE = "python:3.11-slim-bookworm"
SHIPPED_PACKAGES = ("wire", "worker")

INPUTS_LABEL = "autograder.inputs"
VARIANT_LABEL = "autograder.variant"
VERSION_LABEL = "autograder.version"
BASE_LABEL = "autograder.base"

_LOG_LINES_IN_ERROR = 15
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_TIMEOUT_SECONDS = 1800.0
_PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY")
_COURSE_HEADER = "# What the assignments need beyond requirements.txt."


@dataclass(frozen=True)
class ImageInfo:
    """An image on this machine's engine."""

    name: str  # with its tag, such as cnn-autograder:cpu
    id: str  # the engine's own content digest, sha256:…
    variant: Variant
    inputs: str  # digest of everything it was built from, hexadecimal
    base: str
    version: str  # of the autograder that built it
    up_to_date: bool  # whether building it now would give the same inputs
    built: bool = False  # whether this call built it
    seconds: float = 0.0


def build_image(
    course: Course,
    variant: Variant = "cpu",
    base: str | None = None,
    network: str | None = None,
    progress: Callable[[str], None] | None = None,
    *,
    force: bool = False,
    client: DockerClient | None = None,
) -> ImageInfo:
    """Build `<course's image>:<variant>`, unless it exists with the same inputs.

    Args:
        course: names the image, and its assignments name the packages that it must hold.
        variant: `cpu`, or `gpu` for TensorFlow with CUDA.
        base: image to start from, with python3 >= 3.11 and its venv module; by default Docker's Python.
        network: the engine's network for the build; by default its own choice, or `host` if it has no bridge.
        progress: called with each line of the build's log.
        force: build even if nothing has changed, without the engine's cache.
        client: an engine; by default the one that `DOCKER_HOST` names.

    Raises:
        SandboxUnavailableError: no engine answers, or this user may not use it.
        SandboxError: the build failed; the message ends with the last lines of its log.
        ConfigurationError: an assignment's `packages` is not a list of pip requirements.
    """
    client = client or engine.connect(timeout=_TIMEOUT_SECONDS)
    base = base or DEFAULT_BASE
    name = image_name(course, variant)
    present = find_image(course, variant, base=base, client=client)
    if present and present.up_to_date and not force:
        return present

    files = image_inputs(course, variant)
    labels = {
        INPUTS_LABEL: inputs_digest(files, variant, base),
        VARIANT_LABEL: variant,
        VERSION_LABEL: __version__,
        BASE_LABEL: base,
    }
    start = time.monotonic()
    try:
        log = client.api.build(
            fileobj=_tar(files | machine_files()),
            custom_context=True,
            tag=name,
            buildargs={"BASE": base, "VARIANT": variant, **_proxies()},
            labels=labels,
            network_mode=network or _network(client),
            nocache=force,
            rm=True,
            forcerm=True,
            decode=True,
        )
        _follow(log, name, progress or (lambda line: None))
        image_id = str(client.images.get(name).id)
        if present and present.id != image_id:
            _discard(client, present.id)
    except RequestException as error:
        raise engine.unavailable(error) from None
    except DockerException as error:
        raise SandboxError(f"the engine could not build {name}: {_explain(error)}") from None
    return ImageInfo(
        name=name,
        id=image_id,
        variant=variant,
        inputs=labels[INPUTS_LABEL],
        base=base,
        version=__version__,
        up_to_date=True,
        built=True,
        seconds=time.monotonic() - start,
    )


def find_image(
    course: Course,
    variant: Variant = "cpu",
    *,
    base: str | None = None,
    client: DockerClient | None = None,
) -> ImageInfo | None:
    """Look for the course's image on the engine; None where it has not been built.

    Args:
        base: the base that a build would use; by default the one that the image was built from.

    Raises:
        SandboxUnavailableError: no engine answers, or this user may not use it.
        ConfigurationError: an assignment's `packages` is not a list of pip requirements.
    """
    client = client or engine.connect()
    try:
        image = client.images.get(image_name(course, variant))
    except ImageNotFound:
        return None
    labels = image.labels
    base = base or labels.get(BASE_LABEL, DEFAULT_BASE)
    inputs = labels.get(INPUTS_LABEL, "")
    return ImageInfo(
        name=image_name(course, variant),
        id=str(image.id),
        variant=variant,
        inputs=inputs,
        base=labels.get(BASE_LABEL, ""),
        version=labels.get(VERSION_LABEL, ""),
        up_to_date=inputs == inputs_digest(image_inputs(course, variant), variant, base),
    )


def image_name(course: Course, variant: Variant) -> str:
    """Name and tag of a course's image."""
    return f"{course.settings.image}:{variant}"


def image_inputs(course: Course, variant: Variant) -> dict[str, bytes]:
    """Everything of ours that goes into the image: path in the build's context → content."""
    package = resources.files("autograder")
    folder = package / "image"
    names = ("Dockerfile", "requirements.txt", f"requirements-{variant}.txt", "constraints.txt")
    files = {name: (folder / name).read_bytes() for name in names}
    files["requirements-course.txt"] = _course_requirements(course, own_packages())
    files["autograder/__init__.py"] = (package / "__init__.py").read_bytes()
    for part in SHIPPED_PACKAGES:
        files.update(_python_files(package / part, f"autograder/{part}"))
    files["weights/README"] = b"Pretrained weights that the course has configured.\n"
    for assignment in course.assignments():
        for variable, path in assignment.weights.items():
            files[f"weights/{variable}{path.suffix}"] = path.read_bytes()
    return files


def inputs_digest(files: Mapping[str, bytes], variant: Variant, base: str) -> str:
    """SHA-256 over the inputs, the variant and the name of the base image, in hexadecimal."""
    digest = hashlib.sha256(json.dumps([variant, base]).encode())
    for path in sorted(files):
        digest.update(json.dumps([path, hashlib.sha256(files[path]).hexdigest()]).encode())
    return digest.hexdigest()


def _course_requirements(course: Course, pins: Mapping[str, str]) -> bytes:
    """What the assignments need beyond the image's own packages, one requirement to a line."""
    lines: set[str] = set()
    for assignment in course.assignments():
        for package in assignment.settings.packages:
            requirement = _requirement(package, assignment, pins)
            if canonicalize_name(requirement.name) not in pins:
                lines.add(str(requirement))
    return "".join(f"{line}\n" for line in [_COURSE_HEADER, *sorted(lines)]).encode()


def _requirement(package: str, assignment: Assignment, pins: Mapping[str, str]) -> Requirement:
    try:
        requirement = Requirement(package)
    except InvalidRequirement as error:
        raise ConfigurationError(
            assignment.path / "assignment.toml",
            f"{package!r} is not a pip requirement: {error}",
            field="packages",
            remedy="Write it as in a requirements file, such as 'pandas>=2,<4'.",
        ) from None
    pinned = pins.get(canonicalize_name(requirement.name))
    if pinned and not requirement.specifier.contains(pinned, prereleases=True):
        raise ConfigurationError(
            assignment.path / "assignment.toml",
            f"{package!r} cannot be had: the image has {requirement.name} {pinned}",
            field="packages",
            remedy="Allow that version.",
        )
    return requirement


def own_packages() -> dict[str, str]:
    """Packages that every image has because `requirements*.txt` ask for them, with their exact versions."""
    folder = resources.files("autograder") / "image"
    exact = {
        canonicalize_name(requirement.name): str(requirement.specifier).removeprefix("==")
        for requirement in _requirements(folder / "constraints.txt")
    }
    lists = ("requirements.txt", *(f"requirements-{variant}.txt" for variant in VARIANTS))
    asked = [
        canonicalize_name(requirement.name) for name in lists for requirement in _requirements(folder / name)
    ]
    return {name: exact[name] for name in asked}


def _requirements(file: Traversable) -> list[Requirement]:
    lines = file.read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith(("#", "-"))]


def _python_files(folder: Traversable, prefix: str) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        path = f"{prefix}/{entry.name}"
        if entry.is_dir():
            files.update(_python_files(entry, path))
        elif entry.name.endswith(".py"):
            files[path] = entry.read_bytes()
    return files


def _tar(files: Mapping[str, bytes]) -> io.BytesIO:
    """Pack files without times or owners: the engine's cache must see only their content."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path in sorted(files):
            entry = tarfile.TarInfo(path)
            entry.size = len(files[path])
            entry.mode = 0o644
            archive.addfile(entry, io.BytesIO(files[path]))
    buffer.seek(0)
    return buffer


def _proxies() -> dict[str, str]:
    """Proxy settings of this machine; the engine keeps these build arguments out of the image's history."""
    names = [name for upper in _PROXY_VARIABLES for name in (upper, upper.lower())]
    return {name: os.environ[name] for name in names if name in os.environ}


def _network(client: DockerClient) -> str | None:
    """`host` for an engine that was started without a bridge, else the engine's own choice."""
    return None if client.networks.list(names=["bridge"]) else "host"


def _follow(log: Iterator[Any], name: str, progress: Callable[[str], None]) -> None:
    """Pass the log on line by line; raise with its last lines if the build failed."""
    tail: deque[str] = deque(maxlen=_LOG_LINES_IN_ERROR)
    for entry in log:
        if "error" in entry:
            raise _build_failed(name, str(entry["error"]), list(tail))
        text = _COLOUR.sub("", str(entry.get("stream") or entry.get("status") or ""))
        for line in filter(None, map(str.rstrip, text.splitlines())):
            tail.append(line)
            progress(line)


def _discard(client: DockerClient, image_id: str) -> None:
    """Remove an image that lost its last name; it stays as long as a container runs it."""
    with suppress(APIError):
        if not client.images.get(image_id).tags:
            client.images.remove(image_id)


def _build_failed(name: str, error: str, tail: list[str]) -> SandboxError:
    log = "\n".join([*tail, error])
    step = next((line for line in reversed(tail) if line.startswith("Step ")), "")
    return SandboxError(f"building {name} failed:\n{_indent(log)}", remedy=_remedy(step, log))


def _remedy(step: str, log: str) -> str:
    if " FROM " in step:
        return "The base image cannot be had: name one that this machine has, with --base NAME."
    if re.search(r"No matching distribution|ResolutionImpossible|conflicting", log):
        return (
            "The packages cannot be had together: compare `packages` in the assignments with the "
            "versions in autograder/image/constraints.txt."
        )
    if re.search(r"resolution|Network is unreachable|Connection|timed out|CERTIFICATE", log):
        return "The build cannot reach the package index: try --network host; check proxy and certificates."
    if "No space left" in log:
        return "The engine's disk is full: `docker system prune` frees what nothing uses."
    return "The lines above say what went wrong; the last one is the engine's."


def _explain(error: DockerException) -> str:
    return str(error.explanation or error) if isinstance(error, APIError) else str(error)


def _indent(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
