"""A class of attackers with honest students among them, graded by `autograder grade`, and what came of it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat
from autograder.build import build
from autograder.course import Course
from autograder.receipts import Receipt, append_receipt, sign
from autograder.report import Report
from autograder.results import read_report

from bank import HERE, IN_TIME, Attack, Group, Outcome, honest_notebook

NAME = "w01_bait"
PROGRAM = Path(sys.executable).parent / "autograder"
ATTACKERS_BETWEEN_HONEST = 4
CANARY = re.compile(r"canary-[a-z]+-[0-9a-f]{16}")
GRADING_SECONDS = 540
VICTIM = "victim"
SHADOWS = (
    "multiprocessing",
    "random",
    "socket",
    "json",
    "numpy",
    "sitecustomize",
    "usercustomize",
    "conftest",
)


GROUP_SETTINGS: Mapping[Group, Mapping[str, str]] = {
    "steady": {},
    "hasty": {"run_seconds": "6", "call_seconds": "3"},  # for attacks that end with the time
    "keras": {
        "preload": '["numpy", "keras"]',
        "memory_mb": "1500",
        "run_seconds": "120",
        "call_seconds": "60",
    },
}


@dataclass(frozen=True)
class Secrets:
    """Words that nobody in the class may come to know, by where they lie."""

    words: Mapping[str, str]

    @classmethod
    def new(cls) -> Secrets:
        places = ("hidden", "expected", "docstring", "environment", "course", "host", "student")
        return cls({place: f"canary-{place}-{secrets.token_hex(8)}" for place in places})

    def __getitem__(self, place: str) -> str:
        return self.words[place]


@dataclass
class RedClass:
    """A course folder, what the class has handed in, and, after `grade`, the results.

    Args:
        root: an empty folder that is not shared with anything else.
        packages: what the image holds, so that the one of this repository is up to date for this course.
        group: whose limits and packages the course has.
        seed: the course's own secret, from which the inputs of hidden tests derive.
    """

    root: Path
    packages: Sequence[str]
    group: Group = "steady"
    secrets: Secrets = field(default_factory=Secrets.new)
    seed: str = "00" * 32
    students: dict[str, str] = field(default_factory=dict)  # attack or honest student → student id
    code: int = -1
    told: str = ""
    left: str = ""

    def __post_init__(self) -> None:
        shutil.copytree(HERE / "course", self.course_folder)
        self.root.chmod(0o755)
        tests = self.course_folder / "assignments" / NAME / "test_hidden.py"
        text = tests.read_text(encoding="utf-8")
        for place in ("hidden", "expected", "docstring"):
            text = text.replace(f"canary-{place}-{{token}}", self.secrets[place])
        tests.write_text(text.replace("{secrets}", " ".join(self.secrets.words.values())), encoding="utf-8")
        settings = tests.with_name("assignment.toml")
        packages = json.dumps(list(self.packages))
        text = settings.read_text(encoding="utf-8")
        for entry, value in GROUP_SETTINGS[self.group].items():
            text = re.sub(f"(?m)^{entry} = .*$", f"{entry} = {value}", text)
        settings.write_text(f"packages = {packages}\n{text}", encoding="utf-8")
        (self.course_folder / "notes.txt").write_text(self.secrets["course"], encoding="utf-8")
        (self.root / "host.txt").write_text(self.secrets["host"], encoding="utf-8")
        (self.root / "temporary").mkdir()
        (self.course_folder / ".autograder").mkdir()
        (self.course_folder / ".autograder" / "secret").write_text(self.seed, encoding="ascii")
        self.submissions.mkdir()
        build(self.course, NAME)

    @property
    def course_folder(self) -> Path:
        return self.root / "course"

    @property
    def submissions(self) -> Path:
        return self.root / "submissions"

    @property
    def out(self) -> Path:
        return self.root / "out" / NAME

    @property
    def course(self) -> Course:
        return Course.load(self.course_folder)

    @property
    def receipt_secret(self) -> bytes:
        return self.secrets["environment"].encode()

    # ------------------------------------------------------------------ handing in

    def hand_in(self, attacks: Sequence[Attack]) -> None:
        """Hand in every attack, each with a student's id of its own, and honest work after every few."""
        for student in honest_students(len(attacks)):
            self.hand_in_honest(student)
        for count, attack in enumerate(attacks):
            self.hand_in_attack(f"{_place(count):03d}-{attack.name}", attack)
        self._lay_shadows()

    def hand_in_attack(self, student: str, attack: Attack) -> None:
        self.students[attack.name] = student
        for file in attack.hand_in(self.submissions, student):
            self._write_receipt(student, file, attack.outcome)

    def hand_in_honest(self, student: str) -> None:
        file = self.submissions / f"{student}.ipynb"
        remark = self.secrets["student"] if student == VICTIM else student
        file.write_text(nbformat.writes(honest_notebook(remark)), encoding="utf-8")
        self.students[student] = student
        self._write_receipt(student, file, Outcome(tries="Honest work.", threats=("none",)))

    def honest(self) -> list[str]:
        return [
            student for student in self.students.values() if student == VICTIM or student.endswith("-honest")
        ]

    def _write_receipt(self, student: str, file: Path, outcome: Outcome) -> None:
        receipt = _receipt(student, file.read_bytes(), outcome, self.receipt_secret)
        if receipt is not None:
            append_receipt(self.submissions / "receipts.jsonl", receipt)

    def _lay_shadows(self) -> None:
        """Files with the names of modules, where the grader is started: each leaves a trace if it runs."""
        for name in SHADOWS:
            trace = f"open({str(self.shadow_trace)!r}, 'a').write({name!r})\n"
            (self.submissions / f"{name}.py").write_text(trace, encoding="utf-8")

    @property
    def shadow_trace(self) -> Path:
        return self.root / "shadow"

    # ------------------------------------------------------------------ grading

    def grade(self, sandbox: str, *, jobs: int = 2, program: Sequence[str] = (str(PROGRAM),)) -> None:
        """Grade the class as an instructor does, from the folder of submissions."""
        report = self.root / "left.txt"
        command = [
            *(sys.executable, str(HERE / "supervise.py"), str(report), *program, "grade", NAME, "."),
            *("--course", str(self.course_folder), "--out", str(self.out), "--sandbox", sandbox),
            *("--jobs", str(jobs), "--json"),
        ]
        environment = {
            **os.environ,
            "AUTOGRADER_RECEIPT_SECRET": self.secrets["environment"],
            "GRADEBOOK_PASSWORD": self.secrets["environment"],
            "TMPDIR": str(self.root / "temporary"),
        }
        done = subprocess.run(
            command,
            cwd=self.submissions,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=GRADING_SECONDS,
        )
        self.code, self.told, self.left = done.returncode, done.stderr, report.read_text(encoding="utf-8")
        (self.root / "result.json").write_text(done.stdout, encoding="utf-8")

    @cached_property
    def result(self) -> dict[str, Any]:
        text = (self.root / "result.json").read_text(encoding="utf-8")
        assert text, f"the grader printed nothing and ended with {self.code}:\n{self.told}"
        result: dict[str, Any] = json.loads(text)
        return result

    # ------------------------------------------------------------------ looking at the results

    def report(self, name: str) -> Report:
        return read_report(self.out / self.students[name] / "report.json")

    def sentences(self, name: str) -> str:
        """All that the report tells the student, and the instructor where a person must decide."""
        report = self.report(name)
        attempts = [f"attempt: {attempt.why}" for attempt in report.attempts]
        tests = [test.message for test in report.tests]
        return "\n".join(
            [report.run.message, report.deadline.message, *report.flags, *report.notes, *tests, *attempts]
        )

    def page(self, name: str) -> str:
        return (self.out / self.students[name] / "feedback.html").read_text(encoding="utf-8")

    def pages(self, name: str) -> dict[str, str]:
        """What a person opens: the student's page, and the notebook that an instructor sees in formgrader."""
        student = self.students[name]
        files = [self.out / student / "feedback.html"]
        files += (self.out / "nbgrader" / "autograded" / student).rglob("*.ipynb")
        return {file.name: _shown_text(file) for file in files}

    def executed(self, name: str) -> str:
        """Everything that the student's cells have shown, as text."""
        file = self.out / self.students[name] / "executed.ipynb"
        if not file.is_file():
            return ""
        cells = json.loads(file.read_bytes())["cells"]
        return "\n".join(_texts([output for cell in cells for output in cell.get("outputs", [])]))

    def traces(self) -> list[str]:
        """Files with the mark of an attack that lie on this machine outside of any sandbox."""
        roots = [
            Path(root) for root in ("/tmp", "/dev/shm", "/var/tmp", "/dev/mqueue") if Path(root).is_dir()
        ]
        return [str(path) for root in roots for path in root.glob("*red-team*")]

    def leaks(self, name: str) -> dict[str, set[str]]:
        """Secrets in what a student may come to see, by file. An instructor's details are not among that."""
        folder = self.out / self.students[name]
        found = {}
        for file in folder.iterdir():
            text = file.read_text(encoding="utf-8", errors="replace")
            if file.name == "report.json":
                text = _without_details(text)
            found[file.name] = set(CANARY.findall(text)) - (
                {self.secrets["student"]} if name == VICTIM else set()
            )
        return {file: words for file, words in found.items() if words}


