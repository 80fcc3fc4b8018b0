"""Notebook files in every state: read, repaired with a note, or refused with a sentence."""

import codecs
import json
import random
import subprocess
import sys
import time

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.intake import read_notebook


def cell(source="x = 1", **changes):
    return {
        "cell_type": "code",
        "id": "a",
        "metadata": {},
        "source": source,
        "outputs": [],
        "execution_count": 1,
    } | changes


def document(*cells, **changes):
    python = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
    return {
        "cells": list(cells) or [cell()],
        "metadata": python,
        "nbformat": 4,
        "nbformat_minor": 5,
    } | changes


def read(data):
    return read_notebook(data if isinstance(data, bytes) else json.dumps(data).encode())


def sources(reading):
    nbformat.validate(reading.notebook)
    return [each.source for each in reading.notebook.cells]


def test_a_sound_notebook_comes_through_without_notes_and_without_outputs():
    output = {"output_type": "stream", "name": "stdout", "text": "hi"}
    markdown = {"cell_type": "markdown", "id": "b", "metadata": {"tags": ["x"]}, "source": ["# A\n", "b"]}
    reading = read(document(cell(outputs=[output], metadata={"nbgrader": {"grade_id": "q1"}}), markdown))
    assert sources(reading) == ["x = 1", "# A\nb"]
    assert (reading.problem, reading.notes) == (None, ())
    first, second = reading.notebook.cells
    assert first.outputs == [] and first.execution_count is None
    assert first.metadata.nbgrader.grade_id == "q1" and second.metadata.tags == ["x"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "This file is empty."),
        (b" \n\t ", "This file is empty."),
        (b"PK\x03\x04\xff\xff", "This file is not a notebook, but a zip archive or an office document."),
        (b"%PDF-1.7\n\xff", "This file is not a notebook, but a PDF."),
        (b"<!DOCTYPE html>", "This file is not a notebook, but a web page."),
        (b"# %%\nx = 1\n", "This file is not a notebook, but plain text or a script."),
        (b"\xff\x00\x01", "This file is not a notebook: it is not JSON text."),
        (b"[1, 2]", "This file is JSON, but not a notebook."),
        (b'"text"', "This file is JSON, but not a notebook."),
        (b"{}", "This file is JSON, but not a notebook."),
        (b"[" * 100_000, "This notebook is nested too deeply to be read."),
        (b'{"a":' * 100_000, "This notebook is nested too deeply to be read."),
        (
            b'{"nbformat": ' + b"4" * 5000 + b"}",
            "This notebook contains a number that is too long to be read.",
        ),
        (
            b"[" + b"0," * 6_000_000 + b"0]",
            "This notebook holds more than 5,000,000 values; clear its outputs first.",
        ),
    ],
    ids=range(14),
)
def test_what_is_no_notebook_is_refused_with_a_sentence(content, problem):
    reading = read(content)
    assert (reading.notebook, reading.problem) == (None, problem)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"nbformat": 5}, "This notebook has format version 5; the newest that can be read is 4."),
        ({"nbformat": True}, "This file is JSON, but not a notebook."),
        ({"nbformat": "4"}, "This file is JSON, but not a notebook."),
        ({"nbformat": -1}, "This notebook of the old format version -1 is damaged."),
        ({"nbformat": 3, "worksheets": 7}, "This notebook of the old format version 3 is damaged."),
        ({"cells": []}, "This notebook has no cells."),
        ({"cells": {"a": 1}}, "This notebook has no cells."),
        (
            {"metadata": {"kernelspec": {"name": "ir", "language": "R"}}},
            "This notebook is written for 'R', not for Python.",
        ),
        (
            {"metadata": {"kernelspec": {"name": "julia-1.10"}}},
            "This notebook is written for 'julia-1.10', not for Python.",
        ),
        (
            {"metadata": {"language_info": {"name": "\u202eR\ud800"}}},
            "This notebook is written for '?R?', not for Python.",
        ),
    ],
)
def test_a_notebook_of_another_kind_is_refused_with_a_sentence(changes, problem):
    assert read(document(**changes)).problem == problem


@pytest.mark.parametrize(
    "metadata",
    [
        {"kernelspec": {"name": "my-env", "display_name": "mine"}},
        {"kernelspec": {"name": "python3"}, "language_info": {"name": "python", "version": "3.12"}},
        {"kernelspec": {"name": "xpython", "language": "Python"}},
        {"kernelspec": 3, "language_info": []},
        {"colab": {"provenance": []}, "kernelspec": {"name": "python3", "display_name": "Python 3"}},
    ],
)
def test_every_kind_of_python_kernel_is_accepted(metadata):
    assert sources(read(document(metadata=metadata))) == ["x = 1"]


