"""One warm slot per provider for the whole session, and what to do where a provider is not there."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import NoReturn

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from providers import EVERY, LIMITS, PRELOAD, OrdinaryUserBubblewrap, marker

import autograder
from autograder.sandbox import Sandbox, Slot, SlotSpec
from autograder.sandbox.bubblewrap import BubblewrapSandbox
from autograder.sandbox.docker import DockerSandbox
from autograder.sandbox.process import ProcessSandbox, font_cache


@pytest.fixture(scope="session")
def secrets_outside() -> Iterator[list[str]]:
    """What no submission may find: a secret in the grader's environment, there before any sandbox is started,
    and one in a file of the course."""
    planted = [marker(), marker()]
    folder = Path(tempfile.mkdtemp(prefix="course-"))
    folder.chmod(0o755)
    (folder / "test_hidden.py").write_text(f"EXPECTED = {planted[0]!r}\n")
    os.environ["GRADEBOOK_PASSWORD"] = planted[1]
    yield planted
    del os.environ["GRADEBOOK_PASSWORD"]
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def slots(request: pytest.FixtureRequest, secrets_outside: list[str]) -> Iterator[Callable[[str], Slot]]:
    """Gives the session's slot of a provider, started when it is first asked for."""
    opened: dict[str, Slot] = {}

    def slot_of(name: str) -> Slot:
        if name not in opened:
            opened[name] = Slot(*_provider(name, request))
            opened[name].warm_up()
        return opened[name]

    yield slot_of
    for slot in opened.values():
        slot.close()


@pytest.fixture(params=EVERY)
def slot(request: pytest.FixtureRequest, slots: Callable[[str], Slot]) -> Iterator[Slot]:
    """A warm slot. Whatever a test did in it, the next submission must run there unharmed."""
    slot = slots(request.param)
    yield slot
    slot.stop()
    honest = slot.run(["total = sum(range(10))"], {}, seed=1)
    assert getattr(honest, "cells", honest) and honest.cells[0]["ok"], (
        f"the next submission is harmed: {honest}"
    )
    slot.stop()


def _provider(name: str, request: pytest.FixtureRequest) -> tuple[Sandbox, SlotSpec]:
    if name == "docker":
        image = request.getfixturevalue("grading_image")
        return DockerSandbox(), SlotSpec(PRELOAD, LIMITS, image=image.name)
    sandbox: Sandbox = ProcessSandbox()
    if name == "bubblewrap":
        sandbox = BubblewrapSandbox()
    elif name == "bubblewrap as an ordinary user":
        if os.geteuid() != 0:
            pytest.skip("these tests run as an ordinary user, so `bubblewrap` is that already")
        sandbox = OrdinaryUserBubblewrap(request.getfixturevalue("ordinary_python"))
    why = sandbox.why_unavailable()
    if why is not None:
        _unavailable(f"{name}: {why}")
    return sandbox, SlotSpec(PRELOAD, LIMITS)


def _unavailable(reason: str) -> NoReturn:
    if os.environ.get("REQUIRE_BUBBLEWRAP") == "1":
        pytest.fail(f"REQUIRE_BUBBLEWRAP=1, but {reason}", pytrace=False)
    pytest.skip(f"NOT TESTED WITH BUBBLEWRAP: {reason}")


@pytest.fixture(scope="session")
def ordinary_python() -> Iterator[Path]:
    """A Python that every user may run, with what the worker and the sandbox need.

    Not the one that runs here, which may lie in a folder of root's.
    """
    base = Path("/usr/bin/python3")
    version = ".".join(map(str, sys.version_info[:2]))
    has = (
        subprocess.run([base, "-V"], capture_output=True, text=True, check=False).stdout
        if base.exists()
        else ""
    )
    if not has.startswith(f"Python {version}."):
        _unavailable(
            f"{base} is not a Python {version} that an ordinary user could run ({has.strip() or 'missing'})"
        )
    home = Path(tempfile.mkdtemp(prefix="ordinary-"))
    try:
        _make_environment(home / "venv", base, version)
        fonts = Path(font_cache())
        shutil.copytree(fonts, home / "fonts") if fonts.is_dir() else (home / "fonts").mkdir()
        subprocess.run(["chmod", "-R", "a+rX", str(home)], check=True)
        yield home / "venv" / "bin" / "python"
    finally:
        shutil.rmtree(home)


def _make_environment(folder: Path, base: Path, version: str) -> None:
    site = folder / "lib" / f"python{version}" / "site-packages"
    site.mkdir(parents=True)
    (folder / "bin").mkdir()
    (folder / "bin" / "python").symlink_to(base)
    (folder / "pyvenv.cfg").write_text(f"home = {base.parent}\ninclude-system-site-packages = false\n")
    for name in _with_dependencies(
        "ipython", "matplotlib", "matplotlib-inline", "msgpack", "pydantic", "docker"
    ):
        for file in set(metadata.files(name) or []):
            if file.parts[0] != ".." and "tests" not in file.parts and file.locate().is_file():
                _link(Path(file.locate()), site / file)
    package = Path(autograder.__file__).parent
    shutil.copytree(package, site / "autograder", ignore=shutil.ignore_patterns("__pycache__"))


def _link(source: Path, target: Path) -> None:
    """Let `target` be the same file where another user could read it and the disk allows; else a copy."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        if not source.stat().st_mode & stat.S_IROTH:
            raise PermissionError
        target.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, target)


def _with_dependencies(*names: str) -> set[str]:
    """The names of installed distributions that `names` need, themselves included."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        try:
            needs = [Requirement(text) for text in metadata.requires(name) or []]
        except metadata.PackageNotFoundError:
            continue
        found.add(name)
        wanted = [
            canonicalize_name(need.name)
            for need in needs
            if need.marker is None or need.marker.evaluate({"extra": ""})
        ]
        waiting += [name for name in wanted if name not in found]
    return found
