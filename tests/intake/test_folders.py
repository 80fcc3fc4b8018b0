"""Folders of submissions: layouts, times, odd names, broken files, and that nothing is lost."""

import hashlib
import os
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest

from autograder import intake
from autograder.errors import SubmissionError
from autograder.intake import find_submissions, read_notebook
from autograder.receipts import Receipt, append_receipt, sign

NINE_PM = datetime(2026, 10, 2, 19, tzinfo=UTC)


@pytest.fixture
def find(folder, course, assignment):
    def search(path: Path = folder, **options):
        return find_submissions(path, course, assignment, **options)

    return search


def only(found):
    (submission,) = found.submissions
    return submission


# ---- layouts


@pytest.mark.parametrize(
    "name",
    [
        "kari.ipynb",
        "kari/w01_corner_filter.ipynb",
        "kari/my solution (2).ipynb",
        "kari/handed in/deep/er/w01.IPYNB",
        "kari/w01_corner_filter/w01_corner_filter.ipynb",
    ],
)
def test_every_layout_gives_the_student_the_file_and_its_time(find, place, receive, notebook, name):
    place(name, notebook())
    receive("kari", notebook(), assignment="w01_corner_filter")
    found = find()
    submission = only(found)
    assert (submission.student, submission.file) == ("kari", name)
    assert (submission.received_at, submission.time_flag, submission.problem) == (NINE_PM, None, None)
    assert submission.sha256 == hashlib.sha256(notebook()).hexdigest()
    assert submission.record.size == len(notebook())
    assert read_notebook(submission.read()).notebook.cells[0].source == "x = 1"
    assert (found.skipped, found.absent, found.notices) == ((), (), ())


def test_one_notebook_is_its_own_student_and_needs_a_named_manifest(find, folder, place, receive, notebook):
    path = place("kari.ipynb", notebook())
    receive("kari", notebook())
    alone = only(find(path))
    assert alone.student == "kari"
    assert alone.received_at is None and "name a manifest with --receipts" in alone.time_flag
    named = only(find(path, receipts=folder / "receipts.jsonl"))
    assert (named.received_at, named.time_flag) == (NINE_PM, None)


def test_the_student_of_one_notebook_can_be_named(find, place, notebook):
    path = place("w01_corner_filter.ipynb", notebook())
    assert only(find(path, student="kari")).student == "kari"
    with pytest.raises(SubmissionError, match="must not contain '/'"):
        find(path, student="../kari")


def test_in_nbgraders_layout_only_the_assignment_asked_for_is_found(find, place, notebook):
    place("kari/w01_corner_filter/w01.ipynb", notebook("one"))
    place("kari/w02_other/w02.ipynb", notebook("two"))
    place("ola/w02_other/w02.ipynb", notebook("three"))
    found = find()
    assert only(found).file == "kari/w01_corner_filter/w01.ipynb"
    assert found.absent == ("ola",)


def test_an_nbgrader_course_is_not_taken_for_a_folder_of_submissions(find, folder, place, notebook):
    place("submitted/kari/w01_corner_filter/w01.ipynb", notebook())
    place("source/w01_corner_filter/w01.ipynb", notebook())
    with pytest.raises(SubmissionError, match=r"an nbgrader course") as error:
        find()
    assert str(folder / "submitted") in error.value.remedy
    assert only(find(folder / "submitted")).student == "kari"


@pytest.mark.parametrize(
    ("name", "complaint"),
    [("nothing", "no such file"), ("kari.py", "not a notebook"), (".ipynb", "not a notebook")],
)
def test_a_path_that_is_no_submission_is_refused(find, folder, place, name, complaint):
    if name != "nothing":
        place(name, b"x")
    with pytest.raises(SubmissionError, match=complaint):
        find(folder / name)


def test_a_student_cannot_be_named_for_a_folder(find):
    with pytest.raises(SubmissionError, match="one notebook only"):
        find(student="kari")


def test_an_empty_folder_gives_nothing(find):
    assert find() == intake.Intake(())


# ---- times


def test_without_a_manifest_every_time_is_flagged_with_what_to_do(find, place, notebook):
    place("kari.ipynb", notebook())
    submission = only(find())
    assert submission.received_at is None
    assert submission.time_flag.startswith("There is no receipts.jsonl beside the submissions. To fix it,")
    assert submission.sha256 in submission.time_flag


