"""The same class, graded side by side by nbgrader, otter-grader and this grader.

A tool that does not give the reference every point has no time. Repetitions are interleaved: a slow minute
hits all.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tables import print_table
from tools import Nbgrader, Otter, Ours, Tool, job_for
from usage import Used

from autograder.course import Assignment

CORES = os.cpu_count() or 1
LIMIT_RUNS = 3
NO_OTTER_GRADE = (
    "`otter grade` is not in the table: it builds a container image for every assignment from the network,"
    " which the benchmark does not use. It runs in the container what `otter run` runs here."
)


@dataclass(frozen=True)
class Size:
    """How many notebooks each tool grades in one run; `ours` are for each slot.

    otter-grader starts anew for every notebook, so few are enough; the others start once for all.
    """

    nbgrader: int
    otter: int
    ours: int


def compare(assignment: Assignment, sandbox: str, size: Size, repetitions: int, scratch: Path) -> None:
    """Grade the class with every tool in turn, again and again, and print the medians."""
    job = job_for(assignment, scratch)
    tools: list[Tool] = [
        Nbgrader(job, scratch / "nbgrader", size.nbgrader),
        Otter(job, scratch / "otter", size.otter),
        Ours(job, scratch / "one", size.ours, jobs=1, sandbox=sandbox),
    ]
    if CORES > 1:
        tools.append(Ours(job, scratch / "all", size.ours * CORES, jobs=CORES, sandbox=sandbox))
    runs: dict[str, list[Used]] = {tool.name: [] for tool in tools}
    for repetition in range(repetitions):
        for tool in tools:
            used = tool.run()
            runs[tool.name].append(used)
            print(f"  {repetition + 1}. {tool.name}: {used.seconds:.1f} s", file=sys.stderr, flush=True)
    print(f"\n### {assignment.name}\n")
    print_table(*_rows(tools, runs))
    _print_limit(assignment, tools, runs)


def _rows(tools: Sequence[Tool], runs: dict[str, list[Used]]) -> tuple[list[str], list[list[str]]]:
    heads = ["", "notebooks", "s each", "per minute", "times nbgrader", "CPU s each", "peak memory MB"]
    slowest = _each(tools[0], runs)
    rows = []
    for tool in tools:
        each = _each(tool, runs)
        cpu = statistics.median(used.cpu_seconds for used in runs[tool.name]) / tool.students
        memory = statistics.median(used.memory_mb for used in runs[tool.name])
        rows.append(
            [
                *(tool.name, str(tool.students), f"{each:.2f}", f"{60 / each:.0f}"),
                *(f"{slowest / each:.1f}", f"{cpu:.2f}", f"{memory:.0f}"),
            ]
        )
    return heads, rows


def _each(tool: Tool, runs: dict[str, list[Used]]) -> float:
    """Seconds for each notebook, start-up and writing of results included: the median over repetitions."""
    return statistics.median(used.seconds for used in runs[tool.name]) / tool.students


def _print_limit(assignment: Assignment, tools: Sequence[Tool], runs: dict[str, list[Used]]) -> None:
    script = Path(__file__).with_name("warm_notebook.py")
    of = [assignment.name, "--course", str(assignment.path)]
    command = [sys.executable, str(script), *of, "--runs", str(LIMIT_RUNS)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    own = statistics.median(json.loads(done.stdout.splitlines()[-1]))
    one_slot = next(tool for tool in tools if isinstance(tool, Ours))
    each = _each(one_slot, runs)
    print(
        f"\nThe limit, the notebook's own cells in a warm interpreter: {own:.2f} s."
        f" One slot takes {each / own:.2f} times that, start-up and results included."
    )
