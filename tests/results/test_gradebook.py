"""nbgrader's gradebook, read back through nbgrader: scores, penalties, and what people gave by hand."""

from __future__ import annotations

import csv
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook
from sample_results import DUE, NAME, make_executed, make_stub, make_test, nbgrader_cell

from autograder.course import Assignment, Course
from autograder.errors import ConfigurationError, GradebookError, SubmissionError
from autograder.report import DeadlineVerdict, QuestionScore, Report
from autograder.results import gradebook_url, write_report
from autograder.results.gradebook import write_gradebook

ReportOf = Callable[..., Report]
Write = Callable[..., None]


@contextmanager
def opened(out: Path) -> Iterator[Any]:
    with Gradebook(gradebook_url(out)) as gradebook:
        yield gradebook


@pytest.fixture(scope="session")
def empty_gradebook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gradebook that nbgrader made, which takes it a second or two."""
    folder = tmp_path_factory.mktemp("gradebook")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")  # nbgrader starts alembic
        with opened(folder):
            return folder / "gradebook.db"


@pytest.fixture
def out(out: Path, empty_gradebook: Path) -> Path:
    """OUT with an empty gradebook."""
    shutil.copy(empty_gradebook, out / "gradebook.db")
    return out


@pytest.fixture
def write(course: Course, assignment: Assignment, out: Path) -> Write:
    """Write reports into OUT's gradebook."""

    def write_reports(*reports: Report, url: str | None = None) -> None:
        write_gradebook(reports, course, assignment, url or gradebook_url(out), out=out)

    return write_reports


def grade_of(gradebook: Any, cell: str, student: str = "ada") -> Any:
    return gradebook.find_grade(cell, NAME, NAME, student)


def everything(out: Path) -> list[list[tuple[Any, ...]]]:
    """All rows of all tables."""
    with closing(sqlite3.connect(out / "gradebook.db")) as database:
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return [
            sorted(database.execute(f"SELECT * FROM {name}").fetchall(), key=repr) for name in sorted(names)
        ]


def release(course: Course, notebook: nbformat.NotebookNode) -> None:
    nbformat.write(notebook, course.release / NAME / f"{NAME}.ipynb")


def test_each_grade_cell_has_its_questions_points(write: Write, report_of: ReportOf, out: Path) -> None:
    write(report_of())
    with opened(out) as gradebook:
        cells = {cell.name: cell for cell in gradebook.find_notebook(NAME, NAME).grade_cells}
        assert {name: cell.max_score for name, cell in cells.items()} == {
            "check-q1": 4,
            "check-q2": 6,
            "manual-q6": 2,
        }
        assert grade_of(gradebook, "check-q1").auto_score == 4
        assert grade_of(gradebook, "check-q2").auto_score == 3
        assert not grade_of(gradebook, "check-q2").needs_manual_grade
        assert gradebook.find_submission(NAME, "ada").score == 7


def test_times_are_kept_in_utc(write: Write, report_of: ReportOf, out: Path) -> None:
    verdict = DeadlineVerdict(
        status="on_time",
        due=DUE,
        received_at=(DUE + timedelta(days=1)).astimezone(),
        extension_until=DUE + timedelta(days=2),
    )
    write(report_of(deadline=verdict))
    with opened(out) as gradebook:
        submission = gradebook.find_submission(NAME, "ada")
        assert gradebook.find_assignment(NAME).duedate == DUE.replace(tzinfo=None)
        assert submission.timestamp == (DUE + timedelta(days=1)).replace(tzinfo=None)
        assert submission.total_seconds_late == 0


def test_what_the_deadline_takes_is_nbgraders_late_penalty(
    write: Write, report_of: ReportOf, out: Path
) -> None:
    late = DeadlineVerdict(status="late", due=DUE, received_at=DUE, factor=0.9)
    write(report_of("late", deadline=late), report_of("prompt"))
    with opened(out) as gradebook:
        assert gradebook.find_submission(NAME, "late").late_submission_penalty == pytest.approx(0.7)
        assert gradebook.find_submission(NAME, "prompt").late_submission_penalty == 0


def test_points_given_by_hand_to_a_late_submission_lose_their_share_too(
    write: Write, report_of: ReportOf, out: Path
) -> None:
    rejected = report_of(deadline=DeadlineVerdict(status="rejected", due=DUE, received_at=DUE, factor=0))
    write(rejected)
    with opened(out) as gradebook:
        grade_of(gradebook, "manual-q6").manual_score = 2
        gradebook.db.commit()
    write(rejected)
    with opened(out) as gradebook:
        assert gradebook.find_submission(NAME, "ada").late_submission_penalty == pytest.approx(9)