def test_times_that_the_student_could_have_written_are_not_trusted(find, place, notebook):
    path = place("kari/w01_corner_filter/w01.ipynb", notebook())
    place("kari/w01_corner_filter/timestamp.txt", b"2026-09-01 12:00:00 UTC")
    place("kari/w01_corner_filter/receipts.jsonl", b"not even JSON")
    os.utime(path, (0, 0))
    submission = only(find())
    assert submission.received_at is None
    assert "timestamp.txt beside the notebook is not trusted" in submission.time_flag
    assert "receipts.jsonl beside the notebook is not trusted" in submission.time_flag
    assert submission.files == ()


def test_a_receipt_for_another_version_of_the_file_does_not_count(find, place, receive, notebook):
    place("kari.ipynb", notebook("changed after the deadline"))
    receive("kari", notebook())
    assert "The receipts of this student are for other files" in only(find()).time_flag


def test_two_students_with_the_same_file_need_a_receipt_each(find, place, receive, notebook):
    place("kari.ipynb", notebook())
    place("ola.ipynb", notebook())
    receive("kari", notebook())
    found = find()
    kari, ola = found.submissions
    assert kari.received_at == NINE_PM
    assert ola.received_at is None
    assert ola.time_flag.startswith("The receipt for this file is for another student.")
    assert found.notices == ("The same notebook, byte for byte, came from kari, ola.",)


def test_a_file_that_was_received_but_is_not_here_is_reported(find, place, receive, notebook):
    place("kari.ipynb", notebook())
    receive("kari", notebook())
    receive(
        "kari",
        notebook("better"),
        "2026-10-02T21:30:00+02:00",
        assignment="w01_corner_filter",
        file="v2.ipynb",
    )
    receive("ola", notebook("week two"), assignment="w02_other")
    assert find().notices == (
        "kari: a file (v2.ipynb) was received at 2026-10-02T19:30:00+00:00, but it is not here.",
    )


def test_with_a_secret_unsigned_receipts_are_refused_and_flagged(find, folder, place, receive, notebook):
    place("kari.ipynb", notebook())
    receive("kari", notebook())
    found = find(secret=b"sixteen bytes or more")
    assert only(found).received_at is None
    assert "signature is missing or does not fit" in only(found).time_flag
    assert found.notices == (
        "receipts.jsonl, line 1: refused, the signature for kari is missing or does not fit.",
    )


def test_signed_receipts_count_with_the_secret_and_say_so_without(find, folder, place, notebook):
    secret = b"sixteen bytes or more"
    path = place("kari.ipynb", notebook())
    receipt = Receipt(
        student="kari", sha256=hashlib.sha256(path.read_bytes()).hexdigest(), received_at=NINE_PM
    )
    append_receipt(folder / "receipts.jsonl", sign(receipt, secret))
    assert only(find(secret=secret)).received_at == NINE_PM
    assert find(secret=secret).notices == ()
    assert "signatures were not checked" in find().notices[0]


def test_a_broken_manifest_is_an_error_that_names_the_line(find, place, notebook):
    place("kari.ipynb", notebook())
    place("receipts.jsonl", b"\n{}\n")
    with pytest.raises(SubmissionError, match=r"receipts\.jsonl, line 2: student is missing"):
        find()


# ---- several notebooks of one student


def test_several_notebooks_are_several_attempts_with_their_own_times(find, place, receive, notebook):
    place("kari/first.ipynb", notebook("1"))
    place("kari/second.ipynb", notebook("2"))
    place("kari/scratch.ipynb", notebook("3"))
    place("kari.ipynb", notebook("4"))
    receive("kari", notebook("2"), "2026-10-01T12:00:00+02:00")
    receive("kari", notebook("1"), "2026-10-02T12:00:00+02:00")
    found = find()
    assert [each.file for each in found.by_student["kari"]] == [
        "kari/second.ipynb",
        "kari/first.ipynb",
        "kari.ipynb",
        "kari/scratch.ipynb",
    ]
    assert [each.received_at is None for each in found.submissions] == [False, False, True, True]


def test_copies_of_one_notebook_are_one_attempt(find, place, notebook):
    place("kari/a copy.ipynb", notebook())
    place("kari/w01_corner_filter.ipynb", notebook())
    submission = only(find())
    assert submission.file == "kari/w01_corner_filter.ipynb"
    assert submission.notes == (
        "kari/a copy.ipynb is a copy of kari/w01_corner_filter.ipynb and was not graded twice.",
    )


