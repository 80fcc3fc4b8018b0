"""A folder of submissions becomes reports; what has been examined once is not examined again."""

from __future__ import annotations

import json
import shutil
import stat
from datetime import UTC, date, datetime
from pathlib import Path

import nbformat
import pytest
from classroom import (
    ALL_RIGHT,
    HALF_RIGHT,
    PADDING_FORGOTTEN,
    POOL,
    SIZE,
    Classroom,
    new_classroom,
    notebook,
    without_times,
)

from autograder.build import new_assignment
from autograder.errors import SubmissionError
from autograder.extensions import grant
from autograder.grading import SECRET_FILE, course_secret, with_outputs
from autograder.intake import read_notebook
from autograder.results.store import PARTIAL

HIDDEN_HINT = "Is the padding at both ends?"


@pytest.fixture(scope="module")
def graded_trio(tmp_path_factory: pytest.TempPathFactory) -> Classroom:
    room = new_classroom(tmp_path_factory.mktemp("trio"))
    room.hand_in("anna", ALL_RIGHT)
    room.hand_in("bo", HALF_RIGHT)
    room.hand_in("cleo", PADDING_FORGOTTEN)
    room.grade()
    return room


@pytest.fixture
def trio(graded_trio: Classroom, tmp_path: Path) -> Classroom:
    """Three students, of whom one has everything, one half and one forgot the padding; graded before.

    Each test gets its own copy, so that it can change what it likes.
    """
    shutil.copytree(graded_trio.root, tmp_path, dirs_exist_ok=True)
    return Classroom(tmp_path)


def scores(room: Classroom, *students: str) -> list[float]:
    return [room.report(student).score for student in students]


# ---- from a folder to reports ---------------------------------------------------------------------


def test_every_student_gets_a_report_with_points_questions_and_hints(trio):
    anna, bo, cleo = (trio.report(student) for student in ("anna", "bo", "cleo"))
    assert [(report.score, report.max_score) for report in (anna, bo, cleo)] == [(8, 8), (4, 8), (6, 8)]
    assert [(question.question, question.score) for question in bo.questions] == [("q1", 4), ("q2", 0)]
    assert {test.outcome for test in bo.tests if test.question == "q2"} == {"missing"}
    assert "does not define `max_pool`" in bo.tests[-1].message
    (failed,) = [test for test in cleo.tests if test.outcome != "passed"]
    assert failed.outcome == "failed" and HIDDEN_HINT in failed.message
    assert anna.deadline.status == "on_time" and anna.approved is True
    assert anna.environment.sandbox == "process" and "numpy" in anna.environment.packages


def test_the_notebook_is_kept_as_it_ran(classroom):
    classroom.hand_in("anna", notebook("print('hello')\n6 * 7", "1 / 0", SIZE))
    classroom.grade()
    first, second, third = classroom.executed("anna").cells
    assert first.outputs[0].text == "hello\n" and first.outputs[1].data["text/plain"] == "42"
    assert second.outputs[0].ename == "ZeroDivisionError"
    assert third.outputs == [] and third.execution_count == 3
    assert classroom.report("anna").run.cells_failed == (1,)


def test_a_second_run_examines_nothing_and_touches_no_file(trio):
    before = trio.files()
    summary = trio.grade()
    assert (summary.examined, summary.reused, trio.begun) == (0, 3, [])
    assert trio.files() == before
    assert [report.score for report in summary.reports] == [8, 4, 6]


def test_only_the_student_who_hands_in_again_is_examined_again(trio):
    before = trio.files()
    (trio.submissions / "bo" / "answers.ipynb").unlink()
    trio.hand_in("bo", PADDING_FORGOTTEN, "2026-09-15T13:00:00+00:00")
    trio.grade()
    assert trio.begun == ["bo/answers.ipynb"]
    assert scores(trio, "anna", "bo", "cleo") == [8, 6, 6]
    changed = {name for name, content in trio.files().items() if before.get(name) != content}
    assert {name for name in changed if not name.startswith(".")} == {"bo/report.json", "bo/executed.ipynb"}


