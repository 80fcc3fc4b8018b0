"""Who may take part in a grading, and what of it student code can see."""

from __future__ import annotations

import shutil
import site
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from dask_cluster import DaskCluster, eventually
from lessons import NAME, RIGHT, SECRET, Lesson

import autograder
from autograder.cluster.grader import connect
from autograder.cluster.worker import Facts, unfit
from autograder.errors import ClusterError
from autograder.grading import Watcher
from autograder.sandbox import Sandbox

GOOD = Facts("1", "code", "3.11", "docker", "sha256:a", None, 2, 2)
SEARCH = (
    f"""
import os
found = []
for folder, folders, files in os.walk("/"):
    folders[:] = [name for name in folders if os.path.join(folder, name) not in ("/proc", "/sys", "/dev")]
    for name in files:
        if name in ("test_hidden.py", "secret.py"):
            path = os.path.join(folder, name)
            try:
                text = open(path).read()
            except OSError:
                text = ""
            if "forty_two" in text or {SECRET!r} in text:
                found.append(path)
print(*found)
"""
    + RIGHT
)


def other_python(folder: Path) -> str:
    """A Python with all packages of this one and one more."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    (packages,) = folder.glob("lib/*/site-packages")
    # Not only their paths: what is installed as editable has a .pth of its own there.
    lines = [f"import site; site.addsitedir({path!r})\n" for path in site.getsitepackages()]
    (packages / "same.pth").write_text("".join(lines))
    surplus = packages / "surplus-1.0.dist-info"
    surplus.mkdir()
    (surplus / "METADATA").write_text("Metadata-Version: 2.1\nName: surplus\nVersion: 1.0\n")
    return str(folder / "bin" / "python")


@pytest.fixture
def hidden_corner() -> Iterator[Path]:
    """A folder where a careless operator might let workers unpack: inside the Python that sandboxes use."""
    folder = Path(tempfile.mkdtemp(prefix="careless-", dir=sys.prefix))
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    "each_sandbox", ["bubblewrap", pytest.param("process", marks=pytest.mark.slow)], indirect=True
)
def test_hidden_tests_are_private_at_the_worker_and_nowhere_in_a_sandbox(
    each_sandbox: Sandbox, lesson: Lesson, tmp_path: Path, hidden_corner: Path
) -> None:
    lesson.hand_in("ada", SEARCH)
    modes: list[int] = []
    with DaskCluster(tmp_path) as cluster:
        cluster.add_worker("--nthreads", "1", "--resources", "SLOT=1", folder=hidden_corner)
        cluster.wait_for_workers(1)

        def look(_: str) -> None:
            (tests,) = hidden_corner.rglob("test_hidden.py")
            private = tests.parents[2]
            modes.extend(path.stat().st_mode & 0o777 for path in (private, tests))
            names = {path.relative_to(private / "assignments").as_posix() for path in private.rglob("*.*")}
            of_the_week = ("helper.py", "secret.py", "test_hidden.py", "test_public.py")
            assert names == {"conftest.py", *(f"{NAME}/{name}" for name in of_the_week)}

        lesson.grade_on(cluster.address, "out", each_sandbox.name, Watcher(done=look))
        eventually(lambda: not list(hidden_corner.rglob("test_hidden.py")))
    assert modes == [0o700, 0o600]
    report = lesson.reports("out")["ada"]
    assert report["score"] == 3, report
    found = lesson.printed("out", "ada")[:-2]
    if "isolation" in each_sandbox.claims:
        assert found == []
    else:
        assert any(path.startswith(str(hidden_corner)) for path in found), "it finds what can be seen"


@pytest.mark.slow
def test_a_worker_with_another_version_is_refused(tmp_path: Path, lesson: Lesson) -> None:
    source = tmp_path / "other"
    shutil.copytree(Path(autograder.__file__).parent, source / "autograder")
    (source / "autograder" / "__init__.py").write_text('__version__ = "0.0.1"\n')
    lesson.hand_in("ada", RIGHT)
    with DaskCluster(tmp_path) as cluster:
        slot = ("--nthreads", "1", "--resources", "SLOT=1")
        cluster.add_worker(*slot, PYTHONPATH=str(source))
        cluster.wait_for_workers(1)
        with pytest.raises(ClusterError, match=r"has version 0\.0\.1 of the autograder, not") as caught:
            lesson.grade_on(cluster.address, "out")
    assert "tcp://127.0.0.1" in caught.value.message and "same autograder" in (caught.value.remedy or "")
    assert lesson.reports("out") == {}


def test_a_scheduler_without_the_autograder_is_refused(tmp_path: Path, lesson: Lesson) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "autograder.py").write_text("")  # stands in the way of the one that is installed
    lesson.hand_in("ada", RIGHT)
    with (
        DaskCluster(tmp_path, PYTHONPATH=str(other)) as cluster,
        pytest.raises(ClusterError, match=r"the scheduler at tcp://.* has another version") as caught,
    ):
        lesson.grade_on(cluster.address, "out")
    assert "Install the same one" in (caught.value.remedy or "")


@pytest.mark.slow
def test_workers_with_different_packages_are_refused_and_one_that_comes_later_leaves(
    tmp_path: Path, lesson: Lesson
) -> None:
    other = other_python(tmp_path / "venv")
    slot = ("--nthreads", "1", "--resources", "SLOT=1")
    lesson.hand_in_class(6)
    with DaskCluster(tmp_path) as cluster:
        cluster.add_worker(*slot)
        cluster.wait_for_workers(1)

        def add_other(_: str) -> None:
            if len(list(tmp_path.glob("worker*.log"))) == 1:
                cluster.add_worker(*slot, python=other)
                log = tmp_path / "worker2.log"
                eventually(lambda: "It leaves the cluster" in log.read_text())

        assert lesson.grade_on(cluster.address, "out", watcher=Watcher(done=add_other)).not_graded == {}
        assert len(lesson.reports("out")) == 6
        eventually(lambda: len(cluster.worker_processes()) == 1)
        cluster.add_worker(*slot, python=other)
        cluster.wait_for_workers(2)
        with (
            connect(cluster.address) as found,
            pytest.raises(ClusterError, match="would run student code in"),
        ):
            found.sandbox("process", "no-image")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"autograder": "2"}, "version 2 of the autograder, not 1"),
        ({"code": "other"}, "other code"),
        ({"python": "3.12"}, "Python 3.12, not 3.11"),
        ({"identity": None, "problem": "no engine"}, "cannot run the docker sandbox: no engine"),
        ({"identity": "sha256:b"}, "docker sha256:b, not in docker sha256:a"),
        ({"sandbox": "bubblewrap"}, "bubblewrap sha256:a, not in docker"),
    ],
)
def test_a_worker_that_differs_does_not_fit(change: dict[str, str | None], why: str) -> None:
    assert unfit(GOOD, GOOD) is None
    assert why in (unfit(replace(GOOD, **change), GOOD) or "")  # type: ignore[arg-type]


def test_workers_may_differ_in_their_number_of_slots() -> None:
    assert unfit(replace(GOOD, slots=8, threads=1), GOOD) is None
