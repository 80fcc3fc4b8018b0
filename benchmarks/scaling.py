"""What a cluster costs and brings: the same class graded by lanes here and by workers of a Dask cluster here.

Prints seconds per submission once everything is warm, for an empty notebook (what handing out and taking in
cost) and for copies of a reference solution. What a class needs is in the tables of `bench.py --weeks`.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import nbformat
from distributed import LocalCluster
from usage import busy_seconds

from autograder.build import reference_notebook
from autograder.cluster.grader import connect
from autograder.course import Assignment, Course
from autograder.grading import Options, Watcher, grade
from autograder.image.build import image_name
from autograder.intake import find_submissions
from autograder.results import prepare
from autograder.sandbox import SlotSpec, best_available, provider

Grade = Callable[[Assignment, nbformat.NotebookNode, int], "Measured"]


@dataclass(frozen=True)
class Measured:
    """Of one run, with a submission's in the middle of it.

    Args:
        first: seconds to the first result.
        each: seconds per submission after all slots have started.
        processor: processor seconds per submission of all that the machine did.
    """

    first: float
    each: float
    processor: float


def main() -> None:
    """Measure, and print tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assignment", default="w01_corner_filter")
    parser.add_argument("--copies", type=int, default=40)
    parser.add_argument("--sandbox", help="docker, bubblewrap or process (default: the best there is)")
    arguments = parser.parse_args()
    course = Course.find(Path(__file__).parent)
    image = image_name(course, "cpu")
    sandbox = arguments.sandbox or best_available(image).name
    _print_scaling(course, arguments.assignment, sandbox, image, arguments.copies)


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
            print(f"{notebook:36}{place:20}" + "".join(f"{value:13.3f}" for value in values), flush=True)


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
        watcher = Watcher(done=lambda _: done.append((time.perf_counter(), busy_seconds())))
        grade(course, assignment, intake, out, options, watcher)
    warm = done[options.jobs - 1 :]  # every slot has started by then
    each, processor = (
        (last - first) / (len(warm) - 1) for first, last in zip(warm[0], warm[-1], strict=True)
    )
    return Measured(done[0][0] - began, each, processor)


if __name__ == "__main__":
    main()
