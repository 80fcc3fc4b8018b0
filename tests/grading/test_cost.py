"""What grading costs, counted rather than timed: sessions, workers and files for a class of any size."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from classroom import POOL, SIZE, Classroom, new_classroom, notebook

from autograder.build import build
from autograder.grading import EXAMINED
from autograder.results import read_reports, write_changed_feedback, write_class_results
from autograder.results.made import MADE

PARENT = "import os\nprint(os.getppid())"
NOTES_THAT_IT_IS_READ = """
import pathlib
tasks = pathlib.Path("/proc/self/task").glob("*/children")
children = [child for task in tasks for child in task.read_text().split()]
commands = [pathlib.Path("/proc", child, "cmdline").read_text() for child in children]
with open({reads!r}, "a") as reads:
    reads.write("worker " if any("autograder.worker" in command for command in commands) else "nothing ")
"""
FILES_FOR_A_STUDENT = {
    "report.json",
    "executed.ipynb",
    "feedback.html",
    "w07_pooling.ipynb",  # formgrader's
    "timestamp.txt",  # formgrader's
    f"{EXAMINED}/",
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Classroom]:
    """Gives a graded class of any size, with pages and gradebook."""
    rooms: dict[int, Classroom] = {}

    def of_size(students: int) -> Classroom:
        if students not in rooms:
            root = tmp_path_factory.mktemp(f"class{students}")
            rooms[students] = _graded(new_classroom(root), students)
        return rooms[students]

    return of_size


def _graded(room: Classroom, students: int) -> Classroom:
    """Its tests note each time they are read, and what has been started then."""
    tests = room.folder / "test_hidden.py"
    note = NOTES_THAT_IT_IS_READ.format(reads=str(room.root / "reads"))
    tests.write_text(tests.read_text("utf-8") + note, "utf-8")
    build(room.course, room.name)
    (room.root / "reads").unlink(missing_ok=True)
    for number in range(students):
        room.hand_in(f"student{number}", notebook(SIZE, POOL, f"{PARENT}\n# {number}"))
    room.grade()
    reports = read_reports(room.out)
    write_changed_feedback(room.out, reports, room.course, room.assignment)
    write_class_results(room.out, reports, room.course, room.assignment)
    return room


def kinds_of_files(room: Classroom) -> list[str]:
    """The results' files by name; examinations by their folder, as their names are digests."""
    found = (path for path in room.out.rglob("*") if path.is_file())
    return [f"{EXAMINED}/" if path.parent.name == EXAMINED else path.name for path in found]


@pytest.mark.parametrize("students", [1, 3])
def test_tests_are_read_once_while_the_worker_starts(
    students: int, graded: Callable[[int], Classroom]
) -> None:
    assert (graded(students).root / "reads").read_text().split() == ["worker"]


def test_all_notebooks_are_forked_from_one_worker(graded: Callable[[int], Classroom]) -> None:
    room = graded(3)
    printed = [room.executed(f"student{number}").cells[2].outputs[0].text for number in range(3)]
    assert len(set(printed)) == 1


def test_another_student_adds_a_known_few_files(graded: Callable[[int], Classroom]) -> None:
    one, three = kinds_of_files(graded(1)), kinds_of_files(graded(3))
    added = {kind: three.count(kind) - one.count(kind) for kind in set(three)}
    assert {kind: count for kind, count in added.items() if count} == dict.fromkeys(FILES_FOR_A_STUDENT, 2)


def test_grading_again_with_one_notebook_changed_touches_one_student(tmp_path: Path) -> None:
    room = _graded(new_classroom(tmp_path), 3)
    room.grade()
    assert (room.root / "reads").read_text().split() == ["worker"], "read although nothing is to be examined"
    before = room.files()
    room.hand_in("student1", notebook(SIZE))
    summary = room.grade()
    written = write_changed_feedback(room.out, summary.reports, room.course, room.assignment)
    write_class_results(room.out, summary.reports, room.course, room.assignment)
    changed = {name for name, state in room.files().items() if before.get(name) != state}
    assert room.begun == ["student1/answers.ipynb"]
    assert written == [room.out / "student1" / "feedback.html"]
    of_others = {name for name in changed if "student0" in name or "student2" in name}
    assert of_others == set()
    assert {"student1/report.json", "grades.csv", MADE} <= changed
