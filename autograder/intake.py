"""Intake: which submissions lie in a folder, whose they are, and when they were received.

Nothing found is lost: what is not a submission is listed with the reason, and a student's broken file
becomes a submission with a `problem`, so that it gets a report like any other. Notebooks are read later,
one at a time, with `Submission.read` and `read_notebook`.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from autograder.course import Assignment, Course
from autograder.errors import SubmissionError
from autograder.names import confusion_key, printable, student_id
from autograder.reading import NotebookReading, read_notebook
from autograder.receipts import MANIFEST, Receipt, Receipts
from autograder.report import SubmissionFile

__all__ = [
    "CarriedFile",
    "Intake",
    "NotebookReading",
    "Skipped",
    "Submission",
    "find_submissions",
    "read_notebook",
]

MEGABYTE = 1_000_000
MAX_NOTEBOOK_BYTES = 50 * MEGABYTE
MAX_FILE_BYTES = 10 * MEGABYTE
MAX_FILES_BYTES = 50 * MEGABYTE
MAX_FILES = 100
MAX_ATTEMPTS = 10
MAX_ENTRIES = 5_000
MAX_DEPTH = 6

TIMESTAMP = "timestamp.txt"
_JUNK = {"__MACOSX", "__pycache__", "Thumbs.db", "desktop.ini", TIMESTAMP, MANIFEST}
_HIDDEN_JUNK = {".DS_Store", ".ipynb_checkpoints", ".git", ".gitignore", ".gitkeep"}


@dataclass(frozen=True)
class CarriedFile:
    """A file that goes into the sandbox beside the notebook."""

    path: Path
    name: str  # relative to the notebook's folder, with forward slashes
    sha256: str
    size: int

    def read(self) -> bytes:
        """The file's bytes.

        Raises:
            SubmissionError: it cannot be read, or has changed since intake.
        """
        return _read_unchanged(self.path, self.sha256, MAX_FILE_BYTES)


@dataclass(frozen=True)
class Submission:
    """One attempt of one student."""

    student: str
    path: Path
    file: str  # relative to the folder of submissions, unprintable characters escaped
    sha256: str = ""  # empty where the bytes cannot be had
    size: int = 0
    received_at: datetime | None = None  # UTC, from a trusted receipt
    time_flag: str | None = None  # why there is no trustworthy time, and what to do
    problem: str | None = None  # why there is nothing to run, for the student
    files: tuple[CarriedFile, ...] = ()
    flags: tuple[str, ...] = ()  # for a person to look at
    notes: tuple[str, ...] = ()  # for the student

    def read(self) -> bytes:
        """The notebook's bytes.

        Raises:
            SubmissionError: there is a `problem`, it cannot be read, or has changed since intake.
        """
        if self.problem:
            raise SubmissionError(f"{printable(str(self.path))}: {self.problem}")
        return _read_unchanged(self.path, self.sha256, MAX_NOTEBOOK_BYTES)

    @property
    def record(self) -> SubmissionFile:
        return SubmissionFile(student=self.student, file=self.file, sha256=self.sha256, size=self.size)


@dataclass(frozen=True)
class Skipped:
    """Something in the folder that belongs to no student we could name."""

    file: str
    why: str


@dataclass(frozen=True)
class Intake:
    """What lies in a folder of submissions."""

    submissions: tuple[Submission, ...]  # by student, then time of receipt (none last), then file
    skipped: tuple[Skipped, ...] = ()
    absent: tuple[str, ...] = ()  # students who are there, but with nothing for this assignment
    notices: tuple[str, ...] = ()  # sentences for the instructor

    @property
    def by_student(self) -> dict[str, tuple[Submission, ...]]:
        found: dict[str, list[Submission]] = defaultdict(list)
        for submission in self.submissions:
            found[submission.student].append(submission)
        return {student: tuple(submissions) for student, submissions in found.items()}


def find_submissions(
    path: Path,
    course: Course,
    assignment: Assignment,
    *,
    receipts: Path | None = None,
    student: str | None = None,
    secret: bytes | None = None,
) -> Intake:
    """Find what was handed in for an assignment.

    `path` is one notebook, or a folder that holds, in any mixture, `<student>.ipynb`, `<student>/….ipynb`
    and nbgrader's `<student>/<assignment>/….ipynb`. Links are not followed; hidden files in a student's
    folder are ignored.

    Args:
        receipts: the manifest; by default `receipts.jsonl` in the folder. For one notebook it must be named,
            because what lies beside that may have come from the student too.
        student: whose the one notebook is; by default the file's name says.
        secret: the course's secret; with it only signed receipts count.

    Raises:
        SubmissionError: there is nothing at `path`, it is not a notebook or a folder of submissions, the
            manifest is wrong, or `student` cannot be used.
    """
    path = path.absolute()
    try:
        if path.is_dir():
            found = _in_folder(path, course, assignment, student)
        else:
            found = _one_notebook(path, student)
    except OSError as error:
        raise SubmissionError(f"{printable(str(path))}: cannot be read: {error.strerror}") from None
    manifest = _manifest(path, receipts, secret)
    return _with_receipts(found, manifest, course, assignment)


def _refuse_other_folders(path: Path) -> None:
    if (path / "submitted").is_dir() and any(
        (path / name).exists() for name in ("source", "nbgrader_config.py")
    ):
        raise SubmissionError(
            f"{path}: this is an nbgrader course, not a folder of submissions",
            remedy=f"Use {path / 'submitted'}.",
        )


def _manifest(path: Path, named: Path | None, secret: bytes | None) -> Receipts:
    if named is not None:
        return Receipts.read(named, secret=secret)
    if not path.is_dir():
        return Receipts.none(
            "A notebook on its own has no receipt that could be trusted; name a manifest with --receipts."
        )
    if os.path.lexists(path / MANIFEST):
        return Receipts.read(path / MANIFEST, secret=secret)
    return Receipts.none(f"There is no {MANIFEST} beside the submissions.")


@dataclass
class _Finds:
    """What the search collects on its way."""

    submissions: list[Submission] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


# ---- searching ----------------------------------------------------------------------------------------


def _one_notebook(path: Path, student: str | None) -> _Finds:
    if not path.exists():
        raise SubmissionError(
            f"{printable(str(path))}: there is no such file or folder", remedy="Check the spelling."
        )
    if path.suffix.lower() != ".ipynb":
        raise SubmissionError(f"{printable(str(path))}: not a notebook (.ipynb) and not a folder")
    try:
        name = student_id(path.stem if student is None else student)
    except ValueError as error:
        raise SubmissionError(
            f"{printable(path.name if student is None else student)}: {error}", remedy="Name the student."
        ) from None
    resolved = path.resolve()
    return _Finds(submissions=[_attempt(name, resolved, printable(path.name))])


def _in_folder(root: Path, course: Course, assignment: Assignment, student: str | None) -> _Finds:
    _refuse_other_folders(root)
    if student is not None:
        raise SubmissionError(
            f"{root}: a student can be named for one notebook only", remedy="Name the notebook's file."
        )
    finds = _Finds()
    entries = [entry for entry in _entries(root) if not _is_junk(entry.name)]
    named = list(_named(entries, assignment, finds))
    for owner, entry in _without_confusions(named, finds):
        if entry.is_dir(follow_symlinks=False) and not _is_notebook(entry.name):
            _search_student(owner, Path(entry.path), root, course, assignment, finds)
        else:
            finds.submissions.append(_attempt(owner, Path(entry.path), printable(entry.name)))
    return finds


def _named(
    entries: list[os.DirEntry[str]], assignment: Assignment, finds: _Finds
) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Each entry that can be a student's, with the student's id; the others are skipped with a reason."""
    for entry in entries:
        directory = entry.is_dir(follow_symlinks=False) or entry.is_symlink()
        name = Path(entry.name).stem if _is_notebook(entry.name) else entry.name
        if not directory and not _is_notebook(entry.name):
            finds.skipped.append(Skipped(printable(entry.name), "It is neither a notebook nor a folder."))
        elif not directory and entry.name == assignment.notebook_name:
            why = (
                "It has the assignment's name, not a student's: put it into a folder named after the student."
            )
            finds.skipped.append(Skipped(printable(entry.name), why))
        else:
            try:
                yield student_id(name), entry
            except ValueError as error:
                why = f"Its name cannot be a student's id: {error}. Rename it."
                finds.skipped.append(Skipped(printable(entry.name), why))


