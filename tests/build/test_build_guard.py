"""The guard: leaks planted in every kind of place are found, and nothing harmless is."""

import json

import nbformat
import pytest

from autograder.build.guard import find_leaks, is_telling, refuse_leaks, secrets_of
from autograder.errors import BuildError

LINE = "blocks = np.reshape(image, (height // size, size, width // size, size))"
HIDDEN = "offsets = len(np.arange(-padding, size + padding - kernel + 1, stride))"


def refused(week):
    with pytest.raises(BuildError) as refusal:
        week.build()
    assert not week.release.exists()
    return str(refusal.value)


def ship(week, name, text):
    week.write(name, text)
    week.edit("assignment.toml", "files = []", f'files = ["{name}"]')


def test_the_scaffold_leaks_nothing(week):
    week.build()
    assert find_leaks(week.release, secrets_of(week.assignment)) == []


def test_the_solution_itself_would_be_refused(week):
    week.build()
    leaks = find_leaks(week.solution, secrets_of(week.assignment))
    assert {leak.file for leak in leaks} == {"w07_pooling.ipynb"}
    assert {"cells[4].source", "cells[7].source"} == {leak.place for leak in leaks}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("helper.py", f"import numpy as np\n\n\ndef help(image, height, width, size):\n    {LINE}\n"),
        ("data.bin", f"\x00\x01{LINE}\x02"),
        ("notes.csv", f"a,b\nc,{LINE.replace(' ', '')}"),
        ("wrapped.txt", LINE.replace(", size, ", ",\n    size,\n    ")),
        ("settings.json", json.dumps({"hint": [f"try {LINE}"]})),
        ("comment.py", f"#   {LINE}\n"),
    ],
)
def test_a_solutions_line_in_a_shipped_file_is_refused(week, name, text):
    ship(week, name, text)
    said = refused(week)
    assert f"w07_pooling/{name}" in said and LINE in said
    assert "a solution in notebook.py, cell 7 ('def max_pool" in said


def test_a_line_in_utf16_is_found(week):
    ship(week, "notes.txt", "x")
    (week.folder / "notes.txt").write_text(LINE, encoding="utf-16")
    assert "notes.txt: line 1" in refused(week)


def test_a_hidden_tests_line_is_refused_with_its_line_number(week):
    ship(week, "helper.py", f"\n\ndef count(size, kernel, stride, padding):\n    {HIDDEN}\n")
    said = refused(week)
    assert "helper.py: line 4" in said and "line 14 of test_hidden.py" in said


def test_a_leak_in_markdown_is_refused(week):
    week.edit("notebook.py", "# ## 2. Max pooling\n", f"# ## 2. Max pooling\n#\n# Try `{LINE}`.\n")
    assert "cells[6].source" in refused(week)


def test_a_leak_in_a_title_is_refused(week):
    week.edit("assignment.toml", 'title = "Max pooling"', f'title = "{LINE}"')
    assert "README.md: line" in refused(week)


def test_a_leak_in_a_docstring_of_a_public_test_is_refused_when_it_is_the_whole_solution(week):
    solution = "    return (size + 2 * padding - kernel) // stride + 1\n"
    week.edit(
        "test_public.py",
        "    came = output_size",
        f"    def wanted(padding=0):\n    {solution}\n    came = output_size",
    )
    assert "tests/q1.py" in refused(week)


@pytest.mark.parametrize("place", ["metadata", "cell metadata", "output", "attachment name"])
def test_a_leak_in_a_notebooks_hidden_places_is_found(week, place):
    week.build()
    path = week.release / "w07_pooling.ipynb"
    notebook = nbformat.read(path, 4)
    code = next(cell for cell in notebook.cells if cell.cell_type == "code")
    if place == "metadata":
        notebook.metadata["author"] = {"notes": [f"old: {LINE}"]}
    elif place == "cell metadata":
        code.metadata["was"] = LINE
    elif place == "output":
        code.outputs = [nbformat.v4.new_output("stream", text=f"{LINE}\n")]
    else:
        notebook.metadata[LINE] = 1
    nbformat.write(notebook, path)
    with pytest.raises(BuildError, match="blocks = np"):
        refuse_leaks(week.assignment, week.release)


def test_an_answer_in_words_is_a_secret_too(week):
    week.append("assignment.toml", '\n[[questions]]\nid = "q3"\ntitle = "Why?"\n')
    answer = "The maximum keeps the strongest response wherever it was."
    week.append("notebook.py", f'\n# %% [markdown] manual="q3" points=2\n# {answer}\n')
    week.build()
    ship(week, "figures.txt", answer)
    with pytest.raises(BuildError, match="strongest response"):
        week.build()


def test_a_line_that_given_code_uses_too_is_no_leak(week):
    week.append("notebook.py", f"\n# %%\nimage, size = np.eye(4), 2\nheight, width = image.shape\n{LINE}\n")
    solution = (
        "    first = blocks.max(axis=(1, 3), initial=-np.inf)\n    second = np.asarray(first, dtype=float)\n"
    )
    week.edit("notebook.py", "    return blocks.max(axis=(1, 3))\n", f"{solution}    return second\n")
    week.build()


def test_a_whole_solution_in_given_code_is_refused(week):
    week.append("notebook.py", "\n# %%\nsize, padding, kernel, stride = 5, 0, 3, 1\n")
    line = "return (size + 2 * padding - kernel) // stride + 1"
    week.append("notebook.py", f"\n\ndef given(size, padding, kernel, stride):\n    {line}\n")
    assert line in refused(week)


def test_a_line_that_public_and_hidden_tests_share_is_no_leak(week):
    public = (week.folder / "test_public.py").read_text().splitlines(keepends=True)
    shared = next(line for line in public if "assert came.shape" in line)
    week.append(
        "test_hidden.py",
        '\n\n@pytest.mark.question("q2")\n@pytest.mark.points(1)\ndef test_more(max_pool):\n    """More."""\n'
        f"    came = np.asarray(max_pool(np.eye(4), 2))\n{shared}",
    )
    week.build()


@pytest.mark.parametrize(
    "line",
    [
        "",
        "    return result",
        "else:",
        "x = 1",
        "from a.b import c, d, e, f",
        "height, width = image.shape",
        "image = np.asarray(image, dtype=float)",
        '@pytest.mark.question("q1")',
    ],
)
def test_a_line_that_says_nothing_is_not_telling(line):
    assert not is_telling(line)


@pytest.mark.parametrize(
    "line", [LINE, "G[2:, :2] = 1", "parameters = 976", "return kernel[::-1, ::-1]", 'mode = "reflect"']
)
def test_a_short_line_can_be_telling(line):
    assert is_telling(line)
