"""What a cluster costs and brings: the same class graded by lanes here and by workers of a Dask cluster here.

Prints seconds per submission once everything is warm, for an empty notebook (what handing out and taking in
cost) and for copies of a reference solution. With `--weeks`: what 5,000 submissions of each week need.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import nbformat
from distributed import LocalCluster

from autograder.build import reference_notebook
from autograder.cluster.grader import connect
from autograder.course import Assignment, Course
from autograder.grading import Options, Watcher, grade
from autograder.image.build import image_name
from autograder.intake import find_submissions
from autograder.results import prepare
from autograder.sandbox import SlotSpec, best_available, provider

SUBMISSIONS = 5000
MACHINES = 10
SLOTS_PER_MACHINE = 8
Grade = Callable[[Assignment, nbformat.NotebookNode, int], "Measured"]


@dataclass(frozen=True)
class Measured:
    """Of one run, with a submission's in the middle of it.

    Args:
        first: seconds to the first result.
        each: seconds per submission after it, of one slot.
        processor: processor seconds per submission, of lane and sandbox together, where both run below us.
        memory_mb: mebibytes that a submission held beyond the warm worker.
    """

    first: float
    each: float
    processor: float
    memory_mb: float


def main() -> None:
    """Measure, and print tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assignment", default="w01_corner_filter")
    parser.add_argument("--weeks", action="store_true", help="the cost of 5,000 submissions of each week")
    parser.add_argument("--copies", type=int, help="default: 40, or 5 of each week")
    parser.add_argument("--sandbox", help="docker, bubblewrap or process (default: the best there is)")
    arguments = parser.parse_args()
    course = Course.find(Path(__file__).parent)
    image = image_name(course, "cpu")
    sandbox = arguments.sandbox or best_available(image).name
    if arguments.weeks:
        _print_weeks(course, sandbox, image, arguments.copies or 5)
    else:
        _print_scaling(course, arguments.assignment, sandbox, image, arguments.copies or 40)


def _print_scaling(course: Course, name: str, sandbox: str, image: str, copies: int) -> None:
    assignment = course.assignment(name)
    empty = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("")])
    notebooks = {"an empty notebook": empty, f"the reference of {name}": reference_notebook(assignment)}
    places = {
        "lanes here: 1": partial(_here, course, sandbox, image, 1),
        "lanes here: 2": partial(_here, course, sandbox, image, 2),
        "cluster: 1 worker": partial(_on_cluster, course, sandbox, image, 1),
        "cluster: 2 workers": partial(_on_cluster, course, sandbox, image, 2),
    }
    print(f"{copies} copies, {sandbox} sandbox, one slot for each lane or worker\n")
    heads = ("first s", "then each s", "processor s", "a minute")
    print(f"{'':54}" + "".join(f"{head:>13}" for head in heads))
    for notebook, cells in notebooks.items():
        for place, measure in places.items():
            with measure() as graded:
                found = graded(assignment, cells, copies)
            values = (found.first, found.each, found.processor, 60 / found.each)
            print(f"{notebook:34}{place:20}" + "".join(f"{value:13.3f}" for value in values), flush=True)


def _print_weeks(course: Course, sandbox: str, image: str, copies: int) -> None:
    print(f"{SUBMISSIONS:,} submissions of each week, from {copies} copies of the reference in one warm slot")
    print(f"{sandbox} sandbox; a machine has {SLOTS_PER_MACHINE} slots, each a core\n")
    heads = ("each s", "processor s", "slot-hours", "memory MB", "1 machine h", f"{MACHINES} machines h")
    print(f"{'week':24}" + "".join(f"{head:>15}" for head in heads))
    for assignment in course.assignments():
        with _here(course, sandbox, image, 1) as graded:
            found = graded(assignment, reference_notebook(assignment), copies)
        hours = SUBMISSIONS * max(found.each, found.processor) / 3600
        alone, together = hours / SLOTS_PER_MACHINE, hours / SLOTS_PER_MACHINE / MACHINES
        values = (found.each, found.processor, hours, found.memory_mb, alone, together)
        print(f"{assignment.name:24}" + "".join(f"{value:15.1f}" for value in values), flush=True)


@contextmanager
def _here(course: Course, sandbox: str, image: str, jobs: int) -> Iterator[Grade]:
    options = Options(provider(sandbox), SlotSpec(), jobs)
    yield lambda assignment, notebook, copies: _graded(course, assignment, notebook, copies, image, options)


@contextmanager
def _on_cluster(course: Course, sandbox: str, image: str, workers: int) -> Iterator[Grade]:
    started = LocalCluster(
        n_workers=workers, threads_per_worker=1, resources={"SLOT": 1}, memory_limit=0, dashboard_address=None
    )
    with started, connect(started.scheduler_address) as cluster:
        options = Options(cluster.sandbox(sandbox, image), SlotSpec(), workers, work=cluster.work_through)
        yield lambda assignment, notebook, copies: _graded(
            course, assignment, notebook, copies, image, options
        )


def _graded(
    course: Course,
    assignment: Assignment,
    notebook: nbformat.NotebookNode,
    copies: int,
    image: str,
    options: Options,
) -> Measured:
    options = replace(options, spec=SlotSpec.for_assignment(assignment, image))
    with tempfile.TemporaryDirectory() as folder:
        submissions, out = Path(folder, "submissions"), Path(folder, "out")
        submissions.mkdir()
        for number in range(copies):
            notebook.metadata["copy"] = number
            nbformat.write(notebook, submissions / f"student{number:04}.ipynb")
        prepare(out)
        done: list[tuple[float, float]] = []
        intake = find_submissions(submissions, course, assignment)
        began = time.perf_counter()
        watcher = Watcher(done=lambda _: done.append((time.perf_counter(), _processor_seconds())))
        summary = grade(course, assignment, intake, out, options, watcher)
    warm = done[options.jobs - 1 :]  # every slot has started by then
    each, processor = (
        (last - first) / (len(warm) - 1) for first, last in zip(warm[0], warm[-1], strict=True)
    )
    memory = statistics.median(report.run.memory_mb for report in summary.reports)
    return Measured(done[0][0] - began, each, processor, memory)


def _processor_seconds() -> float:
    """What this process and all below it have used, ended submissions included."""
    parents, used = {}, {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            process = int(path.parent.name)
            parents[process], used[process] = int(fields[1]), sum(map(int, fields[11:15]))
    ours = {os.getpid()}
    while more := {process for process, parent in parents.items() if parent in ours} - ours:
        ours |= more
    return sum(used.get(process, 0) for process in ours) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