def _without_confusions(
    named: list[tuple[str, os.DirEntry[str]]], finds: _Finds
) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Drop names that differ only in case or in how accents are stored: a person must say who is who."""
    spellings: dict[str, set[str]] = defaultdict(set)
    for _, entry in named:
        spellings[confusion_key(_student_part(entry.name))].add(_student_part(entry.name))
    for student, entry in named:
        same = spellings[confusion_key(_student_part(entry.name))]
        if len(same) == 1:
            yield student, entry
        else:
            others = ", ".join(sorted(ascii(other) for other in same))
            why = (
                f"Only case or the way accents are stored tells these apart: {others}. Rename or merge them."
            )
            finds.skipped.append(Skipped(printable(entry.name), why))


def _student_part(name: str) -> str:
    return Path(name).stem if _is_notebook(name) else name


def _search_student(
    student: str, folder: Path, root: Path, course: Course, assignment: Assignment, finds: _Finds
) -> None:
    """Collect the notebooks of one student's folder."""
    try:
        home, others = _home(folder, course, assignment)
        tree = _Tree(home, skip=others)
    except OSError as error:
        problem = f"The folder cannot be read ({error.strerror})."
        finds.submissions.append(_nothing(student, folder, root, problem))
        return
    if not tree.notebooks:
        if others and not tree.files and not tree.links:
            finds.absent.append(student)
        else:
            finds.submissions.append(_nothing(student, home, root, _no_notebook(tree)))
        return
    if tree.cut_off:
        finds.notices.append(
            f"{student}: the folder holds more than can be looked through; the rest was left out."
        )
    attempts = [
        _attempt(student, notebook, printable(notebook.relative_to(root).as_posix()))
        for notebook in tree.notebooks
    ]
    carried = {parent: tree.carried(parent) for parent in {each.path.parent for each in attempts}}
    for each in _distinct(attempts, assignment):
        files, notes = carried[each.path.parent]
        finds.submissions.append(replace(each, files=files, notes=each.notes + notes))