def test_a_notebook_that_was_cut_off_anywhere_is_refused_and_never_crashes():
    whole = json.dumps(document(cell("text = 'a, b: {c}'"), cell(id="b"))).encode()
    problems = {read(whole[:end]).problem for end in range(1, len(whole))}
    assert problems <= {
        "This notebook ends in the middle: the file was cut off.",
        "This file is not a notebook: it is not JSON text.",
    }
    assert read(whole[: len(whole) // 2]).problem == "This notebook ends in the middle: the file was cut off."


def test_version_3_is_converted_with_a_note_whatever_its_outputs_look_like():
    old = {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {"name": "old"},
        "worksheets": [
            {
                "cells": [
                    {"cell_type": "heading", "level": 2, "source": "Title"},
                    {"cell_type": "code", "input": "y = 2", "language": "python", "outputs": [{"broken": 1}]},
                ]
            }
        ],
    }
    reading = read(old)
    assert sources(reading) == ["## Title", "y = 2"]
    assert reading.notes[0] == "The notebook was converted from the old format version 3."


def test_missing_metadata_and_version_are_noted():
    data = document()
    del data["metadata"], data["nbformat"]
    reading = read(data)
    assert sources(reading) == ["x = 1"]
    assert reading.notes == (
        "The notebook does not say its format version; it was read as version 4.",
        "The notebook has no metadata; it was read as a Python notebook.",
    )


def test_missing_wrong_and_duplicate_ids_are_repaired_the_same_way_each_time():
    no_id = cell()
    del no_id["id"]
    data = document(cell(id="cell-3"), cell(id="cell-3"), cell(id="a b"), no_id, cell(id=["x"]))
    reading = read(data)
    assert [each.id for each in reading.notebook.cells] == [
        "cell-3",
        "cell-1",
        "cell-2",
        "cell-3-1",
        "cell-4",
    ]
    assert reading.notes == (
        "1 cell was given a new id, because two cells had the same.",
        "3 cells were given an id, because there was none or it was not valid.",
    )
    assert read(data) == reading


def test_byte_order_marks_and_windows_line_ends_are_repaired():
    text = json.dumps(document(cell("a = 1\r\nb = 2\r")))
    reading = read(codecs.BOM_UTF8 + text.replace("\n", "\r\n").encode())
    assert sources(reading) == ["a = 1\nb = 2\n"]
    assert reading.notes == (
        "A byte order mark at the start of the file was removed.",
        "1 cell was converted from Windows line ends.",
    )
    assert sources(read(text.encode("utf-16"))) == ["a = 1\nb = 2\n"]


def test_broken_cells_are_left_out_and_the_others_stay():
    broken = [
        None,
        7,
        [],
        {},
        cell(source=5),
        cell(source=["a", 1]),
        cell(cell_type="virus"),
        cell(cell_type=["code"]),
    ]
    reading = read(document(*broken, cell("good = 1")))
    assert sources(reading) == ["good = 1"]
    assert reading.notes == ("8 cells were left out: broken, or of an unknown type.",)


def test_characters_that_do_not_exist_are_replaced_so_that_the_notebook_can_be_stored():
    reading = read(document(cell("s = '\ud800'", metadata={"name": "\udfff"})))
    assert sources(reading) == ["s = '\ufffd'"]
    nbformat.writes(reading.notebook).encode()
    assert reading.notes == (
        "1 cell was repaired: characters that do not exist in Unicode were replaced.",
        "1 cell was stripped of metadata that is damaged or too large.",
    )


def test_text_outside_the_basic_plane_needs_no_repair():
    reading = read(document(cell("s = '🙂'", metadata={"name": "🙂 NaN"})))
    assert sources(reading) == ["s = '🙂'"]
    assert reading.notes == ()


def nested(depth):
    return {"a": nested(depth - 1)} if depth else 1


@pytest.mark.parametrize("metadata", [nested(50), {"a": "x" * 30_000}, [], "x", None])
def test_metadata_that_is_deep_large_or_no_object_is_stripped(metadata):
    reading = read(document(cell(metadata=metadata)))
    assert reading.notebook.cells[0].metadata == {}
    assert reading.notes == ("1 cell was stripped of metadata that is damaged or too large.",)


def test_attachments_are_kept_where_they_are_sound():
    sound = {"a.png": {"image/png": "AAAA"}}
    kept = read(document({**cell("![a](attachment:a.png)", cell_type="markdown"), "attachments": sound}))
    assert kept.notebook.cells[0].attachments == sound
    for wrong in (
        [1],
        {"a": 1},
        {"a": {"image/png": 1}},
        {"a": {"image/png": "x" * 6_000_000}},
        {"a": {"b": "\ud800"}},
    ):
        reading = read(document({**cell(cell_type="markdown"), "attachments": wrong}))
        assert reading.notebook.cells[0].get("attachments", {}) == {}
        assert "stripped of attachments" in reading.notes[0]


def test_of_100_000_cells_the_first_5_000_are_used_and_quickly():
    content = json.dumps(
        document(*[cell(f"x = {index}", id=f"c{index}") for index in range(100_000)])
    ).encode()
    start = time.process_time()
    reading = read(content)
    assert time.process_time() - start < 10
    assert [each.source for each in reading.notebook.cells] == [f"x = {index}" for index in range(5000)]
    assert reading.notes == ("The notebook has 100,000 cells; only the first 5,000 are used.",)


def test_a_huge_cell_is_left_out_and_huge_outputs_are_dropped():
    output = {"output_type": "stream", "name": "stdout", "text": "y" * 6_000_000}
    reading = read(document(cell("x" * 1_000_001), cell("good = 1", id="b", outputs=[output])))
    assert sources(reading) == ["good = 1"]
    assert reading.notes == (
        "1 cell was left out: longer than 1,000,000 characters.",
        "The large outputs stored in the notebook were left out; the grader makes its own.",
    )


def test_a_notebook_full_of_tiny_values_needs_a_bounded_amount_of_memory():
    script = """
import resource
from autograder.reading import read_notebook
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
reading = read_notebook(b'{"nbformat":4,"cells":[],"metadata":{},"x":[' + b"[]," * 2_400_000 + b"0]}")
assert reading.problem == "This notebook has no cells."
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert int(result.stdout) < 600_000  # kibibytes


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode(errors="replace")))
def test_any_bytes_give_a_notebook_or_a_sentence(content):
    reading = read(content)
    assert (reading.notebook is None) == (reading.problem is not None)


@given(st.data())
def test_a_notebook_with_anything_anywhere_gives_a_valid_notebook_or_a_sentence(data):
    value = data.draw(json_values)
    target = document(
        cell(), cell(id="b"), {"cell_type": "markdown", "id": "c", "metadata": {}, "source": "t"}
    )
    where = data.draw(st.sampled_from([target, target["cells"][0], target["cells"][2], target["metadata"]]))
    where[data.draw(st.sampled_from([*where, "attachments", "language_info", "worksheets"]))] = value
    reading = read(target)
    if reading.notebook is None:
        assert reading.problem.endswith(".")
    else:
        nbformat.validate(reading.notebook)
        nbformat.writes(reading.notebook).encode()


def test_flipped_bytes_never_crash_the_reader():
    whole = json.dumps(document(cell(), cell(id="b"))).encode()
    generator = random.Random(5)
    for _ in range(2000):
        content = bytearray(whole)
        for _ in range(generator.randint(1, 4)):
            content[generator.randrange(len(content))] = generator.randrange(256)
        reading = read(bytes(content))
        assert (reading.notebook is None) == (reading.problem is not None)


def handed_out(source, kind, **changes):
    """A cell that was handed out as code."""
    return cell(source, cell_type=kind, metadata={"nbgrader": {"cell_type": "code"}}, **changes)


@pytest.mark.parametrize("kind", ["markdown", "raw"])
@pytest.mark.parametrize("source", ["def blur(x):\n    return x", "kernel = 3", "class Net:\n    pass"])
def test_an_answer_that_became_text_by_accident_is_code_again(kind, source):
    reading = read(document(cell("x = 1"), handed_out(source, kind, id="b")))
    assert [each.cell_type for each in reading.notebook.cells] == ["code", "code"]
    assert sources(reading)[1] == source
    assert reading.notes == (
        "1 cell was turned back into code: handed out as code, and no code defines the same names.",
    )


@pytest.mark.parametrize(
    "text",
    [
        handed_out("def blur(x):\n    return 2 * x", "raw", id="b"),  # defined elsewhere: put aside
        handed_out("x == 1, and so on", "markdown", id="b"),
        cell("y = 2", cell_type="markdown", id="b"),  # never was code
    ],
    ids=["an earlier version", "no definition", "the student's own text"],
)
def test_text_that_is_meant_as_text_stays_text(text):
    reading = read(document(cell("def blur(x):\n    return x"), text))
    assert [each.cell_type for each in reading.notebook.cells] == ["code", text["cell_type"]]
    assert reading.notes == ()