def test_of_very_many_notebooks_those_with_a_receipt_are_kept_and_the_rest_reported(
    find, place, receive, notebook
):
    for number in range(30):
        place(f"kari/{number:02}.ipynb", notebook(str(number)))
    receive("kari", notebook("29"))
    found = find()
    assert len(found.submissions) == intake.MAX_ATTEMPTS
    assert found.submissions[0].file == "kari/29.ipynb"
    assert len(found.skipped) == 20
    assert found.skipped[0].why == "kari has 30 notebooks; at most 10 are graded."


# ---- files beside the notebook


def test_helper_files_are_carried_along_with_their_names_and_bytes(find, place, receive, notebook):
    place("kari/w01.ipynb", notebook())
    place("kari/helper.py", b"y = 2")
    place("kari/lib/more.py", b"z = 3")
    for junk in (".hidden", ".ipynb_checkpoints/w01.ipynb", "__pycache__/x.pyc", "timestamp.txt"):
        place(f"kari/{junk}", b"junk")
    receive("kari", notebook())
    submission = only(find())
    assert [(file.name, file.read()) for file in submission.files] == [
        ("helper.py", b"y = 2"),
        ("lib/more.py", b"z = 3"),
    ]


def test_files_that_may_have_come_after_the_notebook_are_flagged(find, course, place, receive, notebook):
    place("kari/w01.ipynb", notebook())
    place("kari/data.csv", b"1,2\n")  # as it was shipped
    place("kari/early.py", b"early")
    place("kari/late.py", b"late")
    place("kari/unknown.py", b"unknown")
    receive("kari", notebook())
    receive("kari", b"early", "2026-10-02T20:59:00+02:00")
    receive("kari", b"late", "2026-10-02T21:01:00+02:00")
    submission = only(find())
    assert submission.received_at == NINE_PM
    assert submission.flags == (
        "No receipt says that these files came with the notebook or before it: late.py, unknown.py.",
    )


def test_files_that_are_too_large_or_too_many_are_left_out_with_a_note(find, place, notebook):
    place("kari/w01.ipynb", notebook())
    big = place("kari/big.bin", b"")
    os.truncate(big, intake.MAX_FILE_BYTES + 1)
    for number in range(intake.MAX_FILES + 1):
        place(f"kari/f{number:03}.txt", b"x")
    submission = only(find())
    assert len(submission.files) == intake.MAX_FILES
    assert submission.notes == (
        "big.bin was left out: it has 10 MB; at most 10 MB are allowed.",
        "f100.txt was left out: at most 100 files and 50 MB go along with a notebook.",
    )


def test_file_names_that_could_do_harm_are_left_out_with_a_note(find, place, notebook):
    place("kari/w01.ipynb", notebook())
    place("kari/a\nb.py", b"x")
    place("kari/\u202egpj.exe", b"x")
    place("kari/a\\..\\x.py", b"x")
    submission = only(find())
    assert submission.files == ()
    assert len(submission.notes) == 3
    assert all(note.isprintable() for note in submission.notes)


# ---- threats


def test_links_are_not_followed_wherever_they_are(find, folder, place, notebook, tmp_path):
    secret = tmp_path / "secret.ipynb"
    secret.write_bytes(notebook("secret"))
    place("kari/w01.ipynb", notebook())
    (folder / "kari" / "helper.py").symlink_to(secret)
    (folder / "kari" / "etc").symlink_to("/etc")
    (folder / "ola.ipynb").symlink_to(secret)
    (folder / "per").symlink_to(tmp_path)
    (folder / "liv").mkdir()
    (folder / "liv" / "w01.ipynb").symlink_to(secret)
    found = find().by_student
    assert found["kari"][0].files == ()
    assert found["kari"][0].notes == (
        "etc was left out: links are not followed.",
        "helper.py was left out: links are not followed.",
    )
    for student in ("ola", "per", "liv"):
        (submission,) = found[student]
        assert submission.problem == "This notebook cannot be used: links are not followed."
        assert submission.sha256 == ""
        with pytest.raises(SubmissionError, match="links are not followed"):
            submission.read()