def test_writing_twice_changes_nothing(write: Write, report_of: ReportOf, out: Path) -> None:
    write(report_of("ada"), report_of("bob", flags=("Look.",)))
    before = everything(out)
    write(report_of("ada"), report_of("bob", flags=("Look.",)))
    assert everything(out) == before


def test_what_a_person_gave_survives_another_grading(write: Write, report_of: ReportOf, out: Path) -> None:
    write(report_of(flags=("Look.",)))
    with opened(out) as gradebook:
        for cell, score in (("manual-q6", 1.5), ("check-q2", 5.0)):
            grade = grade_of(gradebook, cell)
            grade.manual_score, grade.needs_manual_grade = score, False
        grade_of(gradebook, "check-q1").extra_credit = 0.5
        comment = gradebook.find_comment("question-q2", NAME, NAME, "ada")
        comment.manual_comment = "Nearly."
        gradebook.find_submission_notebook(NAME, NAME, "ada").flagged = False
        gradebook.db.commit()
    write(report_of(flags=("Look.",)))
    with opened(out) as gradebook:
        assert grade_of(gradebook, "manual-q6").score == 1.5
        assert not grade_of(gradebook, "manual-q6").needs_manual_grade
        assert grade_of(gradebook, "check-q2").score == 5
        assert grade_of(gradebook, "check-q1").score == 4.5
        assert gradebook.find_comment("question-q2", NAME, NAME, "ada").comment == "Nearly."
        assert not gradebook.find_submission_notebook(NAME, NAME, "ada").flagged


def test_a_new_score_below_one_given_by_hand_asks_the_person_again(
    write: Write, report_of: ReportOf, out: Path
) -> None:
    write(report_of())
    with opened(out) as gradebook:
        grade_of(gradebook, "check-q2").manual_score = 5
        gradebook.db.commit()
    write(report_of(tests=(make_test("q1", "shape"), make_test("q2", "sum", points=6.0))))
    with opened(out) as gradebook:
        grade = grade_of(gradebook, "check-q2")
        assert (grade.auto_score, grade.score, grade.needs_manual_grade) == (6, 5, True)


def test_an_answer_in_words_waits_for_a_person_and_an_empty_one_does_not(
    write: Write, report_of: ReportOf, out: Path
) -> None:
    write_report(out, report_of("ada"), make_executed())
    write_report(out, report_of("bob"), make_stub())
    write(report_of("ada"), report_of("bob"))
    with opened(out) as gradebook:
        assert grade_of(gradebook, "manual-q6", "ada").needs_manual_grade
        bobs = grade_of(gradebook, "manual-q6", "bob")
        assert (bobs.needs_manual_grade, bobs.auto_score) == (False, 0)
        assert gradebook.find_comment("manual-q6", NAME, NAME, "bob").comment == "No response."


def test_the_hints_stand_as_comments_at_the_answer(write: Write, report_of: ReportOf, out: Path) -> None:
    write(report_of())
    with opened(out) as gradebook:
        comment = gradebook.find_comment("question-q2", NAME, NAME, "ada").comment
        assert comment is not None and comment.startswith("Look at the corner")
        assert gradebook.find_comment("question-q1", NAME, NAME, "ada").comment is None


def test_locked_cells_are_kept_with_their_checksum(write: Write, report_of: ReportOf, out: Path) -> None:
    write(report_of())
    with opened(out) as gradebook:
        source = gradebook.find_source_cell("check-q1", NAME, NAME)
        assert source.locked and source.source == 'grader.check("q1")'
        assert source.checksum == make_stub().cells[2].metadata.nbgrader.checksum


def test_a_question_added_later_gets_its_cell_and_its_grades(
    write: Write, report_of: ReportOf, out: Path, course: Course
) -> None:
    write(report_of())
    stub = make_stub()
    stub.cells.append(
        nbgrader_cell("code", 'grader.check("q3")', "check-q3", grade=True, locked=True, points=1.0)
    )
    release(course, stub)
    report = report_of()
    added = QuestionScore(question="q3", title="New", score=1, max_score=1)
    write(report.model_copy(update={"questions": (*report.questions, added)}))
    with opened(out) as gradebook:
        assert grade_of(gradebook, "check-q3").auto_score == 1


def test_a_cell_that_is_gone_takes_its_grades_along(
    write: Write, report_of: ReportOf, out: Path, course: Course
) -> None:
    write(report_of())
    stub = make_stub()
    del stub.cells[5]
    release(course, stub)
    write(report_of())
    with opened(out) as gradebook:
        assert gradebook.find_assignment(NAME).max_score == 10
        assert len(gradebook.find_submission_notebook(NAME, NAME, "ada").grades) == 2


