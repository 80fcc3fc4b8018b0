"""The limit: a notebook's own compute time in a warm interpreter. Prints the seconds of each run as JSON.

Run by `comparison.py` in a process of its own: everything is imported, the notebook has run once, and then
its cells run again and again, unconfined, with nothing asked of them and nothing written. `--profile` prints
what the time of one more run goes into.
"""

from __future__ import annotations

import argparse
import cProfile
import importlib
import json
import os
import pstats
import sys
import tempfile
import time
from pathlib import Path

from tables import print_table

from autograder.build import reference_notebook
from autograder.course import Assignment, Course
from autograder.reading import code_cells
from autograder.worker.warm_up import warm_kernel

OUTPUT_BYTES = 1 << 24
KINDS = {
    "making figures and axes": ("pyplot.py:figure", "figure.py:add_axes"),
    "laying out, drawing and encoding figures": ("kernel.py:_figure_png",),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("assignment")
    parser.add_argument("--course", type=Path, default=Path(__file__).parent, help="a folder of its course")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--profile", action="store_true")
    arguments = parser.parse_args()
    assignment = Course.find(arguments.course).assignment(arguments.assignment)
    standard_output = sys.stdout
    if arguments.profile:
        profiler = cProfile.Profile()
        seconds_of(assignment, 1, profiler)
        sys.stdout = standard_output
        _print_shares(pstats.Stats(profiler))
    else:
        print(json.dumps(seconds_of(assignment, arguments.runs)), file=standard_output)


def seconds_of(assignment: Assignment, runs: int, profiler: cProfile.Profile | None = None) -> list[float]:
    """Seconds that the reference's cells take in each of `runs` runs after a first one; they are profiled."""
    cells = code_cells(reference_notebook(assignment))
    for name in assignment.settings.preload:
        importlib.import_module(name)
    os.environ.update({variable: str(path) for variable, path in assignment.weights.items()})
    kernel = warm_kernel()
    seconds = []
    with tempfile.TemporaryDirectory() as folder:
        for name, content in assignment.shipped_contents().items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        os.chdir(folder)
        for run in range(runs + 1):
            if run and profiler:
                profiler.enable()
            began = time.perf_counter()
            ran = kernel.run(list(cells), (), OUTPUT_BYTES, lambda index: None)
            seconds.append(time.perf_counter() - began)
            if profiler:
                profiler.disable()
            assert all(cell["ok"] for cell in ran)
        os.chdir("/")
    return seconds[1:]


def _print_shares(stats: pstats.Stats) -> None:
    """Print the share of each kind of work, as cProfile sees it: time spent in a function and below it."""
    of: dict[str, float] = {}
    for (file, _, function), (_, _, _, cumulative, _) in stats.stats.items():  # type: ignore[attr-defined]
        of[f"{Path(file).name}:{function}"] = max(cumulative, of.get(f"{Path(file).name}:{function}", 0.0))
    whole = of["kernel.py:run"]
    shares = {name: sum(of[function] for function in functions) / whole for name, functions in KINDS.items()}
    shares["the rest: the answers' own computing, imshow and plot, IPython"] = 1 - sum(shares.values())
    print_table(
        ["of a run of the notebook", "share"], [[name, f"{share:.0%}"] for name, share in shares.items()]
    )


if __name__ == "__main__":
    main()
