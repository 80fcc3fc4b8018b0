"""The simulated class of 24: everybody gets exactly what they should, and the results are complete."""

from __future__ import annotations

import ast
import csv
import html
import re
import subprocess
from pathlib import Path

import pytest
from nbgrader import api
from simulated_class import PROGRAMS, REPOSITORY, GradedClass, SimulatedClass, new_class

from autograder.build import load_wrong
from autograder.build.guard import secrets_of
from autograder.course import Course
from autograder.demo import FIRST_WEEK, copy_course, eight_students
from autograder.demo import __main__ as demo_program
from autograder.demo.__main__ import TENSORFLOW_WEEK
from autograder.errors import EXIT_ENVIRONMENT, OutputError
from autograder.results.feedback import feedback_html

EXPECTED = 24
WEEKS = (FIRST_WEEK, TENSORFLOW_WEEK)


def test_the_class_has_24_different_students_and_makes_every_mistake(simulated: SimulatedClass):
    students = [expected.student for expected in simulated.expected]
    assert len(set(students)) == EXPECTED
    assert {path.name for path in simulated.submissions.iterdir() if path.is_dir()} == set(students)
    stories = ", ".join(expected.story for expected in simulated.expected)
    assert [wrong.name for wrong in load_wrong(simulated.assignment) if wrong.name not in stories] == []


def test_the_24_results_are_exactly_the_expected_ones(graded: GradedClass):
    came = {
        report.student: (
            report.score,
            report.final_score,
            report.deadline.status,
            report.run.status,
            report.approved,
        )
        for report in graded.reports.values()
    }
    assert came == {
        each.student: (each.score, each.final_score, each.status, each.run, each.approved)
        for each in graded.of.expected
    }


def test_no_two_stories_of_the_class_are_told_by_one_result(graded: GradedClass):
    statuses = [report.deadline.status for report in graded.reports.values()]
    assert {status: statuses.count(status) for status in set(statuses)} == {
        "on_time": 21,
        "rejected": 2,
        "flagged": 1,
    }
    runs = [report.run.status for report in graded.reports.values()]
    assert sorted(runs) == sorted(["completed"] * 20 + ["timeout", "died", "memory", "unreadable"])
    extended = [report for report in graded.reports.values() if report.deadline.extension_until]
    assert [report.deadline.status for report in extended] == ["on_time"]


def test_the_results_are_all_there(graded: GradedClass):
    for name in ("grades.csv", "gradebook.db", "class_report.html", "nbgrader/nbgrader_config.py"):
        assert (graded.out / name).stat().st_size > 0, name
    for report in graded.reports.values():
        folder = graded.out / report.student
        assert (folder / "feedback.html").stat().st_size > 0
        assert (folder / "executed.ipynb").exists() == (report.run.status != "unreadable")
    for name in ("class_report.html", "grades.csv", "gradebook.db", "feedback.html"):
        assert name in graded.printed
    for student in graded.reports:
        assert student in graded.printed