def test_a_cell_that_is_gone_is_not_dropped_with_a_score_given_by_hand(
    write: Write, report_of: ReportOf, out: Path, course: Course
) -> None:
    write(report_of())
    with opened(out) as gradebook:
        grade_of(gradebook, "manual-q6").manual_score = 2
        gradebook.db.commit()
    stub = make_stub()
    del stub.cells[5]
    release(course, stub)
    with pytest.raises(GradebookError, match="manual-q6"):
        write(report_of())
    with opened(out) as gradebook:
        assert grade_of(gradebook, "manual-q6").score == 2


def test_a_release_that_lacks_a_question_is_refused(
    write: Write, report_of: ReportOf, course: Course
) -> None:
    stub = make_stub()
    del stub.cells[2]
    release(course, stub)
    with pytest.raises(ConfigurationError, match="question q1") as caught:
        write(report_of())
    assert "autograder build" in str(caught.value)


def test_a_missing_release_is_refused(write: Write, report_of: ReportOf, course: Course) -> None:
    (course.release / NAME / f"{NAME}.ipynb").unlink()
    with pytest.raises(ConfigurationError, match="does not exist"):
        write(report_of())


def test_nbgrader_export_gives_the_scores(
    write: Write, report_of: ReportOf, out: Path, tmp_path: Path
) -> None:
    late = DeadlineVerdict(status="late", due=DUE, received_at=DUE, factor=0.5)
    write(report_of("ada"), report_of("bob", deadline=late))
    nbgrader = Path(sys.executable).with_name("nbgrader")
    command = [nbgrader, "export", "--db", gradebook_url(out), "--to", tmp_path / "exported.csv"]
    subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)
    with (tmp_path / "exported.csv").open(encoding="utf-8") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert {name: float(row["score"]) for name, row in rows.items()} == {"ada": 7, "bob": 3.5}
    assert float(rows["bob"]["raw_score"]) == 7
    assert {float(row["max_score"]) for row in rows.values()} == {12}


def test_a_gradebook_is_made_where_there_is_none(write: Write, report_of: ReportOf, out: Path) -> None:
    (out / "gradebook.db").unlink()
    write(report_of())
    with opened(out) as gradebook:
        assert gradebook.find_submission(NAME, "ada").score == 7


def test_a_gradebook_left_without_its_version_gets_it(write: Write, report_of: ReportOf, out: Path) -> None:
    write(report_of())
    with closing(sqlite3.connect(out / "gradebook.db")) as database:
        database.execute("DROP TABLE alembic_version")
        database.commit()
    write(report_of())
    with closing(sqlite3.connect(out / "gradebook.db")) as database:
        assert len(database.execute("SELECT version_num FROM alembic_version").fetchall()) == 1


def test_a_locked_database_is_said_in_a_sentence(
    write: Write, report_of: ReportOf, out: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(report_of())
    before = everything(out)
    with closing(sqlite3.connect(out / "gradebook.db")) as database:
        database.execute("BEGIN EXCLUSIVE")
        with pytest.raises(GradebookError, match="locked") as caught:
            write(report_of("bob"), url=gradebook_url(out) + "?timeout=0.1")
    assert "run the same command again" in str(caught.value)
    assert caplog.records == []
    assert everything(out) == before


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("grades.db", "not the URL of a database"),
        ("sqlite:////nonexistent/folder/gradebook.db", "folder must exist"),
        ("oracle://user:secret@nowhere/grades", "driver"),
        ("nosuchdatabase://x", "gradebook nosuchdatabase://x"),
    ],
)
def test_an_unreachable_database_is_said_in_a_sentence(
    write: Write, report_of: ReportOf, url: str, complaint: str
) -> None:
    with pytest.raises(GradebookError, match=complaint) as caught:
        write(report_of(), url=url)
    assert "secret" not in str(caught.value)


def test_a_file_that_is_no_database_is_said_in_a_sentence(
    write: Write, report_of: ReportOf, out: Path
) -> None:
    (out / "gradebook.db").write_text("this is not a database" * 100, encoding="utf-8")
    with pytest.raises(GradebookError, match="not a database"):
        write(report_of())


def test_a_read_only_database_is_said_in_a_sentence(write: Write, report_of: ReportOf, out: Path) -> None:
    write(report_of())
    url = f"sqlite:///file:{out / 'gradebook.db'}?mode=ro&uri=true"
    with pytest.raises(GradebookError, match="write permission"):
        write(report_of("bob"), url=url)


def test_a_failure_half_way_leaves_no_half_of_the_class(write: Write, report_of: ReportOf, out: Path) -> None:
    write(report_of("ada"))
    write_report(out, report_of("bob"), make_executed())
    (out / "bob" / "executed.ipynb").write_text("{", encoding="utf-8")
    better = report_of("ada", tests=(make_test("q1", "shape"), make_test("q2", "sum")))
    with pytest.raises(SubmissionError, match=r"executed\.ipynb"):
        write(better, report_of("bob"))
    with opened(out) as gradebook:
        assert grade_of(gradebook, "check-q2").auto_score == 3
