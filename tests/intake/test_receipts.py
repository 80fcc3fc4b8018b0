"""Receipts: what is accepted, signed, refused, and said where none fits."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import SubmissionError
from autograder.receipts import Receipt, Receipts, append_receipt, secret_from, sign, verify

HASH, OTHER = "a" * 64, "b" * 64
SECRET = b"sixteen bytes or more"
LINE = {"student": "kari", "sha256": HASH, "received_at": "2026-10-02T21:00:00+02:00"}


def manifest(tmp_path, *lines):
    path = tmp_path / "receipts.jsonl"
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return path


def receipt(**changes):
    return Receipt.model_validate({**LINE, **changes})


def test_a_receipt_keeps_its_time_in_utc():
    assert receipt().received_at == datetime(2026, 10, 2, 19, tzinfo=UTC)
    assert receipt().received_at.utcoffset() == timedelta()


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ({**LINE, "received_at": "2026-10-02T21:00:00"}, "received_at: the time needs its offset from UTC"),
        ({**LINE, "received_at": "2026-10-02"}, "received_at: the time needs its offset"),
        ({**LINE, "received_at": 1790000000}, "received_at: write the time as text"),
        ({**LINE, "received_at": "yesterday"}, "received_at: not a time in ISO 8601"),
        ({**LINE, "received_at": "9999-12-31T23:59:59-14:00"}, "received_at: the year 9999"),
        ({**LINE, "sha256": "A" * 64}, "sha256: "),
        ({**LINE, "sha256": "abc"}, "sha256: "),
        ({**LINE, "student": "../kari"}, "student: a student's id must not contain '/'"),
        ({**LINE, "student": "ka\u202eri"}, "U+202E (right-to-left override)"),
        ({**LINE, "students": "kari"}, "students is not a known key"),
        ({"student": "kari", "sha256": HASH}, "received_at is missing"),
        ('{"student": "kari", "student": "ola"}', "a key is given twice"),
        ('{"student": "kari", ', "not JSON: "),
        ("[]", "not a JSON object"),
        ("[" * 100_000, "nested too deeply"),
        ('{"student": ' + "1" * 5000 + "}", "Exceeds the limit"),
    ],
)
def test_a_wrong_line_is_refused_with_its_number_and_field(tmp_path, line, complaint):
    path = manifest(tmp_path, LINE, "", line)
    with pytest.raises(SubmissionError) as error:
        Receipts.read(path)
    assert f"{path}, line 3: " in str(error.value)
    assert complaint in str(error.value)
    assert "student, sha256, received_at, assignment (optional)" in str(error.value)


def test_the_first_wrong_line_is_named_and_the_others_are_counted(tmp_path):
    with pytest.raises(SubmissionError, match=r"line 1: .* \(1 more lines are wrong too\)"):
        Receipts.read(manifest(tmp_path, "x", LINE, "y"))


def test_a_manifest_that_is_no_text_or_no_file_is_refused(tmp_path):
    binary = tmp_path / "binary.jsonl"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SubmissionError, match="not UTF-8"):
        Receipts.read(binary)
    with pytest.raises(SubmissionError, match="cannot be read: No such file"):
        Receipts.read(tmp_path / "missing.jsonl")
    with pytest.raises(SubmissionError, match="cannot be read: Is a directory"):
        Receipts.read(tmp_path)


def test_a_byte_order_mark_and_windows_line_ends_are_no_problem(tmp_path):
    path = tmp_path / "receipts.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(LINE).encode() + b"\r\n\r\n")
    assert Receipts.read(path).trusted == (receipt(),)


def test_of_several_receipts_for_the_same_file_the_earliest_counts(tmp_path):
    later = {**LINE, "received_at": "2026-10-02T19:30:00Z"}
    receipts = Receipts.read(manifest(tmp_path, later, LINE, later))
    assert receipts.fitting("kari", HASH, "w01_a") == receipt()


def test_a_name_stored_with_separate_accents_is_the_same_student(tmp_path):
    receipts = Receipts.read(manifest(tmp_path, {**LINE, "student": "A\u030ase"}))
    assert receipts.fitting("\u00c5se", HASH, "w01_a") is not None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ({**LINE, "sha256": OTHER}, "The receipts of this student are for other files"),
        ({**LINE, "student": "ola"}, "The receipt for this file is for another student."),
        ({**LINE, "assignment": "w02_b"}, "The receipt for this file is for another assignment than w01_a."),
        ({**LINE, "student": "ola", "sha256": OTHER}, "receipts.jsonl has no receipt for this student."),
    ],
)
def test_a_receipt_for_something_else_does_not_fit_and_the_sentence_says_why(tmp_path, line, reason):
    receipts = Receipts.read(manifest(tmp_path, line))
    assert receipts.fitting("kari", HASH, "w01_a") is None
    sentence = receipts.why_none("kari", HASH, "w01_a")
    assert sentence.startswith(reason)
    assert f"sha256 {HASH}" in sentence and "grades again" in sentence
    assert "ola" not in sentence


def test_a_signed_receipt_is_accepted_with_the_right_secret(tmp_path):
    path = tmp_path / "receipts.jsonl"
    append_receipt(path, sign(receipt(channel="Canvas"), SECRET))
    receipts = Receipts.read(path, secret=SECRET)
    assert receipts.fitting("kari", HASH, "w01_a").channel == "Canvas"
    assert not receipts.refused


@pytest.mark.parametrize("signature", [None, "", "0" * 64, "ø", "\ud800"])
def test_with_a_secret_a_missing_or_wrong_signature_is_refused(tmp_path, signature):
    line = LINE if signature is None else {**LINE, "signature": signature}
    receipts = Receipts.read(manifest(tmp_path, line), secret=SECRET)
    assert receipts.fitting("kari", HASH, "w01_a") is None
    assert [number for number, _ in receipts.refused] == [1]
    assert "its signature is missing or does not fit" in receipts.why_none("kari", HASH, "w01_a")


def test_a_forged_earlier_receipt_does_not_displace_the_signed_one(tmp_path):
    path = manifest(tmp_path, {**LINE, "received_at": "2026-01-01T00:00:00Z"})
    append_receipt(path, sign(receipt(), SECRET))
    assert (
        Receipts.read(path, secret=SECRET).fitting("kari", HASH, "w01_a").received_at == receipt().received_at
    )


@pytest.mark.parametrize(
    "change",
    [
        {"student": "ola"},
        {"sha256": OTHER},
        {"received_at": "2026-10-02T21:00:00.000001+02:00"},
        {"assignment": "w01_a"},
        {"file": "x.ipynb"},
        {"channel": "mail"},
    ],
)
def test_a_signature_covers_every_field(change):
    signed = sign(receipt(), SECRET)
    assert verify(signed, SECRET)
    assert not verify(receipt(**change, signature=signed.signature), SECRET)
    assert not verify(signed, b"another secret of some length")


def test_a_signature_does_not_depend_on_how_the_time_is_written():
    signed = sign(receipt(), SECRET)
    assert verify(receipt(received_at="2026-10-02T19:00:00Z", signature=signed.signature), SECRET)


texts = st.text(max_size=20)


@given(st.tuples(texts, texts), st.tuples(texts, texts))
def test_no_two_different_receipts_share_a_signature(one, other):
    def build(pair):
        return Receipt.model_construct(
            student="kari",
            sha256=HASH,
            received_at=datetime(2026, 1, 1, tzinfo=UTC),
            assignment=None,
            file=pair[0],
            channel=pair[1],
            signature=None,
        )

    assert (sign(build(one), SECRET).signature == sign(build(other), SECRET).signature) == (one == other)


@given(
    st.datetimes(datetime(1971, 1, 1), datetime(2900, 1, 1)),
    st.integers(-14 * 60, 14 * 60),
)
def test_a_receipt_survives_being_written_and_read(moment, offset):
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=offset)))
    original = sign(receipt(received_at=aware.isoformat()), SECRET)
    again = Receipt.model_validate_json(original.model_dump_json(exclude_none=True))
    assert again == original
    assert again.received_at == aware
    assert verify(again, SECRET)


def test_appending_mends_a_last_line_that_lacks_its_end(tmp_path):
    path = tmp_path / "receipts.jsonl"
    path.write_text(json.dumps(LINE))
    append_receipt(path, receipt(student="ola"))
    assert [each.student for each in Receipts.read(path).trusted] == ["kari", "ola"]


def test_appending_to_what_is_no_file_is_an_error_in_words(tmp_path):
    with pytest.raises(SubmissionError, match="cannot be written: Is a directory"):
        append_receipt(tmp_path, receipt())


def test_the_secret_comes_from_the_environment_and_must_not_be_guessable():
    assert secret_from({}) is None
    assert secret_from({"AUTOGRADER_RECEIPT_SECRET": "x" * 16}) == b"x" * 16
    with pytest.raises(SubmissionError, match="a secret of 3 bytes can be guessed"):
        secret_from({"AUTOGRADER_RECEIPT_SECRET": "abc"})
