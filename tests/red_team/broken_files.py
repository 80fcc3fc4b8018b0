"""Attacks by files that are no notebooks, or odd ones; each is made by a small function.

A function gets the folder of submissions and the student's id, writes what the student hands in, and returns
the notebooks that the receiving side has written a receipt for.
"""

from __future__ import annotations

import io
import json
import os
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat

from bank import Attack, Outcome, honest_notebook

BROKEN_FILES: list[Attack] = []
Builder = Callable[[Path, str], list[Path]]
UNREADABLE: dict[str, Any] = {"score": 0, "run": ("unreadable",), "claim": "limits"}
LIMITS: dict[str, Any] = {"claim": "limits"}


def attack(tries: str, *threats: str, **outcome: Any) -> Callable[[Builder], Builder]:
    """Put the function into the bank, under its own name."""

    def register(builder: Builder) -> Builder:
        BROKEN_FILES.append(
            Attack(builder.__name__, Outcome(tries=tries, threats=threats, **outcome), builder)
        )
        return builder

    return register


def single(folder: Path, student: str, content: bytes) -> list[Path]:
    """Hand in one file as a notebook."""
    file = folder / f"{student}.ipynb"
    file.write_bytes(content)
    return [file]


def beside(folder: Path, student: str, files: dict[str, bytes], notebook: bytes | None = None) -> list[Path]:
    """Hand in a folder: honest work, and files beside it."""
    home = folder / student
    file = home / "answers.ipynb"
    home.mkdir()
    file.write_bytes(notebook if notebook is not None else honest(student))
    for name, content in files.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_bytes(content)
    return [file]


def honest(student: str) -> bytes:
    return nbformat.writes(honest_notebook(student)).encode()


def changed(student: str, change: Callable[[dict[str, Any]], None]) -> bytes:
    """Honest work, with something about the file changed."""
    data = json.loads(honest(student))
    change(data)
    return json.dumps(data).encode()


# ---- harness: files beside the notebook ---------------------------------------------------------------


@attack("Brings files that configure pytest and Python.", "harness.configuration", **LIMITS)
def harness_configuration_files(folder: Path, student: str) -> list[Path]:
    trap = b"import os\nprint('configured')\nos._exit(0)\n"
    names = (
        "conftest.py",
        "sitecustomize.py",
        "usercustomize.py",
        "ipython_config.py",
        ".ipython/startup.py",
    )
    settings = {
        "pytest.ini": b"[pytest]\naddopts = --collect-only\n",
        "tox.ini": b"[pytest]\n",
        "setup.cfg": b"",
    }
    traps = dict.fromkeys(names, trap)
    return beside(folder, student, {**traps, **settings, "trap.pth": b"import os; os._exit(0)\n"})


@attack("Brings modules with the names of those that everybody imports.", "harness.shadow_modules", **LIMITS)
def harness_shadow_modules(folder: Path, student: str) -> list[Path]:
    names = ("numpy.py", "otter/__init__.py", "IPython/__init__.py", "msgpack.py", "autograder/__init__.py")
    more = (
        "json.py",
        "os.py",
        "random.py",
        "pytest.py",
        "autograder/worker/submission.py",
        "multiprocessing.py",
    )
    return beside(folder, student, dict.fromkeys((*names, *more), b"raise SystemExit(0)\n"))


@attack(
    "Brings its own tests and its own reports, for a grader that takes them.",
    "harness.patched_tests",
    **LIMITS,
)
def harness_own_tests_and_reports(folder: Path, student: str) -> list[Path]:
    report = json.dumps({"student": student, "score": 16, "final_score": 16, "approved": True}).encode()
    tests = dict.fromkeys(("test_hidden.py", "test_public.py", "tests/q1.py"), b"def test_all(): pass\n")
    return beside(
        folder, student, {**tests, "report.json": report, "results.json": report, "grades.csv": report}
    )


# ---- files: what is no notebook -----------------------------------------------------------------------


@attack("Hands in a script.", "files.not_a_notebook", says=("This file is not a notebook",), **UNREADABLE)
def files_script(folder: Path, student: str) -> list[Path]:
    return single(folder, student, b"import os\nos.system('true')\n")


@attack("Hands in an empty file.", "files.not_a_notebook", says=("This file is empty.",), **UNREADABLE)
def files_empty(folder: Path, student: str) -> list[Path]:
    return single(folder, student, b"")