def _home(folder: Path, course: Course, assignment: Assignment) -> tuple[Path, set[str]]:
    """Where the student's work for this assignment lies, and which folders there are other assignments'."""
    names = {entry.name for entry in _entries(folder) if entry.is_dir(follow_symlinks=False)}
    if assignment.name in names:
        return folder / assignment.name, set()
    return folder, names & set(course.assignment_names())


def _nothing(student: str, path: Path, root: Path, problem: str) -> Submission:
    return Submission(student, path, printable(path.relative_to(root).as_posix()), problem=problem)


def _no_notebook(tree: _Tree) -> str:
    names = sorted(printable(path.name) for path in tree.files + tree.links)
    if not names:
        return "The folder is empty: it holds no notebook (.ipynb)."
    more = ", …" if len(names) > 5 else ""
    return f"The folder holds no notebook (.ipynb), only {', '.join(names[:5])}{more}."


def _distinct(attempts: list[Submission], assignment: Assignment) -> list[Submission]:
    """Drop copies of the same content; the one with the released name, or else the first, is kept."""
    kept: dict[str, Submission] = {}
    for each in sorted(attempts, key=lambda each: (each.path.name != assignment.notebook_name, each.file)):
        first = kept.setdefault(each.sha256 or each.file, each)
        if first is not each:
            note = f"{each.file} is a copy of {first.file} and was not graded twice."
            kept[each.sha256] = replace(first, notes=(*first.notes, note))
    return list(kept.values())