def test_again_examines_what_has_been_examined_before(trio):
    assert (trio.grade(again=True).examined, sorted(trio.begun)) == (
        3,
        ["anna/answers.ipynb", "bo/answers.ipynb", "cleo/answers.ipynb"],
    )


def test_a_lost_or_damaged_result_is_made_again(trio):
    kept = sorted((trio.out / ".examined").iterdir())
    kept[0].write_text("{", encoding="utf-8")
    kept[1].unlink()
    (trio.out / "anna" / "report.json").write_text("{}", encoding="utf-8")
    (trio.out / "bo" / "executed.ipynb").unlink()
    assert trio.grade().examined == 2
    assert scores(trio, "anna", "bo", "cleo") == [8, 4, 6]
    assert trio.executed("bo") is not None


def test_what_a_killed_grader_left_half_written_goes(trio):
    left = [trio.out / f".grades.csv.x{PARTIAL}", trio.out / ".examined" / f".a.json.y{PARTIAL}"]
    for path in left:
        path.write_bytes(b"half")
    trio.grade()
    assert not any(path.exists() for path in left)


# ---- what a result depends on ---------------------------------------------------------------------


def change_a_hidden_test(room: Classroom) -> None:
    room.edit("test_hidden.py", "range(20)", "range(21)")


def change_a_public_test(room: Classroom) -> None:
    room.edit("test_public.py", "(512, 9, 1, 504)", "(513, 9, 1, 505)")


def change_the_limits(room: Classroom) -> None:
    room.edit("assignment.toml", "[[questions]]", "[limits]\ncall_seconds = 3\n\n[[questions]]")


def ship_another_file(room: Classroom) -> None:
    (room.folder / "data.csv").write_text("1,2\n", encoding="utf-8")
    room.edit("assignment.toml", "files = []", 'files = ["data.csv"]')


def add_data_that_hidden_tests_may_read(room: Classroom) -> None:
    (room.folder / "expected.csv").write_text("1,2\n", encoding="utf-8")


def share_fixtures(room: Classroom) -> None:
    (room.folder.parent / "conftest.py").write_text("LIMIT = 1\n", encoding="utf-8")


@pytest.mark.parametrize(
    "change",
    [
        change_a_hidden_test,
        change_a_public_test,
        change_the_limits,
        ship_another_file,
        add_data_that_hidden_tests_may_read,
        share_fixtures,
    ],
)
def test_what_can_change_a_result_has_everybody_examined_again(trio, change):
    change(trio)
    summary = trio.grade()
    assert (summary.examined, summary.reused) == (3, 0)
    assert [report.score for report in summary.reports] == [8, 4, 6]
    assert trio.grade().examined == 0


def test_what_only_the_author_needs_has_nobody_examined_again(trio):
    trio.edit("wrong/rounds_up.py", "rounded up", "rounded upwards")
    trio.edit("notebook.py", "in three lines", "in four lines")
    assert trio.grade().examined == 0


def test_a_new_due_date_changes_reports_without_examining(trio):
    trio.edit("assignment.toml", "2026-09-15T23:59:00", "2026-09-14T23:59:00")
    assert trio.grade().examined == 0
    report = trio.report("anna")
    assert (report.deadline.status, report.score, report.final_score) == ("rejected", 8, 0)
    assert report.approved is False


def test_a_new_pass_mark_changes_reports_without_examining(trio):
    assert [trio.report(student).approved for student in ("anna", "bo", "cleo")] == [True, True, True]
    trio.edit("assignment.toml", "packages", "pass_percent = 75\npackages")
    assert trio.grade().examined == 0
    assert [trio.report(student).approved for student in ("anna", "bo", "cleo")] == [True, False, True]


def test_an_extension_changes_one_report_without_examining(classroom):
    for student in ("anna", "bo"):
        classroom.hand_in(student, ALL_RIGHT, "2026-09-17T10:00:00+00:00")
    classroom.grade()
    assert {classroom.report(student).deadline.status for student in ("anna", "bo")} == {"rejected"}
    untouched = classroom.files()["bo/report.json"]
    until = datetime(2026, 9, 18, tzinfo=UTC)
    grant(classroom.course, classroom.assignment, "anna", until, "was ill", granted_at=until)
    assert classroom.grade().examined == 0
    anna = classroom.report("anna")
    assert (anna.deadline.status, anna.deadline.extension_reason, anna.final_score) == (
        "on_time",
        "was ill",
        8,
    )
    assert classroom.files()["bo/report.json"] == untouched


