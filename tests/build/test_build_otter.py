"""The public tests as students run them: otter-grader alone, with the same outcome as the grader."""

import functools
import subprocess
import sys

import numpy as np
import pytest
from otter.test_files.exception_test import ExceptionTestFile

from autograder.build.otter_tests import otter_tests
from autograder.errors import BuildError
from autograder.examiner import collect


def generated(week):
    return otter_tests(week.assignment, collect(week.assignment))


def checked(week, question, **names):
    """Run `grader.check(question)` on a notebook that defines `names`."""
    test = ExceptionTestFile.from_string(generated(week)[question], path=f"tests/{question}.py")
    test.run(names)
    return test


def messages(week, question, **names):
    return [result.message for result in checked(week, question, **names).test_case_results]


def only_test(week, body, parameters="output_size", before="", marks=""):
    """Give the week one public test of q1 (and the one of q2 that every week needs)."""
    week.write(
        "test_public.py",
        f"import numpy as np\nimport pytest\n{before}\n\n"
        f'@pytest.mark.question("q1")\n@pytest.mark.points(2)\n{marks}def test_it({parameters}):\n'
        f'    """It holds."""\n    {body}\n\n\n'
        '@pytest.mark.question("q2")\n@pytest.mark.points(2)\ndef test_pool(max_pool):\n'
        '    """It pools."""\n    assert max_pool is not None, "No."\n',
    )


def right(size, kernel, stride=1, padding=0):
    return (size + 2 * padding - kernel) // stride + 1


def test_a_right_answer_passes_and_has_the_points(week):
    test = checked(week, "q1", output_size=right)
    assert test.passed_all
    assert (test.score, test.possible) == (2, 2)
    assert [case.name for case in test.test_cases] == [
        "Sizes without padding. (case 1 of 2)",
        "Sizes without padding. (case 2 of 2)",
    ]