def honest_students(attacks: int) -> list[str]:
    """Ids of the honest students among so many attacks: one before every four of them, and one after all."""
    places = [_place(count) - 1 for count in range(0, attacks, ATTACKERS_BETWEEN_HONEST)]
    return [VICTIM, *(f"{place:03d}-honest" for place in [*places, _place(attacks - 1) + 1])]


def _place(count: int) -> int:
    """The place in the class of the attack with this number, counted from 0."""
    return count + count // ATTACKERS_BETWEEN_HONEST + 2


def _receipt(student: str, content: bytes, outcome: Outcome, secret: bytes) -> Receipt | None:
    """What the receiving side has written down, or what somebody would like it to have."""
    kind = outcome.receipt
    if kind == "none":
        return None
    receipt = Receipt(
        student="somebody.else" if kind == "other_student" else student,
        sha256=hashlib.sha256(b"another file" if kind == "other_file" else content).hexdigest(),
        received_at=outcome.received,
        assignment="w02_other" if kind == "other_assignment" else NAME,
    )
    if kind == "unsigned":
        return receipt
    signed = sign(receipt, b"a secret that somebody guessed" if kind == "other_secret" else secret)
    if kind == "time_changed":
        earlier = datetime.fromisoformat(IN_TIME) - timedelta(days=1)
        return signed.model_copy(update={"received_at": earlier})
    return signed


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _shown_text(file: Path) -> str:
    """A page as it is, and of a notebook the texts that its cells show, markup of Markdown and HTML alone."""
    if file.suffix == ".html":
        return file.read_text(encoding="utf-8")
    cells = json.loads(file.read_bytes())["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    markup = [text for output in outputs for text in _texts(output.get("data", {}).get("text/html", ""))]
    streams = [text for output in outputs for text in _texts(output.get("text", ""))]
    return "\n".join([*markup, *[text for text in streams if "\x1b" in text or "\u202e" in text]])


def _without_details(text: str) -> str:
    data = json.loads(text)
    for test in data["tests"]:
        if not test["public"]:
            del test["details"]
    return json.dumps(data)
