"""Is the cost of a submission flat from 10 to 1,000 of them? Prints a table and draws docs/images/curve.png.

Classes of growing size hand in the scaffold's small assignment, so that a thousand take minutes. Each is
graded by `autograder grade` from nothing, feedback pages, gradebook and class report included.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

import nbformat
from small_course import NAME, small_course
from tables import print_table
from usage import Used, measured

from autograder.build import reference_notebook

SIZES = (10, 30, 100, 300, 1000)
PICTURE = Path(__file__).parents[1] / "docs" / "images" / "curve.png"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--sandbox", default="bubblewrap", help="one whose processes are the grader's children"
    )
    parser.add_argument("--picture", type=Path, default=PICTURE)
    arguments = parser.parse_args()
    used = {}
    with tempfile.TemporaryDirectory(prefix="benchmark-") as scratch:
        for size in arguments.sizes:
            used[size] = _graded(Path(scratch, str(size)), size, arguments.jobs, arguments.sandbox)
            print(f"  {size}: {used[size].seconds:.1f} s", file=sys.stderr, flush=True)
    print(f"{arguments.sandbox} sandbox, {arguments.jobs} slots\n")
    _print(used)
    _draw(used, arguments.picture)


def _graded(root: Path, size: int, jobs: int, sandbox: str) -> Used:
    notebook = reference_notebook(small_course(root).assignment(NAME))
    (root / "submissions").mkdir()
    for student in range(size):
        notebook.metadata["copy"] = student
        nbformat.write(notebook, root / "submissions" / f"student{student:04}.ipynb")
    program = str(Path(sys.executable).with_name("autograder"))
    options = ["--course", str(root), "--jobs", str(jobs), "--sandbox", sandbox]
    return measured([program, "grade", NAME, str(root / "submissions"), *options], root)


def _print(used: dict[int, Used]) -> None:
    first = min(used)
    rows = []
    for size, run in used.items():
        more = size - first
        beyond = f"{1000 * (run.seconds - used[first].seconds) / more:.0f}" if more else ""
        cpu = f"{1000 * (run.cpu_seconds - used[first].cpu_seconds) / more:.0f}" if more else ""
        rows.append([str(size), f"{run.seconds:.1f}", beyond, cpu, f"{run.memory_mb:.0f}"])
    print_table(["submissions", "s", f"ms each beyond {first}", "CPU ms each", "peak memory MB"], rows)


def _draw(used: dict[int, Used], path: Path) -> None:
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    sizes = sorted(used)
    first = sizes[0]
    beyond = [1000 * (used[size].seconds - used[first].seconds) / (size - first) for size in sizes[1:]]
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
    left.plot(sizes[1:], beyond, "o-")
    left.set_title(f"milliseconds for each submission beyond the first {first}", fontsize=10)
    left.set(ylim=(0, 1.5 * max(beyond)))
    memory = [used[size].memory_mb for size in sizes]
    right.plot(sizes, memory, "o-", color="tab:orange")
    right.set_title("peak memory of grader and workers, MB", fontsize=10)
    right.set(ylim=(0, 1.5 * max(memory)))
    for axis in (left, right):
        axis.set(xscale="log", xlabel="submissions in the class", xticks=sizes, xticklabels=map(str, sizes))
        axis.minorticks_off()
        axis.grid(alpha=0.3)
    figure.savefig(path, dpi=100, metadata={"Software": None})


if __name__ == "__main__":
    main()