def test_a_receipt_that_comes_later_changes_the_report_without_examining(classroom):
    classroom.hand_in("anna", ALL_RIGHT, at=None)
    classroom.grade()
    flagged = classroom.report("anna")
    assert (flagged.deadline.status, flagged.approved, flagged.final_score) == ("flagged", None, 0)
    assert flagged.flags
    classroom.receive("anna", ALL_RIGHT, "2026-09-15T10:00:00+00:00")
    assert classroom.grade().examined == 0
    report = classroom.report("anna")
    assert (report.deadline.status, report.approved, report.final_score) == ("on_time", True, 8)
    assert report.flags == ()


# ---- several submissions, and late days -----------------------------------------------------------


def test_a_late_submission_never_replaces_a_better_one_that_was_on_time(classroom):
    classroom.hand_in("anna", PADDING_FORGOTTEN, "2026-09-15T10:00:00+00:00", file="first.ipynb")
    classroom.hand_in("anna", ALL_RIGHT, "2026-09-16T10:00:00+00:00", file="second.ipynb")
    classroom.grade()
    report = classroom.report("anna")
    assert (report.submission.file, report.final_score) == ("anna/first.ipynb", 6)
    assert [(attempt.submission.file, attempt.score, attempt.counts) for attempt in report.attempts] == [
        ("anna/first.ipynb", 6, True),
        ("anna/second.ipynb", 8, False),
    ]
    assert report.attempts[0].why == "It has the most points after the deadline was applied."
    assert report.attempts[1].why == "It came too late."


def test_of_two_on_time_the_better_one_counts_and_its_notebook_is_kept(classroom):
    classroom.hand_in("anna", notebook(SIZE, POOL, "print('the better one')"), file="a.ipynb")
    classroom.hand_in("anna", HALF_RIGHT, "2026-09-15T14:00:00+00:00", file="b.ipynb")
    classroom.grade()
    report = classroom.report("anna")
    assert (report.submission.file, report.score) == ("anna/a.ipynb", 8)
    assert report.attempts[1].why == "Another submission has more points after the deadline was applied."
    assert "the better one" in json.dumps(classroom.executed("anna"))


def test_late_days_of_an_earlier_week_are_spent(tmp_path):
    for name in ("w07_pooling", "w08_strides"):
        new_assignment(tmp_path, name, today=date(2026, 9, 1))
    course_file = tmp_path / "assignments" / "course.toml"
    text = course_file.read_text(encoding="utf-8")
    course_file.write_text(
        text.replace('kind = "strict"', 'kind = "strict"\nlate_days = 2'), encoding="utf-8"
    )
    first, second = Classroom(tmp_path, "w07_pooling"), Classroom(tmp_path, "w08_strides")
    first.hand_in("anna", ALL_RIGHT, "2026-09-17T12:00:00+00:00")
    first.hand_in("bo", ALL_RIGHT, "2026-09-15T12:00:00+00:00")
    for student in ("anna", "bo"):
        second.hand_in(student, ALL_RIGHT, "2026-09-16T12:00:00+00:00")
    first.grade()
    second.grade()
    assert first.report("anna").deadline.late_days_used == 2
    assert first.report("anna").final_score == 8
    assert second.report("anna").deadline.status == "rejected"
    bo = second.report("bo").deadline
    assert (bo.status, bo.late_days_used, bo.factor) == ("late", 1, 1.0)
    assert first.grade().reports[0].deadline.late_days_used == 2


# ---- odd submissions ------------------------------------------------------------------------------


