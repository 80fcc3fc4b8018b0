"""What a second run costs: a class graded, then with nothing changed, then with one notebook changed."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

import nbformat
from tables import print_table
from usage import Used, measured

from autograder.build import reference_notebook
from autograder.course import Course
from autograder.image.build import image_name
from autograder.sandbox import best_available


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assignment", default="w01_corner_filter")
    parser.add_argument("--students", type=int, default=300)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--sandbox", help="docker, bubblewrap or process (default: the best there is)")
    arguments = parser.parse_args()
    course = Course.find(Path(__file__).parent)
    assignment = course.assignment(arguments.assignment)
    sandbox = arguments.sandbox or best_available(image_name(course, "cpu")).name
    notebook = reference_notebook(assignment)
    with tempfile.TemporaryDirectory(prefix="benchmark-") as scratch:
        root = Path(scratch)
        (root / "submissions").mkdir()
        for student in range(arguments.students):
            _hand_in(root, notebook, student)
        program = str(Path(sys.executable).with_name("autograder"))
        command = [
            *(program, "grade", assignment.name, str(root / "submissions"), "--out", str(root / "out")),
            *("--course", str(course.root), "--jobs", str(arguments.jobs), "--sandbox", sandbox, "--json"),
        ]
        rows = [_row("the first time", root, command), _row("again, nothing changed", root, command)]
        notebook.metadata["changed"] = True
        _hand_in(root, notebook, 0)
        rows.append(_row("again, one notebook changed", root, command))
    print(f"{arguments.students} copies of {assignment.name}, {sandbox} sandbox, {arguments.jobs} slots\n")
    print_table(["run", "notebooks examined", "files written", "s", "CPU s"], rows)


def _hand_in(root: Path, notebook: nbformat.NotebookNode, student: int) -> None:
    notebook.metadata["copy"] = student
    nbformat.write(notebook, root / "submissions" / f"student{student:03}.ipynb")


def _row(name: str, root: Path, command: list[str]) -> list[str]:
    before = _written(root / "out")
    used: Used = measured(command, root)
    after = _written(root / "out")
    log = (root / "log.txt").read_text("utf-8")
    examined = json.loads(log[log.index("{") :])["examined"]
    changed = sum(before.get(path) != moment for path, moment in after.items())
    print(f"  {name}: {used.seconds:.1f} s", file=sys.stderr, flush=True)
    return [name, str(examined), str(changed), f"{used.seconds:.1f}", f"{used.cpu_seconds:.1f}"]


def _written(out: Path) -> dict[Path, tuple[int, int]]:
    """Every file of the results, with when and as which file it was written."""
    found = (path for path in out.rglob("*") if path.is_file())
    return {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in found}


if __name__ == "__main__":
    main()