def test_a_failed_check_shows_the_call_and_the_hint(week):
    first, second = messages(
        week, "q1", output_size=lambda size, kernel, stride: -(-(size - kernel) // stride) + 1
    )
    assert "passed" in first
    assert (
        'test_sizes_without_padding(answer("output_size"), size=8, kernel=3, stride=2, expected=3)' in second
    )
    assert "AssertionError: 8 pixels, a kernel of 3, stride 2: 3 offsets fit, what came is 4." in second


def test_a_missing_name_is_said_in_a_sentence(week):
    message = messages(week, "q1")[0]
    assert message.endswith("NotDefined: Your notebook does not define `output_size`.")


def unanswered(*arguments):
    raise NotImplementedError


@pytest.mark.parametrize("answer", [..., unanswered, lambda *arguments: ...])
def test_an_unanswered_question_is_said_in_a_sentence(week, answer):
    message = messages(week, "q1", output_size=answer)[0]
    assert "NotAnswered: `output_size" in message and message.endswith("is not answered yet.")


def test_an_error_of_a_library_is_not_taken_for_an_unanswered_question(week):
    def uses_a_library(*arguments):
        raise NotImplementedError("Cannot convert a symbolic tensor.")

    message = messages(week, "q1", output_size=uses_a_library)[0]
    assert message.endswith("NotImplementedError: Cannot convert a symbolic tensor.")


def test_no_test_passes_by_catching_an_unanswered_question(week):
    only_test(week, "try:\n        output_size(1)\n    except Exception:\n        pass")
    assert not checked(week, "q1", output_size=unanswered).passed_all
    assert checked(week, "q1", output_size=lambda size: 1 / 0).passed_all


def test_an_error_in_the_answer_shows_its_kind_and_message(week):
    assert messages(week, "q1", output_size=lambda *arguments: 1 // 0)[0].endswith(
        "ZeroDivisionError: integer division or modulo by zero"
    )


class Sly(np.ndarray):
    def __eq__(self, other):
        return True

    __hash__ = None


class SlyNumber(float):
    def __eq__(self, other):
        return True

    __hash__ = None


class Tensor:
    def __init__(self, values):
        self.values = values

    def __array__(self, dtype=None, copy=None):
        return np.array(self.values, dtype)


@pytest.mark.parametrize(
    ("came", "kind"),
    [
        (np.zeros(2).view(Sly), "ndarray"),
        (np.ma.array([1.0, 2.0]), "ndarray"),
        (Tensor([1.0]), "ndarray"),
        (SlyNumber(1), "float"),
        (np.float32(1), "float32"),
        (True, "bool"),
        ([np.zeros(2).view(Sly)], "list"),
        ((1, 2), "tuple"),
        ({"a": (1, 2)}, "dict"),
        ({1, 2}, "frozenset"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else value,
)
def test_answers_come_as_the_plain_data_that_the_grader_sees(week, came, kind):
    only_test(week, f'assert type(output_size()).__name__ == "{kind}", type(output_size()).__name__')
    assert messages(week, "q1", output_size=lambda: came) == ["✅ Test case passed"]


def test_values_that_a_notebook_defines_are_read_like_results(week):
    only_test(week, "assert type(output_size) is np.ndarray, type(output_size)")
    assert checked(week, "q1", output_size=np.zeros(2).view(Sly)).passed_all


def test_a_function_cannot_change_what_the_test_compares_with(week):
    only_test(
        week, 'image = np.ones(3)\n    output_size(image, [image])\n    assert image.sum() == 3, "changed"'
    )

    def spoil(image, images):
        image[:] = 0
        images[0][:] = 0

    assert checked(week, "q1", output_size=spoil).passed_all


def test_functions_and_objects_stay_usable(week):
    body = 'assert output_size.scale(2)(3) == 6 and len(output_size.sizes) == 2 and output_size[0] == 7, "no"'
    only_test(week, body)

    class Model:
        sizes = (1, 2)

        def scale(self, factor):
            return functools.partial(lambda a, b: a * b, factor)

        def __getitem__(self, index):
            return 7

    assert messages(week, "q1", output_size=Model()) == ["✅ Test case passed"]


def test_an_object_where_numbers_are_asked_for_is_said_in_a_sentence(week):
    only_test(week, 'assert np.asarray(output_size()).shape == (), "shape"')
    message = messages(week, "q1", output_size=lambda: object())[0]
    assert message.endswith("NotUsable: `output_size(…)` should be numbers or an array; it is a object.")


def test_random_numbers_are_the_same_every_time(week):
    only_test(week, "output_size(rng.integers(1000))", parameters="output_size, rng")
    seen = []
    for _ in range(2):
        checked(week, "q1", output_size=seen.append)
    assert seen[0] == seen[1]


def test_an_assert_without_a_message_gets_its_own_text(week):
    only_test(week, "assert (output_size(1) == 2)  # two")
    assert messages(week, "q1", output_size=lambda size: 1)[0].endswith(
        "AssertionError: This should hold: output_size(1) == 2"
    )


def test_cases_from_a_constant_stacked_marks_and_pytest_param_are_expanded(week):
    only_test(
        week,
        'assert output_size(a, b, c) == 1, f"{a} {b} {c}"',
        parameters="output_size, a, b, c",
        marks='@pytest.mark.parametrize("a", [1, pytest.param(2, id="two")])\n'
        '@pytest.mark.parametrize("b, c", [(3, 4), (5, 6)])\n',
    )
    seen = []
    checked(week, "q1", output_size=lambda *values: seen.append(values))
    assert seen == [(1, 3, 4), (2, 3, 4), (1, 5, 6), (2, 5, 6)]
    only_test(
        week,
        'assert output_size(a, b) == 1, "no"',
        parameters="a, output_size, b",
        before="CASES = [(i, i + 1) for i in range(3)]\n",
        marks='@pytest.mark.parametrize(("a", "b"), CASES)\n',
    )
    seen.clear()
    checked(week, "q1", output_size=lambda *values: seen.append(values))
    assert seen == [(0, 1), (1, 2), (2, 3)]


def test_what_a_test_needs_comes_along_and_nothing_else(week):
    before = (
        "import math\nimport json\n\nSCALE = 2\nLIMIT = math.pi * SCALE\nOTHER = 3\n\n"
        "# Why this is so.\ndef limit():\n    return LIMIT\n"
    )
    only_test(week, 'assert output_size() < limit(), "too large"', before=before)
    text = generated(week)["q1"]
    assert "import math\n" in text and "SCALE = 2\nLIMIT = math.pi * SCALE\n" in text
    assert "# Why this is so.\ndef limit()" in text
    assert not any(word in text for word in ("json", "OTHER", "pytest.mark", "import pytest", "test_pool"))
    assert checked(week, "q1", output_size=lambda: 6).passed_all


def test_the_file_says_what_it_was_made_from(week):
    assert generated(week)["q1"].splitlines()[0] == (
        "# Generated from test_public.py of w07_pooling by `autograder build`: change it there, not here."
    )


def test_the_file_is_ascii_and_says_the_same(week):
    only_test(week, 'assert output_size() == "σ ≤ 2×2 😀", "Nicht größer als 4×4 😀."')
    assert generated(week)["q1"].isascii()
    assert checked(week, "q1", output_size=lambda: "σ ≤ 2×2 😀").passed_all
    assert messages(week, "q1", output_size=int)[0].endswith("AssertionError: Nicht größer als 4×4 😀.")


FIXTURE = "@pytest.fixture\ndef image():\n    return 1\n"
RAISES = "with pytest.raises(ValueError):\n        output_size()"
REFUSED = {
    "fixture": (FIXTURE, "pass", "image", ["pytest.fixture", "line 3", "plain function"]),
    "approx": ("", "assert output_size() == pytest.approx(1)", "output_size", ["line 9", "np.isclose"]),
    "raises": ("", RAISES, "output_size", ["pytest.raises", "try:"]),
    "skip": ("", "pytest.skip()", "output_size", ["pytest.skip"]),
    "other fixture": ("", "assert tmp_path", "tmp_path", ["`tmp_path`", "line 7", "provides"]),
    "class": ("class TestIt:\n    pass\n", "pass", "output_size", ["a class of tests", "functions"]),
    "from pytest": ("from pytest import mark\n", "pass", "output_size", ["an import of pytest"]),
    "autograder": (
        "import autograder.course\n",
        "pass",
        "output_size",
        ["an import of autograder", "line 3"],
    ),
    "reserved name": ("def read(path):\n    return path\n", "pass", "output_size", ["'read'", "Rename"]),
    "raw string": ("", 'assert output_size() == r"σ\\d"', "output_size", ["a raw string"]),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_students_do_not_have_is_refused_with_line_and_remedy(week, case):
    before, body, parameters, said = REFUSED[case]
    tests = collect(week.assignment)
    only_test(week, body, parameters=parameters, before=before)
    renamed = [test.model_copy(update={"id": "test_public.py::test_it"}) for test in tests[:1]]
    with pytest.raises(BuildError) as refusal:
        otter_tests(week.assignment, renamed)
    for words in ["test_public.py", *said]:
        assert words in str(refusal.value)


def test_other_marks_are_refused(week):
    week.edit(
        "test_public.py",
        "@pytest.mark.points(2)",
        '@pytest.mark.filterwarnings("error")\n@pytest.mark.points(2)',
    )
    with pytest.raises(BuildError, match="the mark `filterwarnings`"):
        generated(week)


def test_otter_check_agrees_on_the_solution_and_on_a_wrong_one(week):
    week.build()
    path = week.solution / "w07_pooling.ipynb"

    def otter_check():
        command = [sys.executable, "-m", "otter", "check", path.name, "-t", "tests"]
        return subprocess.run(command, cwd=week.solution, capture_output=True, text=True, check=False).stdout

    assert "All tests passed!" in otter_check()
    path.write_text(path.read_text().replace(".max(axis=(1, 3))", ".mean(axis=(1, 3))"))
    said = otter_check()
    assert "q1 results: All test cases passed!" in said
    assert "AssertionError: Expected 5 4 / 4 6" in said
