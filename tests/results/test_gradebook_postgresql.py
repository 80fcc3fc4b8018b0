"""The gradebook in a real PostgreSQL server: as in SQLite, with several graders, and when it goes away."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from nbgrader.api import Gradebook
from postgresql import Server, why_missing
from sample_results import NAME, make_test
from sqlalchemy import create_engine, event, inspect, text
from sqlalchemy.engine import Engine

from autograder.course import Assignment, Course
from autograder.errors import GradebookError
from autograder.report import Report
from autograder.results.gradebook import write_gradebook

ReportOf = Callable[..., Report]
pytestmark = pytest.mark.postgresql


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    why = why_missing()
    if why and os.environ.get("REQUIRE_POSTGRESQL") == "1":
        pytest.fail(f"REQUIRE_POSTGRESQL=1, but {why}", pytrace=False)
    if why:
        pytest.skip(f"NOT TESTED WITH POSTGRESQL: {why}")
    with Server() as server:
        yield server


@pytest.fixture(scope="module")
def empty_gradebook(server: Server) -> str:
    """A database that nbgrader has made its tables in, which takes it a second or two."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")  # nbgrader starts alembic
        with Gradebook(server.new_database("empty")) as gradebook:
            gradebook.engine.dispose()
    return "empty"


@pytest.fixture
def url(server: Server, empty_gradebook: str) -> str:
    """A gradebook with nothing in it."""
    return server.new_database(f"g{uuid4().hex}", like=empty_gradebook)


def everything(url: str) -> dict[str, list[Any]]:
    """All rows of all tables."""
    engine = create_engine(url)
    with engine.connect() as connection:
        tables = inspect(engine).get_table_names()
        rows = {name: connection.execute(text(f'SELECT * FROM "{name}"')).fetchall() for name in tables}
    engine.dispose()
    return {name: sorted(map(tuple, found), key=repr) for name, found in rows.items()}


def scores(url: str) -> dict[str, float]:
    with Gradebook(url) as gradebook:
        return {each.student.id: each.score for each in gradebook.assignment_submissions(NAME)}


def test_scores_are_written_and_read_back(
    url: str, report_of: ReportOf, course: Course, assignment: Assignment
) -> None:
    write_gradebook([report_of("ada"), report_of("bjørn")], course, assignment, url)
    assert scores(url) == {"ada": 7, "bjørn": 7}
    with Gradebook(url) as gradebook:
        assert gradebook.find_grade("check-q2", NAME, NAME, "ada").auto_score == 3
        assert gradebook.find_grade("manual-q6", NAME, NAME, "ada").needs_manual_grade


def test_writing_twice_changes_nothing(
    url: str, report_of: ReportOf, course: Course, assignment: Assignment
) -> None:
    reports = [report_of("ada"), report_of("bob", flags=("Look.",))]
    write_gradebook(reports, course, assignment, url)
    before = everything(url)
    assert before["grade"] and before["alembic_version"]
    write_gradebook(reports, course, assignment, url)
    assert everything(url) == before


def test_what_a_person_gave_survives(
    url: str, report_of: ReportOf, course: Course, assignment: Assignment
) -> None:
    write_gradebook([report_of()], course, assignment, url)
    with Gradebook(url) as gradebook:
        gradebook.find_grade("check-q2", NAME, NAME, "ada").manual_score = 5
        gradebook.db.commit()
    write_gradebook([report_of()], course, assignment, url)
    assert scores(url) == {"ada": 9}


def test_several_graders_write_at_the_same_time_into_a_database_that_none_has_seen_yet(
    server: Server, report_of: ReportOf, course: Course, assignment: Assignment
) -> None:
    url = server.new_database("unseen")
    parts = [[report_of(f"s{grader}{number}") for number in range(5)] for grader in range(4)]
    with ThreadPoolExecutor(len(parts)) as graders:
        list(graders.map(lambda part: write_gradebook(part, course, assignment, url), parts))
    assert scores(url) == {report.student: 7 for part in parts for report in part}
    assert len(everything(url)["alembic_version"]) == 1


def test_several_graders_write_the_same_students(
    url: str, report_of: ReportOf, course: Course, assignment: Assignment
) -> None:
    reports = [report_of(f"s{number}") for number in range(5)]
    write_gradebook(reports[:1], course, assignment, url)
    with ThreadPoolExecutor(3) as graders:
        list(graders.map(lambda _: write_gradebook(reports, course, assignment, url), range(3)))
    assert scores(url) == {report.student: 7 for report in reports}


def test_a_server_that_goes_away_midway_leaves_nothing_half_written_and_the_next_run_completes_it(
    server: Server, url: str, report_of: ReportOf, course: Course, assignment: Assignment
) -> None:
    write_gradebook([report_of("ada")], course, assignment, url)
    before = everything(url)
    better = report_of("ada", tests=(make_test("q1", "shape"), make_test("q2", "sum", points=6.0)))
    reports = [better, *(report_of(f"s{number}") for number in range(5))]
    written = 0

    def stop_the_server(*_: Any) -> None:
        nonlocal written
        written += 1
        if written == 4:
            server.stop()

    event.listen(Engine, "before_cursor_execute", stop_the_server_at_inserts := _inserts(stop_the_server))
    try:
        with pytest.raises(GradebookError) as caught:
            write_gradebook(reports, course, assignment, url)
    finally:
        event.remove(Engine, "before_cursor_execute", stop_the_server_at_inserts)
        if written >= 4:
            server.start()
    assert written >= 4
    assert "run the same command again" in str(caught.value) and "secret" not in str(caught.value)
    assert everything(url) == before
    assert better.score != scores(url)["ada"]
    write_gradebook(reports, course, assignment, url)
    assert scores(url) == {"ada": better.score, **{f"s{number}": 7 for number in range(5)}}


def test_a_server_that_does_not_run_is_said_in_a_sentence(
    report_of: ReportOf, course: Course, assignment: Assignment, tmp_path: Path
) -> None:
    url = f"postgresql+psycopg://grader:secret@/grades?host={tmp_path}"
    with pytest.raises(GradebookError, match="connection") as caught:
        write_gradebook([report_of()], course, assignment, url)
    assert "server runs" in str(caught.value) and "secret" not in str(caught.value)


def test_a_database_that_is_not_there_is_said_in_a_sentence(
    server: Server, report_of: ReportOf, course: Course, assignment: Assignment
) -> None:
    with pytest.raises(GradebookError, match='database "nosuch" does not exist'):
        write_gradebook([report_of()], course, assignment, server.url("nosuch"))


def test_nbgrader_export_reads_it(
    url: str, report_of: ReportOf, course: Course, assignment: Assignment, tmp_path: Path
) -> None:
    write_gradebook([report_of("ada"), report_of("bob")], course, assignment, url)
    nbgrader = Path(sys.executable).with_name("nbgrader")
    command = [nbgrader, "export", "--db", url, "--to", tmp_path / "exported.csv"]
    subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)
    with (tmp_path / "exported.csv").open(encoding="utf-8") as file:
        rows = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert rows == {"ada": 7, "bob": 7}


def _inserts(act: Callable[..., None]) -> Callable[..., None]:
    def listener(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("INSERT"):
            act()

    return listener