@attack("Hands in spaces.", "files.not_a_notebook", says=("This file is empty.",), **UNREADABLE)
def files_spaces(folder: Path, student: str) -> list[Path]:
    return single(folder, student, b" \n\t" * 1000)


@attack("Hands in half a file.", "files.not_a_notebook", says=("the file was cut off",), **UNREADABLE)
def files_truncated(folder: Path, student: str) -> list[Path]:
    content = honest(student)
    return single(folder, student, content[: len(content) // 2])


@attack("Hands in noise with zeros in it.", "files.not_a_notebook", says=("not a notebook",), **UNREADABLE)
def files_noise(folder: Path, student: str) -> list[Path]:
    return single(folder, student, bytes(range(256)) * 500 + bytes(1000))


@attack("Hands in a list.", "files.not_a_notebook", says=("JSON, but not a notebook",), **UNREADABLE)
def files_other_json(folder: Path, student: str) -> list[Path]:
    return single(folder, student, b'[{"cells": []}]')


@attack(
    "Hands in JSON nested two million deep.",
    "files.not_a_notebook",
    "values.nested",
    says=("nested too deeply",),
    **UNREADABLE,
)
def files_deep_json(folder: Path, student: str) -> list[Path]:
    depth = 2_000_000
    return single(folder, student, b'{"cells": ' + b"[" * depth + b"]" * depth + b"}")


@attack(
    "Hands in forty megabytes of commas and brackets, which would be gigabytes in memory.",
    "files.not_a_notebook",
    says=("holds more than 5,000,000 values",),
    **UNREADABLE,
)
def files_json_bomb(folder: Path, student: str) -> list[Path]:
    return single(folder, student, b'{"cells": [' + b"[],{}," * 6_500_000 + b"[]]}")


@attack("Writes numbers that take long to read.", "values.large_numbers", "files.metadata", **UNREADABLE)
def files_long_numbers(folder: Path, student: str) -> list[Path]:
    content = honest(student).replace(b'"nbformat_minor": 5', b'"nbformat_minor": 1' + b"0" * 2_000_000)
    return single(folder, student, content)


@attack("Hands in a zip archive.", "files.archives", says=("a zip archive",), **UNREADABLE)
def files_zip_as_notebook(folder: Path, student: str) -> list[Path]:
    return single(folder, student, _zip({"answers.ipynb": honest(student)}))


@attack(
    "Hands in archives whose paths and links lead out of the folder, and which unpack to gigabytes.",
    "files.archives",
    score=0,
    run=("unreadable",),
    deadline="flagged",
    says=("holds no notebook (.ipynb), only bomb.zip, links.tar, slip.zip",),
    claim="limits",
)
def files_archives_that_lead_out(folder: Path, student: str) -> list[Path]:
    home = folder / student
    home.mkdir()
    (home / "slip.zip").write_bytes(_zip({"../../../../tmp/red-team-leftover": b"x", "/etc/x": b"x"}))
    (home / "bomb.zip").write_bytes(_zip({f"{number}.ipynb": bytes(10**8) for number in range(5)}))
    with tarfile.open(home / "links.tar", "w") as archive:
        link = tarfile.TarInfo("answers.ipynb")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return []


def _zip(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


# ---- files: notebooks that are odd --------------------------------------------------------------------


@attack("Hands in a notebook of version 9.", "files.version", says=("has format version 9",), **UNREADABLE)
def files_version_of_tomorrow(folder: Path, student: str) -> list[Path]:
    return single(folder, student, changed(student, lambda data: data.update(nbformat=9)))


@attack("Says that it is version 2, and has cells of version 4.", "files.version", **UNREADABLE)
def files_version_that_lies(folder: Path, student: str) -> list[Path]:
    return single(
        folder, student, changed(student, lambda data: data.update(nbformat=2, worksheets=[5, None]))
    )


@attack(
    "Hands in a notebook without any metadata, format or ids.",
    "files.metadata",
    "files.cell_ids",
    says=("The notebook has no metadata", "does not say its format version", "given an id"),
    **LIMITS,
)
def files_without_metadata(folder: Path, student: str) -> list[Path]:
    def strip(data: dict[str, Any]) -> None:
        for key in ("metadata", "nbformat", "nbformat_minor"):
            del data[key]
        for cell in data["cells"]:
            for key in ("id", "metadata", "outputs", "execution_count"):
                del cell[key]

    return single(folder, student, changed(student, strip))


@attack(
    "Makes metadata and attachments that are deep, large, infinite and of the wrong kind.",
    "files.metadata",
    says=("stripped of metadata that is damaged or too large",),
    **LIMITS,
)
def files_hostile_metadata(folder: Path, student: str) -> list[Path]:
    def poison(data: dict[str, Any]) -> None:
        deep: dict[str, Any] = {}
        for _ in range(400):
            deep = {"deeper": deep}
        hostile = [
            deep,
            {"x": "y" * 100_000},
            {"inf": 1e400},
            "a text",
            {"nbgrader": {"grade": True, "points": 1e9}},
        ]
        for cell, metadata in zip(data["cells"], hostile, strict=True):
            cell["metadata"] = metadata
        data["metadata"] = {
            "kernelspec": 5,
            "language_info": [],
            "widgets": {"x": "<script>alert(1)</script>"},
        }

    return single(folder, student, changed(student, poison).replace(b"Infinity", b"1e400"))


@attack("Gives all cells the same id.", "files.cell_ids", says=("two cells had the same",), **LIMITS)
def files_same_ids(folder: Path, student: str) -> list[Path]:
    def same(data: dict[str, Any]) -> None:
        for cell in data["cells"]:
            cell["id"] = "same"

    return single(folder, student, changed(student, same))


@attack(
    "Gives cells ids that lead elsewhere and carry markup.",
    "files.cell_ids",
    says=("was not valid",),
    **LIMITS,
)
def files_odd_ids(folder: Path, student: str) -> list[Path]:
    def odd(data: dict[str, Any]) -> None:
        ids = ["../../x", "<script>alert(1)</script>", "x" * 10_000, {"a": 1}, "\u202e"]
        for cell, each in zip(data["cells"], ids, strict=True):
            cell["id"] = each

    return single(folder, student, changed(student, odd))


@attack(
    "Hands in 100,000 cells.",
    "files.many_cells",
    says=("The notebook has 100,005 cells; only the first 5,000 are used.",),
    **LIMITS,
)
def files_100000_cells(folder: Path, student: str) -> list[Path]:
    def many(data: dict[str, Any]) -> None:
        data["cells"] += [
            {"cell_type": "markdown", "metadata": {}, "source": "x", "id": f"{n}"} for n in range(10**5)
        ]

    return single(folder, student, changed(student, many))


@attack(
    "Stores forty megabytes of outputs in the file.",
    "files.stored_outputs",
    says=("The large outputs stored in the notebook were left out",),
    hides=("all tests passed",),
    **LIMITS,
)
def files_stored_outputs(folder: Path, student: str) -> list[Path]:
    def show(data: dict[str, Any]) -> None:
        text = "all tests passed " * 2_400_000
        data["cells"][0]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": text}]

    return single(folder, student, changed(student, show))


@attack(
    "Announces a file of ten gigabytes, all but a hole of it.",
    "files.stored_outputs",
    "files.kinds",
    score=0,
    run=("unreadable",),
    deadline="flagged",
    says=("at most 50 MB are allowed",),
    claim="limits",
)
def files_with_a_hole(folder: Path, student: str) -> list[Path]:
    (single(folder, student, b"{")[0]).open("r+b").truncate(10 << 30)
    return []


@attack(
    "Hands in a notebook for R.", "files.language", says=("written for 'R', not for Python",), **UNREADABLE
)
def files_other_language(folder: Path, student: str) -> list[Path]:
    kernel = {"kernelspec": {"name": "ir", "language": "R", "display_name": "R"}}
    return single(folder, student, changed(student, lambda data: data.update(metadata=kernel)))


@attack("Names a kernel that starts something else.", "files.language", says=(), **LIMITS)
def files_other_kernel(folder: Path, student: str) -> list[Path]:
    kernel = {
        "kernelspec": {"name": "../../tmp/evil", "language": "python", "argv": ["/bin/sh"], "env": {"A": "b"}}
    }
    return single(folder, student, changed(student, lambda data: data.update(metadata=kernel)))


# ---- files: names, kinds and numbers of files ---------------------------------------------------------


@attack(
    "Names files with line breaks, control characters and marks of direction.",
    "files.names",
    "readers.terminal",
    says=("was left out: its name holds characters that are not allowed",),
    hides=("\x1b", "\u202e"),
    **LIMITS,
)
def files_odd_names(folder: Path, student: str) -> list[Path]:
    names = [
        "line\nbreak.txt",
        "\x1b[2Jred.txt",
        "\u202egnp.exe",
        "back\\slash",
        "x" * 210,
        "<script>alert(1)<.js",
    ]
    return beside(folder, student, dict.fromkeys(names, b"x"))


@attack(
    "Takes the name of a folder that the results need, as a student's id.",
    "files.names",
    skipped="the name of a file among the results",
    **LIMITS,
)
def files_named_like_results(folder: Path, student: str) -> list[Path]:
    for name in ("grades.csv.ipynb", "nbgrader.ipynb", "Gradebook.db.ipynb"):
        (folder / name).write_bytes(honest(name))
    (folder / "class_report.html").mkdir()
    return []


@attack("Takes ids that lead elsewhere.", "files.names", skipped="cannot be a student's id", **LIMITS)
def files_named_to_lead_elsewhere(folder: Path, student: str) -> list[Path]:
    for name in (
        "..%2f..%2fetc",
        "-rf",
        "~root",
        "C:evil",
        "\u202eevil",
        "two\nlines",
        "\x1b[2J",
        ".. ..",
        "a\\..\\b",
    ):
        (folder / f"{name}.ipynb").write_bytes(honest(name))
    return []


@attack(
    "Takes ids that are formulas.",
    "readers.formulas",
    "files.names",
    skipped="cannot be a student's id",
    **LIMITS,
)
def readers_formulas_as_ids(folder: Path, student: str) -> list[Path]:
    for name in ("=cmd|' \u2215c calc'!A1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "＝1+1"):
        (folder / f"{name}.ipynb").write_bytes(honest(name))
    return []


@attack(
    "Writes formulas where a spreadsheet may show them: in the names of files and of errors.",
    "readers.formulas",
    **LIMITS,
)
def readers_formulas_as_names(folder: Path, student: str) -> list[Path]:
    return beside(folder, student, {"=HYPERLINK(1).txt": b"x", "@SUM(1+1).csv": b"=1+1"})


@attack(
    "Takes another student's id in another spelling.",
    "files.names",
    "files.duplicates",
    skipped="Only case or the way accents are stored tells these apart",
    **LIMITS,
)
def files_two_spellings(folder: Path, student: str) -> list[Path]:
    for name in ("zo\u00eb.other", "zoe\u0308.other", "ZO\u00cb.OTHER"):
        (folder / f"{name}.ipynb").write_bytes(honest(name))
    return []


@attack(
    "Hands in twice, with the worse one later and the better one unsigned.",
    "files.duplicates",
    "time.reused_receipt",
    says=("attempt",),
    score=6,
    **LIMITS,
)
def files_two_for_one_student(folder: Path, student: str) -> list[Path]:
    def without_two(data: dict[str, Any]) -> None:
        del data["cells"][3:]

    beside(folder, student, {"better.ipynb": honest(f"{student} better")}, changed(student, without_two))
    return [folder / student / "answers.ipynb"]


@attack(
    "Makes the notebook a link to another student's, and brings links to everything else.",
    "files.kinds",
    "escape.links",
    "secrets.files",
    score=0,
    run=("unreadable",),
    deadline="flagged",
    says=("links are not followed",),
    claim="limits",
)
def files_links(folder: Path, student: str) -> list[Path]:
    home = folder / student
    home.mkdir()
    (home / "answers.ipynb").symlink_to(folder / "victim.ipynb")
    for number, target in enumerate(("/etc/passwd", "..", "/", "/proc/self/environ")):
        (home / f"link{number}").symlink_to(target)
    return []


@attack(
    "Is a link to the whole folder.",
    "files.kinds",
    score=0,
    run=("unreadable",),
    deadline="flagged",
    claim="limits",
)
def files_link_as_student(folder: Path, student: str) -> list[Path]:
    (folder / f"{student}.ipynb").symlink_to(folder)
    return []


@attack(
    "Makes the notebook a folder.",
    "files.kinds",
    score=0,
    run=("unreadable",),
    deadline="flagged",
    says=("it is a folder, not a file",),
    claim="limits",
)
def files_folder_as_notebook(folder: Path, student: str) -> list[Path]:
    (folder / student / "answers.ipynb").mkdir(parents=True)
    return []


@attack(
    "Makes the notebook a pipe that nobody writes to.",
    "files.kinds",
    "resources.sleeping",
    score=0,
    run=("unreadable",),
    deadline="flagged",
    says=("it is not a regular file",),
    claim="limits",
)
def files_pipe_as_notebook(folder: Path, student: str) -> list[Path]:
    os.mkfifo(folder / f"{student}.ipynb")
    return []
