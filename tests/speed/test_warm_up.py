"""What the worker does before it forks: all that would be slow the first time, and nothing that shows."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from autograder.course import Course
from autograder.sandbox import Ran, Slot, SlotSpec, provider

COURSE = Course.find(Path(__file__))
WITH_TENSORFLOW = [
    name for name in COURSE.assignment_names() if "tensorflow" in COURSE.assignment(name).settings.preload
]
PRELOAD = ("numpy", "skimage.data", "matplotlib.pyplot")
# The table of scikit-image's photographs: where it looks depends on the home folder, which is the child's.
FEW = {"skimage.data._fetchers", "skimage.data._registry"}

STATE = """
import gc, linecache, random, sys, threading, warnings
import matplotlib, numpy
from matplotlib import pyplot
from IPython import get_ipython
shell = get_ipython()
state = {
    "rcParams": {name: str(value) for name, value in matplotlib.rcParams.items()},
    "random": str(random.getstate()) + str(numpy.random.get_state()),
    "figures": pyplot.get_fignums(),
    "next figure": pyplot.figure().number,
    "interactive": matplotlib.is_interactive(),
    "names": sorted(shell.user_ns),
    "In": list(shell.user_ns["In"]),
    "Out": dict(shell.user_ns["Out"]),
    "count": shell.execution_count,
    "underscore": [shell.user_ns[name] for name in ("_", "__", "___")],
    "last error": [name for name in ("last_type", "last_value", "last_traceback") if hasattr(sys, name)],
    "cells": [name for name in linecache.cache if name.startswith("<ipython")],
    "threads": threading.active_count(),
    "filters": sorted(str(entry) for entry in warnings.filters),
    "callbacks": {
        event: [call.__qualname__ for call in calls] for event, calls in shell.events.callbacks.items()
    },
}
pyplot.close("all")
"""
COLD = """
import sys
sys.path.insert(0, {package!r})
import {modules}
from autograder.worker.kernel import NotebookKernel
from autograder.worker.submission import _seed
kernel = NotebookKernel()
_seed(1)
output = sys.stdout
ran = kernel.run([{state!r}], (), 1 << 24, lambda index: None)
import json
print(json.dumps([ran[0]["ok"], kernel.names.get("state")]), file=output)
"""


@pytest.fixture(scope="module")
def slot() -> Any:
    with Slot(provider("process"), SlotSpec(PRELOAD)) as slot:
        yield slot


def in_a_slot(slot: Slot, *cells: str) -> dict[str, Any]:
    """Run cells as a submission; what it has in `state` comes back as the last cell prints it."""
    result = slot.run([*cells, "import json; print(json.dumps(state))"], {}, seed=1)
    assert isinstance(result, Ran), result
    assert all(cell["ok"] for cell in result.cells), result.cells
    slot.stop()
    found: dict[str, Any] = json.loads(result.cells[-1]["outputs"][0]["text"])
    return found


def in_a_cold_kernel() -> dict[str, Any]:
    """The same state in a kernel that is the first thing its process does."""
    script = COLD.format(package=str(COURSE.root), modules=", ".join(PRELOAD), state=STATE)
    done = subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True)
    ok, state = json.loads(done.stdout.splitlines()[-1])
    assert ok, done.stdout
    return dict(state)


def test_a_submission_sees_nothing_of_the_warm_up(slot: Slot) -> None:
    warm, cold = in_a_slot(slot, STATE), in_a_cold_kernel()
    assert {name for name in cold if warm[name] != cold[name]} == set()


def test_the_first_cells_of_a_submission_are_its_own(slot: Slot) -> None:
    error = "try:\n    import sys; sys.last_value\nexcept AttributeError as e:\n    state = [str(e)]"
    assert in_a_slot(slot, error) == ["module 'sys' has no attribute 'last_value'"]


def warm(name: str) -> dict[str, Any]:
    """What `warm_worker.py` says of an assignment."""
    script = Path(__file__).with_name("warm_worker.py")
    done = subprocess.run([sys.executable, str(script), name], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def own_modules(name: str) -> set[str]:
    """Modules that ship with an assignment, and the checker that the kernel puts in place."""
    return {"otter", *(path.stem for path in COURSE.assignment(name).shipped_files())}


def test_the_first_week_imports_nothing_after_the_fork() -> None:
    found = warm("w01_corner_filter")
    assert found["failed"] == []
    assert set(found["imported"]) - own_modules("w01_corner_filter") <= FEW
    assert found["frozen"] > 10_000


@pytest.mark.parametrize(
    "name",
    [WITH_TENSORFLOW[0], *(pytest.param(name, marks=pytest.mark.slow) for name in WITH_TENSORFLOW[1:])],
)
def test_tensorflow_has_not_started_before_the_fork(name: str) -> None:
    script = (
        "import sys; sys.argv[1:] = [];"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r});"
        "import importlib, warm_worker;"
        f"[importlib.import_module(name) for name in {COURSE.assignment(name).settings.preload!r}];"
        "from autograder.worker.warm_up import warm_kernel;"
        "output = sys.stdout; warm_kernel(); before = warm_worker._tensorflow_has_started();"
        "import tensorflow; tensorflow.zeros(1);"
        "print(before, warm_worker._tensorflow_has_started(), file=output)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.split()[-2:] == ["False", "True"], done.stdout + done.stderr[-2000:]