class _Tree:
    """The regular files below a folder, looked through within limits and without following links."""

    def __init__(self, root: Path, *, skip: set[str]) -> None:
        self.root = root
        self.notebooks: list[Path] = []
        self.files: list[Path] = []
        self.links: list[Path] = []
        self.cut_off = False
        self._left = MAX_ENTRIES
        self._walk(root, 0, skip)

    def _walk(self, folder: Path, depth: int, skip: set[str]) -> None:
        for entry in _entries(folder):
            if entry.name.startswith(".") or _is_junk(entry.name) or entry.name in skip:
                continue
            self._left -= 1
            if self._left < 0 or depth > MAX_DEPTH:
                self.cut_off = True
                return
            self._sort_in(entry, depth)

    def _sort_in(self, entry: os.DirEntry[str], depth: int) -> None:
        path = Path(entry.path)
        if _is_notebook(entry.name):
            self.notebooks.append(path)
        elif entry.is_symlink():
            self.links.append(path)
        elif entry.is_dir(follow_symlinks=False):
            self._walk(path, depth + 1, set())
        else:
            self.files.append(path)

    def carried(self, folder: Path) -> tuple[tuple[CarriedFile, ...], tuple[str, ...]]:
        """The files below `folder` that go along with a notebook there, and notes on those that do not."""
        carried: list[CarriedFile] = []
        notes = [
            f"{printable(link.name)} was left out: links are not followed."
            for link in self.links
            if link.is_relative_to(folder)
        ]
        total = 0
        for path in sorted(path for path in self.files if path.is_relative_to(folder)):
            name = path.relative_to(folder).as_posix()
            file, why = _carry(path, name)
            if file and (len(carried) == MAX_FILES or total + file.size > MAX_FILES_BYTES):
                why = (
                    f"at most {MAX_FILES} files and {MAX_FILES_BYTES // MEGABYTE} MB go along with a notebook"
                )
            if why or file is None:
                notes.append(f"{printable(name)} was left out: {why}.")
            else:
                carried.append(file)
                total += file.size
        return tuple(carried), _at_most_ten(notes)


def _carry(path: Path, name: str) -> tuple[CarriedFile | None, str | None]:
    if not name.isprintable() or len(name) > 200 or "\\" in name:
        return None, "its name holds characters that are not allowed"
    content, problem = _read_file(path, MAX_FILE_BYTES)
    if content is None:
        return None, problem
    return CarriedFile(path, name, _digest(content), len(content)), None


def _at_most_ten(notes: list[str]) -> tuple[str, ...]:
    return tuple(notes[:10]) + ((f"{len(notes) - 10} more files were left out.",) if len(notes) > 10 else ())


# ---- times --------------------------------------------------------------------------------------------


def _with_receipts(finds: _Finds, receipts: Receipts, course: Course, assignment: Assignment) -> Intake:
    released = _released(course, assignment)
    timed = [_timed(submission, receipts, assignment, released) for submission in finds.submissions]
    timed.sort(key=lambda each: (each.student, each.received_at is None, _order(each)))
    kept = list(_limited(timed, assignment, finds))
    notices = [
        *finds.notices,
        *_receipt_notices(receipts),
        *_missing_files(receipts, timed, assignment),
        *_twins(kept),
    ]
    return Intake(tuple(kept), tuple(finds.skipped), tuple(sorted(finds.absent)), tuple(notices))


def _released(course: Course, assignment: Assignment) -> set[str]:
    """Digests of the files that students got: unchanged, they need no receipt."""
    folder = course.release / assignment.name
    files = [path for path in folder.rglob("*") if path.is_file()] + assignment.shipped_files()
    return {_digest(path.read_bytes()) for path in files}


def _order(submission: Submission) -> tuple[float, str]:
    return (submission.received_at.timestamp() if submission.received_at else 0.0, submission.file)


def _timed(
    submission: Submission, receipts: Receipts, assignment: Assignment, released: set[str]
) -> Submission:
    if not submission.sha256:
        return replace(submission, time_flag="There is no file that a receipt could be for.")
    receipt = receipts.fitting(submission.student, submission.sha256, assignment.name)
    if receipt is None:
        why = receipts.why_none(submission.student, submission.sha256, assignment.name)
        return replace(submission, time_flag=why + _distrusted(submission.path.parent, receipts.manifest))
    late_files = [
        file.name
        for file in submission.files
        if file.sha256 not in released and not _came_by(receipt, file, receipts, assignment)
    ]
    return replace(submission, received_at=receipt.received_at, flags=_file_flags(late_files))


def _distrusted(folder: Path, manifest: Path | None) -> str:
    names = [name for name in (TIMESTAMP, MANIFEST) if (folder / name).exists() and folder / name != manifest]
    return "".join(
        f" {name} beside the notebook is not trusted: the student could have written it." for name in names
    )


def _came_by(receipt: Receipt, file: CarriedFile, receipts: Receipts, assignment: Assignment) -> bool:
    """Whether a file has a receipt of its own, no later than the notebook's."""
    own = receipts.fitting(receipt.student, file.sha256, assignment.name)
    return own is not None and own.received_at <= receipt.received_at