def test_names_that_cannot_be_a_student_are_skipped_and_reported(find, folder, place, notebook):
    names = ["a\nb", "\u202eevil", "x\x1b[2J", "-rf", "=1+1", ".secret", "a..b"]
    for name in names:
        place(f"{name}/w01.ipynb", notebook())
    (folder / os.fsdecode(b"\xff\xfe")).mkdir()
    place("notes.txt", b"x")
    place("w01_corner_filter.ipynb", notebook())
    place("kari/w01.ipynb", notebook())
    found = find()
    assert only(found).student == "kari"
    assert len(found.skipped) == len(names) + 3
    assert all(each.file.isprintable() and each.why.endswith(".") for each in found.skipped)
    assert "right-to-left override" in " ".join(each.why for each in found.skipped)


@pytest.mark.parametrize("pair", [("Kari", "kari"), ("\u00c5se", "A\u030ase"), ("stra\u00dfe", "STRASSE")])
def test_names_that_cannot_be_told_apart_are_left_to_a_person(find, place, notebook, pair):
    for index, name in enumerate(pair):
        place(f"{name}/w01.ipynb", notebook(str(index)))
    place("ola.ipynb", notebook("ola"))
    found = find()
    assert only(found).student == "ola"
    assert len(found.skipped) == 2
    assert all(each.why.startswith("Only case or the way accents are stored") for each in found.skipped)


def test_broken_files_become_submissions_with_a_problem_and_end_nothing(
    find, folder, place, receive, notebook, monkeypatch
):
    place("empty.ipynb", b"")
    os.truncate(place("huge.ipynb", b""), 60_000_000_000)
    (folder / "directory.ipynb").mkdir()
    (folder / "nested").mkdir()
    (folder / "nested" / "w01.ipynb").mkdir()
    os.mkfifo(folder / "pipe.ipynb")
    monkeypatch.chdir(folder)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.ipynb")
    (folder / "nothing").mkdir()
    place("wrong/answer.py", b"x")
    place("kari.ipynb", notebook())
    receive("empty", b"")
    found = {each.student: each for each in find().submissions}
    assert {student: each.problem for student, each in found.items()} == {
        "empty": "This file is empty.",
        "huge": "This notebook cannot be used: it has 60,000 MB; at most 50 MB are allowed.",
        "directory": "This notebook cannot be used: it is a folder, not a file.",
        "nested": "This notebook cannot be used: it is a folder, not a file.",
        "pipe": "This notebook cannot be used: it is not a regular file.",
        "socket": "This notebook cannot be used: it cannot be read (No such device or address).",
        "nothing": "The folder is empty: it holds no notebook (.ipynb).",
        "wrong": "The folder holds no notebook (.ipynb), only answer.py.",
        "kari": None,
    }
    assert found["empty"].received_at == NINE_PM
    assert found["huge"].time_flag == "There is no file that a receipt could be for."


def test_a_maze_of_folders_is_looked_through_within_limits(find, place, folder, notebook):
    place("kari/w01.ipynb", notebook())
    deep = folder / "kari" / Path(*["d"] * 200)
    deep.mkdir(parents=True)
    (deep / "hidden.ipynb").write_bytes(notebook("deep"))
    found = find()
    assert only(found).file == "kari/w01.ipynb"
    assert found.notices == (
        "kari: the folder holds more than can be looked through; the rest was left out.",
    )


def test_a_file_that_changes_after_intake_is_not_read(find, place, notebook):
    path = place("kari/w01.ipynb", notebook())
    helper = place("kari/helper.py", b"x")
    submission = only(find())
    path.write_bytes(notebook("changed"))
    helper.write_bytes(b"changed")
    with pytest.raises(SubmissionError, match="has changed since grading began"):
        submission.read()
    with pytest.raises(SubmissionError, match="has changed since grading began"):
        submission.files[0].read()


def test_without_times_submissions_come_in_order_of_student_and_file(find, place, notebook):
    for student in ("b", "a", "c"):
        place(f"{student}/2.ipynb", notebook(student + "2"))
        place(f"{student}/1.ipynb", notebook(student + "1"))
    found = [each.file for each in find().submissions]
    assert found == ["a/1.ipynb", "a/2.ipynb", "b/1.ipynb", "b/2.ipynb", "c/1.ipynb", "c/2.ipynb"]