def test_grades_csv_has_a_row_for_everybody(graded: GradedClass):
    with (graded.out / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert {student: float(row["final_score"]) for student, row in rows.items()} == {
        each.student: each.final_score for each in graded.of.expected
    }


def test_nbgraders_own_gradebook_holds_the_scores(graded: GradedClass):
    with api.Gradebook(f"sqlite:///{graded.out / 'gradebook.db'}") as gradebook:
        submissions = gradebook.assignment_submissions(FIRST_WEEK)
        came = {
            each.student.id: (each.score, max(0.0, each.score - each.late_submission_penalty))
            for each in submissions
        }
        assert all(each.max_score > 0 for each in submissions)
    assert came == {each.student: (each.score, each.final_score) for each in graded.of.expected}


def test_nbgrader_export_writes_the_scores(graded: GradedClass, tmp_path: Path):
    target = tmp_path / "exported.csv"
    command = [PROGRAMS / "nbgrader", "export", "--to", str(target)]
    done = subprocess.run(command, cwd=graded.out / "nbgrader", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    with target.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["assignment"] == FIRST_WEEK]
    assert {row["student_id"]: float(row["score"]) for row in rows} == {
        each.student: each.final_score for each in graded.of.expected
    }


# ---- what feedback gives away ---------------------------------------------------------------------


def for_students(path: Path) -> set[int]:
    """Numbers of the lines of a test file that hold nothing but titles and hints."""
    lines: set[int] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        said = []
        if isinstance(node, ast.FunctionDef | ast.Module) and ast.get_docstring(node) is not None:
            said.append(node.body[0])
        if isinstance(node, ast.Assert) and node.msg is not None and node.msg.lineno > node.test.end_lineno:
            said.append(node.msg)
        for part in said:
            lines |= set(range(part.lineno, part.end_lineno + 1))
    return lines


def hidden_lines(graded: GradedClass) -> list[str]:
    """Lines of the hidden tests that say something, titles and hints aside."""
    assignment = graded.of.assignment
    told = for_students(assignment.hidden_tests)
    found = []
    for secret in secrets_of(assignment):
        origin = re.fullmatch(rf"line (\d+) of {assignment.hidden_tests.name}", secret.origin)
        if origin and int(origin[1]) not in told:
            found.append(" ".join(secret.line.split()))
    return found


def text_of(page: str) -> str:
    """Everything in a page, tags aside, with single spaces."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", page)).split())


def test_feedback_holds_no_line_of_the_hidden_tests(graded: GradedClass):
    lines = hidden_lines(graded)
    assert len(lines) > 100
    leaks = []
    for report in graded.reports.values():
        page = text_of((graded.out / report.student / "feedback.html").read_text(encoding="utf-8"))
        own = " ".join((graded.of.submissions / report.submission.file).read_text(encoding="utf-8").split())
        leaks += [(report.student, line) for line in lines if line in page and line not in own]
    assert leaks == []


def test_the_search_for_leaks_would_find_one(graded: GradedClass):
    line = hidden_lines(graded)[0]
    report = next(report for report in graded.reports.values() if report.score < report.max_score)
    broken = next(test for test in report.tests if test.outcome != "passed")
    tests = [test if test != broken else test.model_copy(update={"message": line}) for test in report.tests]
    page = feedback_html(report.model_copy(update={"tests": tuple(tests)}), None, timezone="UTC")
    assert line in text_of(page)


# ---- the program ----------------------------------------------------------------------------------


def test_the_program_simulates_both_classes_and_grades_them_with_the_command(tmp_path, monkeypatch):
    asked: list[list[str]] = []
    monkeypatch.chdir(Path(__file__).parent)
    folder = tmp_path / "class"

    def grade(arguments: list[str]) -> int:
        asked.append(arguments)
        return 0

    assert demo_program.main(["--folder", str(folder), "--sandbox", "process"], grade=grade) == 0
    assert asked == [
        [
            *("--course", str(folder / "course"), "grade", week, str(folder / "submissions" / week)),
            *("--out", str(folder / "results" / week), "--sandbox", "process"),
        ]
        for week in (FIRST_WEEK, TENSORFLOW_WEEK)
    ]
    assert [len(list((folder / "submissions" / week).glob("*/*.ipynb"))) for week in WEEKS] == [24, 8]


def test_the_program_ends_with_the_code_of_a_command_that_fails(tmp_path, monkeypatch):
    monkeypatch.chdir(Path(__file__).parent)
    arguments = ["--folder", str(tmp_path / "class"), "--sandbox", "process"]
    assert demo_program.main(arguments, grade=lambda _: EXIT_ENVIRONMENT) == EXIT_ENVIRONMENT


def test_a_class_is_simulated_again_in_the_same_folder_with_the_same_files(simulated, tmp_path):
    def files(folder: Path) -> dict[str, bytes]:
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }

    for _ in range(2):
        again = new_class(tmp_path / "class")
        (tmp_path / "class" / "results").mkdir()
    assert files(again.submissions) == files(simulated.submissions)


def test_a_folder_with_something_else_in_it_is_not_cleared(simulated, tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(OutputError, match="something else"):
        copy_course(simulated.course, tmp_path, [FIRST_WEEK])
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_outside_of_a_course_the_program_says_what_to_do(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert demo_program.main([]) != 0
    assert "no course here" in capsys.readouterr().err


@pytest.mark.parametrize("week", WEEKS)
def test_the_eight_hand_in_three_correct_styles_three_mistakes_nothing_and_too_late(week):
    work = list(eight_students(Course.load(REPOSITORY).assignment(week)).values())
    full = work[0].score
    assert [each.score == full for each in work] == [True] * 3 + [False] * 4 + [True]
    assert len({each.story for each in work}) == len({each.content("anna") for each in work[:-1]}) + 1 == 8
    assert [each.story for each in work if each.received and each.received > 0] == ["an hour late"]