def test_an_unreadable_notebook_costs_its_own_student_only(classroom):
    classroom.hand_in("anna", ALL_RIGHT)
    classroom.hand_in("bo", ALL_RIGHT[: len(ALL_RIGHT) // 2])
    classroom.hand_in("cleo", b"")
    (classroom.submissions / "dan").mkdir()
    summary = classroom.grade()
    assert [report.run.status for report in summary.reports] == ["completed", *["unreadable"] * 3]
    assert [report.score for report in summary.reports] == [8, 0, 0, 0]
    messages = [report.run.message for report in summary.reports[1:]]
    for message, said in zip(messages, ("cut off", "empty", "no notebook"), strict=True):
        assert said in message
    assert {test.outcome for test in classroom.report("bo").tests} == {"not_run"}
    assert classroom.report("bo").max_score == 8
    assert not (classroom.out / "bo" / "executed.ipynb").exists()
    assert classroom.grade().examined == 0


def test_a_readable_notebook_after_an_unreadable_one_is_graded(classroom):
    classroom.hand_in("anna", b"{", file="answers.ipynb")
    classroom.grade()
    classroom.hand_in("anna", ALL_RIGHT, file="answers.ipynb")
    classroom.grade()
    assert classroom.report("anna").score == 8
    assert len(classroom.report("anna").attempts) == 1


def test_a_file_that_was_left_out_later_is_named_though_nothing_is_examined(classroom):
    classroom.hand_in("anna", ALL_RIGHT)
    classroom.grade()
    assert classroom.report("anna").notes == ()
    (classroom.submissions / "anna" / "link.csv").symlink_to("answers.ipynb")
    assert classroom.grade().examined == 0
    assert classroom.report("anna").notes == ("link.csv was left out: links are not followed.",)


def test_a_students_own_module_can_be_imported(classroom):
    classroom.hand_in("anna", notebook("from my_helpers import output_size", POOL))
    classroom.hand_in("anna", SIZE.encode(), file="my_helpers.py")
    classroom.grade()
    assert classroom.report("anna").score == 8


def test_a_changed_file_beside_the_notebook_has_it_examined_again(classroom):
    classroom.hand_in("anna", notebook("from my_helpers import output_size", POOL))
    classroom.hand_in("anna", b"output_size = None", file="my_helpers.py")
    classroom.grade()
    assert classroom.report("anna").score == 4
    classroom.hand_in("anna", SIZE.encode(), file="my_helpers.py")
    assert classroom.grade().examined == 1
    assert classroom.report("anna").score == 8


def test_a_students_file_does_not_take_the_place_of_one_that_ships(classroom):
    (classroom.folder / "given.py").write_text(SIZE, encoding="utf-8")
    classroom.edit("assignment.toml", "files = []", 'files = ["given.py"]')
    classroom.hand_in("anna", notebook("from given import output_size"))
    classroom.hand_in("anna", b"def output_size(*_, **__): return 'mine'\n", file="given.py")
    classroom.grade()
    assert classroom.report("anna").score == 4


FORGES_OUTPUTS = """
shown = get_ipython().recorder.outputs
shown += [
    {"output_type": "stream", "name": 5, "text": ["a", 3]},
    {"output_type": "stream", "name": "stderr", "text": "kept"},
    {"output_type": "display_data", "data": {"text/plain": {"a": 1}, "text/html": ["<b>", 7]}},
    {"output_type": "display_data", "data": {"application/json": {"n": float("nan"), "big": 2**63 - 1}}},
    {"output_type": "display_data", "data": [1], "metadata": {"x": float("inf")}, "more": True},
    {"output_type": "execute_result", "data": 7, "execution_count": "no"},
    {"output_type": "error", "ename": 3, "evalue": None, "traceback": "no list"},
    {"output_type": "error", "traceback": [1, "line"]},
    {"output_type": "pyout"},
    {"output_type": ["stream"]},
    {},
    "not a dict",
    None,
]
"""


def test_forged_outputs_are_reduced_to_a_valid_notebook(classroom):
    classroom.hand_in("anna", notebook(FORGES_OUTPUTS, SIZE, POOL))
    classroom.grade()
    assert classroom.report("anna").score == 8
    executed = classroom.executed("anna")
    nbformat.validate(executed)
    kinds = [output.output_type for output in executed.cells[0].outputs]
    assert kinds == [*["stream"] * 2, *["display_data"] * 3, "execute_result", *["error"] * 2]
    assert executed.cells[0].outputs[1].text == "kept"
    assert executed.cells[0].outputs[3].data["application/json"] == {"n": None, "big": 2**63 - 1}


@pytest.mark.parametrize(
    "ran",
    [
        [],
        [{"outputs": None}, {}, {"outputs": "abc"}, {"outputs": []}],
        [{"outputs": [{"output_type": "display_data", "data": {"a/b": "\x1b[31m", "": None}}]}],
    ],
    ids=["fewer than cells", "more than cells", "odd types"],
)
def test_a_forged_list_of_cells_makes_a_valid_notebook(ran):
    read = read_notebook(notebook("a = 1", "b = 2")).notebook
    nbformat.validate(nbformat.from_dict(with_outputs(read, ran)))


# ---- seeds, sandboxes, lanes ----------------------------------------------------------------------


def inputs_seen(room: Classroom, **options) -> str:
    """What the hidden test asked first, as the hint on an answer that is never right says."""
    if not room.submissions.joinpath("spy").exists():
        room.hand_in("spy", notebook("def output_size(*_, **__):\n    return -1"))
    room.grade(**options)
    (test,) = [test for test in room.report("spy").tests if test.id == "test_hidden.py::test_random_sizes"]
    assert test.outcome == "failed" and "pixels, a kernel of" in test.message
    return test.message


def test_a_seed_repeats_the_hidden_inputs_and_another_one_does_not(classroom):
    first = inputs_seen(classroom, seed=b"one")
    assert classroom.report("spy").environment.seed == b"one".hex()
    assert inputs_seen(classroom, seed=b"two") != first
    assert inputs_seen(classroom, seed=b"one", again=True) == first


def test_without_a_seed_the_inputs_are_the_same_each_time_and_differ_between_students(classroom):
    first = inputs_seen(classroom)
    classroom.hand_in("other", (classroom.submissions / "spy" / "answers.ipynb").read_bytes())
    assert inputs_seen(classroom, again=True) == first
    seeds = {classroom.report(student).environment.seed for student in ("spy", "other")}
    assert len(seeds) == 2


def test_the_courses_secret_is_made_once_and_for_nobody_else_to_read(classroom):
    path = classroom.root / SECRET_FILE
    assert not path.exists()
    secret = course_secret(classroom.course)
    assert len(secret) == 32 and stat.S_IMODE(path.stat().st_mode) == 0o600
    written = path.stat().st_mtime_ns
    assert course_secret(classroom.course) == secret
    assert path.stat().st_mtime_ns == written
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("content", [b"", b"\n", b"zz", b"ab12", b"\xff\xfe"])
def test_a_damaged_secret_is_refused_rather_than_used(classroom, content):
    path = classroom.root / SECRET_FILE
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(SubmissionError, match="not a secret") as caught:
        course_secret(classroom.course)
    assert "Delete the file" in (caught.value.remedy or "")


TELLS_ITS_WORKER = "import os\nos.getppid()"


def workers(room: Classroom, *students: str) -> set[str]:
    return {room.executed(student).cells[0].outputs[0].data["text/plain"] for student in students}


def test_one_warm_worker_serves_everybody_and_fresh_takes_a_new_one_each(classroom):
    for student in ("anna", "bo", "cleo"):
        classroom.hand_in(student, notebook(TELLS_ITS_WORKER, SIZE, POOL))
    classroom.grade()
    assert len(workers(classroom, "anna", "bo", "cleo")) == 1
    classroom.grade(fresh=True, again=True)
    assert len(workers(classroom, "anna", "bo", "cleo")) == 3
    assert scores(classroom, "anna", "bo", "cleo") == [8, 8, 8]


def test_two_lanes_give_the_same_reports_as_one(classroom):
    contents = {"anna": ALL_RIGHT, "bo": HALF_RIGHT, "cleo": PADDING_FORGOTTEN, "dan": b"{"}
    for student, content in contents.items():
        classroom.hand_in(student, content)
    alone = [without_times(report) for report in classroom.grade(jobs=1).reports]
    together = [without_times(report) for report in classroom.grade(jobs=2, again=True).reports]
    assert together == alone
    assert sorted(classroom.begun) == [f"{student}/answers.ipynb" for student in ("anna", "bo", "cleo")]
