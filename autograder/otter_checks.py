"""What `grader.check` says in a student's Jupyter, for notebooks of the course's own (never of students).

Run as a program, because each notebook gets a process of its own: `python -m autograder.otter_checks FOLDER
SECONDS NOTEBOOK…` prints one JSON object, notebook → question → whether each test case passed, or null where
the notebook with its checks came to no end. FOLDER holds what ships: `tests/` in otter-grader's format, data,
helper modules.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import nbformat

from autograder.errors import VerificationError

Checks = dict[str, list[bool]]


def checks_in_jupyter(
    folder: Path, notebooks: Sequence[Path], seconds: float, jobs: int = 1
) -> dict[str, Checks | None]:
    """Run each notebook as Jupyter would and return what otter-grader's test cases say, by the file's stem.

    Args:
        folder: the release.
        notebooks: with different stems.
        seconds: for one notebook with all its checks; None in the result where it takes longer or crashes.
        jobs: how many at a time.

    Raises:
        VerificationError: otter-grader could not be run.
    """
    shares = [list(notebooks[start::jobs]) for start in range(jobs)]
    running = [_start(folder, seconds, share) for share in shares if share]
    results: dict[str, Checks | None] = {}
    for process in running:
        output, errors = process.communicate()
        if process.returncode != 0:
            raise VerificationError(f"the public tests do not run in otter-grader:\n{errors.strip()[-2000:]}")
        results.update(json.loads(output.splitlines()[-1]))
    return results


def _start(folder: Path, seconds: float, notebooks: Sequence[Path]) -> subprocess.Popen[str]:
    program = [sys.executable, "-m", "autograder.otter_checks"]
    command = [*program, str(folder), str(seconds), *map(str, notebooks)]
    environment = {**os.environ, "MPLBACKEND": "Agg", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        env=environment,
        text=True,
    )


def main(folder: str, seconds: str, *notebooks: str) -> int:
    """Check each notebook in a fork of this process, which has otter-grader imported already."""
    import IPython.core.interactiveshell  # noqa: F401  (imported once, for every fork)
    import matplotlib.pyplot  # noqa: F401
    import otter.test_files.exception_test  # noqa: F401

    results: dict[str, Checks | None] = {}
    for notebook in notebooks:
        with tempfile.TemporaryDirectory() as scratch:
            shutil.copytree(folder, scratch, dirs_exist_ok=True)
            answer = Path(scratch, ".checks.json")
            child = os.fork()
            if child == 0:
                _check_in_child(Path(notebook), Path(scratch), answer, float(seconds))
            _, status = os.waitpid(child, 0)
            if os.WIFEXITED(status) and status != 0:
                return 1
            results[Path(notebook).stem] = json.loads(answer.read_text()) if status == 0 else None
    print(json.dumps(results))  # noqa: T201
    return 0


def _check_in_child(notebook: Path, scratch: Path, answer: Path, seconds: float) -> None:
    code = 1
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        answer.write_text(json.dumps(_check(notebook, scratch)))
        code = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(code)


def _check(notebook: Path, scratch: Path) -> Checks:
    from IPython.core.interactiveshell import InteractiveShell
    from otter.test_files.exception_test import ExceptionTestFile

    cells = nbformat.read(notebook, as_version=4).cells
    os.chdir(scratch)
    sys.path.insert(0, str(scratch))
    shell = InteractiveShell.instance()
    for cell in cells:
        if cell.cell_type == "code" and ".check(" not in cell.source:
            shell.run_cell(cell.source, store_history=False)
    checks = {}
    for path in sorted(Path("tests").glob("*.py")):
        test_file = ExceptionTestFile.from_file(str(path))
        test_file.run(shell.user_ns)
        checks[path.stem] = [bool(result.passed) for result in test_file.test_case_results]
    return checks


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