def _file_flags(names: list[str]) -> tuple[str, ...]:
    if not names:
        return ()
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return (f"No receipt says that these files came with the notebook or before it: {shown}.",)


def _limited(timed: list[Submission], assignment: Assignment, finds: _Finds) -> Iterator[Submission]:
    """At most ten attempts a student: those with a receipt first, then those with the released name."""
    groups: dict[str, list[Submission]] = defaultdict(list)
    for each in timed:
        groups[each.student].append(each)
    for student, attempts in groups.items():
        ranked = sorted(
            attempts, key=lambda each: (each.received_at is None, each.path.name != assignment.notebook_name)
        )
        for left_out in ranked[MAX_ATTEMPTS:]:
            why = f"{student} has {len(attempts)} notebooks; at most {MAX_ATTEMPTS} are graded."
            finds.skipped.append(Skipped(left_out.file, why))
        yield from (each for each in attempts if each in ranked[:MAX_ATTEMPTS])


def _receipt_notices(receipts: Receipts) -> Iterator[str]:
    for line, receipt in receipts.refused:
        who = receipt.student
        yield f"{MANIFEST}, line {line}: refused, the signature for {who} is missing or does not fit."
    if not receipts.checked and any(receipt.signature for receipt in receipts.trusted):
        yield "The receipts are signed, but their signatures were not checked: no secret is set."


def _missing_files(
    receipts: Receipts, submissions: list[Submission], assignment: Assignment
) -> Iterator[str]:
    """Receipts for this assignment whose file is not here: a submission may have been lost."""
    here = {(each.student, each.sha256) for each in submissions}
    here |= {(each.student, file.sha256) for each in submissions for file in each.files}
    for receipt in receipts.trusted:
        if receipt.assignment == assignment.name and (receipt.student, receipt.sha256) not in here:
            named = f" ({receipt.file})" if receipt.file else ""
            when = receipt.received_at.isoformat(timespec="seconds")
            yield f"{receipt.student}: a file{named} was received at {when}, but it is not here."


def _twins(submissions: list[Submission]) -> Iterator[str]:
    owners: dict[str, set[str]] = defaultdict(set)
    for each in submissions:
        if each.sha256 and each.size:
            owners[each.sha256].add(each.student)
    for students in owners.values():
        if len(students) > 1:
            yield f"The same notebook, byte for byte, came from {', '.join(sorted(students))}."


# ---- files --------------------------------------------------------------------------------------------


def _attempt(student: str, path: Path, file: str) -> Submission:
    content, problem = _read_file(path, MAX_NOTEBOOK_BYTES)
    if content is None:
        return Submission(student, path, file, problem=f"This notebook cannot be used: {problem}.")
    problem = None if content.strip() else "This file is empty."
    return Submission(student, path, file, _digest(content), len(content), problem=problem)


def _read_file(path: Path, limit: int) -> tuple[bytes | None, str | None]:
    """The bytes of a regular file of at most `limit` bytes, or what is wrong with it."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        return (
            None,
            "links are not followed" if path.is_symlink() else f"it cannot be read ({error.strerror})",
        )
    try:
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            return None, "it is a folder, not a file"
        if not stat.S_ISREG(status.st_mode):
            return None, "it is not a regular file"
        if status.st_size > limit:
            size = f"{status.st_size / MEGABYTE:,.0f} MB"
            return None, f"it has {size}; at most {limit // MEGABYTE} MB are allowed"
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(limit), None
    except OSError as error:
        return None, f"it cannot be read ({error.strerror})"
    finally:
        os.close(descriptor)


def _read_unchanged(path: Path, sha256: str, limit: int) -> bytes:
    content, problem = _read_file(path, limit)
    if content is None:
        raise SubmissionError(f"{printable(str(path))}: {problem}")
    if _digest(content) != sha256:
        raise SubmissionError(
            f"{printable(str(path))}: the file has changed since grading began", remedy="Grade again."
        )
    return content


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return sorted(entries, key=lambda entry: entry.name)


def _is_junk(name: str) -> bool:
    return name in _JUNK or name in _HIDDEN_JUNK or name.startswith("._")


def _is_notebook(name: str) -> bool:
    return name.lower().endswith(".ipynb")
