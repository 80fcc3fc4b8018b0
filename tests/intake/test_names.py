"""Which names can be a student's id."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.names import confusion_key, printable, student_id


@pytest.mark.parametrize(
    "name", ["kari", "Ødegård, Kari".replace(",", ""), "k.n@uio.no", "O'Brien", "123_4", "李雷", "नेपाल"]
)
def test_ordinary_names_and_ids_are_accepted(name):
    assert student_id(name) == name


def test_an_id_has_one_spelling_however_accents_are_stored():
    assert student_id("A\u030ase") == student_id("\u00c5se") == "\u00c5se"


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("", "must not be empty"),
        ("..", "must start with a letter"),
        ("../ola", "must start with|must not contain '/'"),
        ("a/b", "must not contain '/' \\(solidus\\)"),
        ("a\\b", "reverse solidus"),
        ("a..b", "'..'"),
        ("a.", "end in a dot"),
        ("a ", "end in a dot or a space"),
        (".hidden", "must start with"),
        ("-rf", "must start with"),
        ("=1+1", "must not contain '='"),
        ("@sum", "must start with"),
        ("a\nb", "U\\+000A"),
        ("a\x1bb", "U\\+001B"),
        ("a\u202eb", "U\\+202E \\(right-to-left override\\)"),
        ("a\u200bb", "zero width space"),
        ("a\udcffb", "U\\+DCFF"),
        ("<script>", "less-than sign"),
        ("a" * 65, "at most 64 characters"),
        ("🙂" * 3, "slightly smiling face"),
    ],
)
def test_names_that_could_do_harm_are_refused_with_the_reason(name, complaint):
    with pytest.raises(ValueError, match=complaint):
        student_id(name)


@given(st.text(max_size=80))
def test_an_accepted_id_is_safe_as_a_folder_a_cell_and_a_line(name):
    try:
        accepted = student_id(name)
    except ValueError:
        return
    assert accepted.isprintable() and accepted[0].isalnum()
    assert not set(accepted) & set('/\\<>&"=\x00')
    assert len(accepted.encode()) <= 255
    assert student_id(accepted) == accepted


@given(st.text(max_size=40))
def test_what_is_shown_is_always_printable(text):
    assert printable(text).isprintable()
    assert printable(text) == text or not text.isprintable()


@given(st.text(max_size=40))
def test_names_that_only_differ_in_case_are_confusable(text):
    assert confusion_key(text.casefold()) == confusion_key(text)


@pytest.mark.parametrize("name", ["nbgrader", "grades.csv", "Gradebook.DB", "class_report.html"])
def test_an_id_is_no_name_of_a_file_among_the_results(name: str) -> None:
    with pytest.raises(ValueError, match="the name of a file among the results"):
        student_id(name)
