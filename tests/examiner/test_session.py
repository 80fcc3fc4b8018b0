"""One session for many submissions: every outcome in words, nothing undeserved, nothing given away."""

from __future__ import annotations

import multiprocessing
from pathlib import Path
from typing import get_args

import pytest
from small_exam import PREAMBLE, examine_notebooks, small_assignment

from autograder.course import Assignment, Course
from autograder.errors import ConfigurationError
from autograder.examiner import Candidate, Examined, StudentNotebook, collect, examine, names_asked, session
from autograder.report import Outcome, TestResult
from autograder.sandbox import Slot, SlotSpec, provider

DOUBLE = '''
    def test_doubles(double):
        """Doubles a number."""
        assert double(21) == 42, "Two times 21 is 42."
'''
RIGHT, STUB = "def double(x): return 2 * x", "def double(x):\n    raise NotImplementedError"


def only_test(examined: dict[str, Examined], name: str = "student") -> TestResult:
    (result,) = examined[name].tests
    return result


class TestOutcomes:
    """Each outcome that a report knows, from a notebook that earns it, with its own sentence."""

    CASES = (
        ("passed", [RIGHT], ""),
        ("failed", ["def double(x): return x"], "Two times 21 is 42."),
        ("unanswered", [STUB], "`double(…)` is not answered yet."),
        (
            "unanswered",
            ["def double(x):\n    raise NotImplementedError('Write your answer to q1 here.')"],
            "`double(…)` is not answered yet.",
        ),
        (
            "exception",
            ["def double(x):\n    raise NotImplementedError('no symbolic tensors')"],
            "`double(…)` raised NotImplementedError: no symbolic tensors.",
        ),
        ("unanswered", ["double = ..."], "`double` is not answered yet."),
        ("missing", ["x = 1"], "Your notebook does not define `double`."),
        (
            "exception",
            ["def double(x): return x / 0"],
            "`double(…)` raised ZeroDivisionError: division by zero.",
        ),
        ("exception", ["def double(x): raise KeyError"], "`double(…)` raised KeyError."),
        (
            "timeout",
            ["def double(x):\n    while True: pass"],
            "`double(…)` took longer than 1 s and was stopped.",
        ),
        (
            "memory",
            ["def double(x): return len(b'x' * 10**10)"],
            "`double(…)` used more than 256 MB of memory and was stopped.",
        ),
        (
            "died",
            ["import os\ndef double(x): os._exit(9)"],
            "`double(…)` ended the Python process: with exit code 9.",
        ),
        (
            "died",
            ["import os\ndef double(x): os.abort()"],
            "`double(…)` ended the Python process: by a crash (signal 6).",
        ),
        (
            "unusable",
            ["def double(x): return 1 << 10**5"],
            "`double(…)` gave something that a test cannot use: "
            "an integer of 100001 bits is too large to carry.",
        ),
        (
            "unusable",
            ["def double(x): return bytes(10**7)"],
            "`double(…)` wrote into the grader's channel, or gave an answer larger than 2 MB, "
            "and was stopped.",
        ),
        (
            "not_run",
            ["import os; os._exit(1)", "import os; os._exit(2)"],
            "The notebook could not be run. Code cell 1",
        ),
    )

    @pytest.mark.parametrize(
        ("outcome", "cells", "sentence"), CASES, ids=[f"{c[0]}-{n}" for n, c in enumerate(CASES)]
    )
    def test_an_outcome_has_its_own_sentence(
        self, tmp_path: Path, slot: Slot, outcome: Outcome, cells: list[str], sentence: str
    ) -> None:
        assignment = small_assignment(tmp_path, ["double"], public=DOUBLE)
        result = only_test(examine_notebooks(assignment, slot, {"student": cells}))
        assert result.outcome == outcome
        assert result.message.startswith(sentence) if outcome == "not_run" else result.message == sentence
        assert result.earned == (1.0 if outcome == "passed" else 0.0)

    def test_no_outcome_is_left_out(self) -> None:
        assert {case[0] for case in self.CASES} == set(get_args(Outcome))

    def test_an_answer_of_the_wrong_kind_is_unusable(self, tmp_path: Path, slot: Slot) -> None:
        public = (
            'def test_shape(double):\n    """Keeps the shape."""\n    assert double(1).shape == (), "no"\n'
        )
        assignment = small_assignment(tmp_path, ["double"], public=public)
        result = only_test(examine_notebooks(assignment, slot, {"student": [RIGHT]}))
        assert (result.outcome, result.message) == (
            "unusable",
            "The test could not work with your answer: "
            "AttributeError: 'int' object has no attribute 'shape'.",
        )


class TestManyCandidates:
    def test_a_stub_does_not_poison_the_reference_after_it(self, tmp_path: Path, slot: Slot) -> None:
        """A fixture that raised once must be asked again for the next candidate."""
        public = DOUBLE + (
            '    \n    def test_again(double, rng):\n        """Doubles again."""\n'
            "        x = rng.integers(100)\n        assert double(x) == 2 * x\n"
        )
        assignment = small_assignment(tmp_path, ["double"], public=public)
        notebooks = {
            "stub": [STUB],
            "empty": ["x = 1"],
            "right": [RIGHT],
            "dies": ["import os; os._exit(1)"],
            "last": [RIGHT],
        }
        examined = examine_notebooks(assignment, slot, notebooks)
        earned = {name: sum(test.earned for test in result.tests) for name, result in examined.items()}
        assert earned == {"stub": 0, "empty": 0, "right": 2, "dies": 0, "last": 2}

    def test_one_test_alone_is_run_for_each(self, tmp_path: Path, slot: Slot) -> None:
        assignment = small_assignment(tmp_path, ["double"], public=DOUBLE)
        examined = examine_notebooks(
            assignment, slot, {"a": [STUB], "b": [RIGHT], "c": ["double = 5"], "d": [RIGHT]}
        )
        assert [only_test(examined, name).outcome for name in "abcd"] == [
            "unanswered",
            "passed",
            "unusable",
            "passed",
        ]

    def test_a_lost_call_costs_that_test_alone(self, tmp_path: Path, slot: Slot) -> None:
        hidden = DOUBLE + '\n    def test_other(other):\n        """Five."""\n        assert other() == 5\n'
        assignment = small_assignment(tmp_path, ["double", "other"], hidden=hidden)
        cells = ["import os\ndef double(x): os._exit(1)\ndef other(): return 5"]
        tests = examine_notebooks(assignment, slot, {"student": cells})["student"].tests
        assert [test.outcome for test in tests] == ["died", "passed"]

    def test_fixtures_of_the_author_are_made_anew_for_each_candidate(
        self, tmp_path: Path, slot: Slot
    ) -> None:
        public = '''
            @pytest.fixture
            def doubled(double):
                return double(4)

            def test_doubled(doubled):
                """Eight."""
                assert doubled == 8
        '''
        assignment = small_assignment(tmp_path, ["double"], public=public)
        examined = examine_notebooks(
            assignment, slot, {"a": ["def double(x): return 0"], "b": [RIGHT], "c": [STUB]}
        )
        assert [only_test(examined, name).outcome for name in "abc"] == ["failed", "passed", "unanswered"]


class TestNothingUndeserved:
    @pytest.mark.parametrize(
        "body",
        [
            "try: double(1)\n            except BaseException: pass",
            "with pytest.raises(BaseException): double(1)",
            "import contextlib\n            with contextlib.suppress(BaseException): double(1)",
        ],
    )
    @pytest.mark.parametrize("loss", ["while True: pass", "os._exit(0)", "os.write(3, b'x' * 100)"])
    def test_a_test_that_swallows_everything_does_not_pass_on_a_lost_call(
        self, tmp_path: Path, slot: Slot, body: str, loss: str
    ) -> None:
        public = f'''
        def test_error(double):
            """Raises an error."""
            {body}
        '''
        assignment = small_assignment(tmp_path, ["double"], public=public)
        result = only_test(
            examine_notebooks(assignment, slot, {"student": [f"import os\ndef double(x):\n    {loss}"]})
        )
        assert result.outcome in ("timeout", "died", "unusable")

    def test_a_test_that_expects_an_error_does_not_pass_on_a_stub(self, tmp_path: Path, slot: Slot) -> None:
        public = '''
            def test_error(double):
                """Refuses text."""
                with pytest.raises(Exception):
                    double("x")
        '''
        assignment = small_assignment(tmp_path, ["double"], public=public)
        assert only_test(examine_notebooks(assignment, slot, {"student": [STUB]})).outcome == "unanswered"

    @pytest.mark.parametrize(
        "answer",
        [
            "float('nan')",
            "np.full(3, np.nan)",
            "type('Sly', (float,), {'__eq__': lambda *_: True})(1.0)",
            "np.zeros(3).view(type('Sly', (np.ndarray,), {'__eq__': lambda *_: np.True_}))",
            "type('Sly', (), {'__eq__': lambda *_: True, '__hash__': lambda _: 1})()",
            "type('Sly', (), {'__array__': lambda *_, **__: np.array(np.nan), '__eq__': lambda *_: True})()",
            "type('Sly', (str,), {'__eq__': lambda *_: True, '__hash__': str.__hash__})('x')",
            "True",
            "object",
            "print",
        ],
    )
    def test_an_answer_that_agrees_with_everything_does_not_pass(
        self, tmp_path: Path, slot: Slot, answer: str
    ) -> None:
        public = '''
            def test_equal(double):
                """Equals 42."""
                assert double(21) == 42
            def test_close(double):
                """Is close to 42."""
                np.testing.assert_allclose(double(21), 42)
            def test_not_wrong(double):
                """Differs from 42 by nothing."""
                assert np.all(np.abs(np.asarray(double(21)) - 42) < 1e-9)
        '''
        assignment = small_assignment(tmp_path, ["double"], public=public)
        cells = [f"import numpy as np\ndef double(x): return {answer}"]
        tests = examine_notebooks(assignment, slot, {"student": cells})["student"].tests
        assert all(test.outcome in ("failed", "unusable") for test in tests)

    def test_an_answer_that_changes_is_asked_for_each_time(self, tmp_path: Path, slot: Slot) -> None:
        public = '''
            def test_twice(double):
                """The same twice."""
                assert double(1) == double(1), "It differs from call to call."
        '''
        assignment = small_assignment(tmp_path, ["double"], public=public)
        cells = ["calls = []\ndef double(x): calls.append(x); return len(calls)"]
        result = only_test(examine_notebooks(assignment, slot, {"student": cells}))
        assert (result.outcome, result.message) == ("failed", "It differs from call to call.")

    @pytest.mark.parametrize(
        "attack",
        [
            "import pytest; pytest.fail = lambda *_: None; pytest.skip('all')",
            "import sys; sys.exit(0)",
            "import atexit, os; atexit.register(os._exit, 0)",
            "import numpy.testing as t; t.assert_allclose = lambda *_, **__: None",
            "open('conftest.py', 'w').write('def pytest_runtest_makereport(): pass')",
            "import builtins; builtins.AssertionError = ValueError",
            "__file__ = 'test_public.py'; rng = None",
        ],
    )
    def test_attacks_on_the_harness_miss_it(self, tmp_path: Path, slot: Slot, attack: str) -> None:
        assignment = small_assignment(tmp_path, ["double"], public=DOUBLE)
        examined = examine_notebooks(
            assignment, slot, {"student": [attack, "def double(x): return 0"], "next": [RIGHT]}
        )
        assert only_test(examined).outcome == "failed"
        assert only_test(examined, "next").outcome == "passed"


class TestHints:
    def test_an_authors_message_is_shown_for_public_and_hidden_tests(
        self, tmp_path: Path, slot: Slot
    ) -> None:
        assignment = small_assignment(
            tmp_path, ["double"], public=DOUBLE, hidden=DOUBLE.replace("doubles", "again")
        )
        tests = examine_notebooks(assignment, slot, {"student": ["def double(x): return 0"]})["student"].tests
        assert [test.message for test in tests] == ["Two times 21 is 42."] * 2

    LIBRARY = '''
        def test_{name}(double):
            """Doubles many."""
            np.testing.assert_allclose(double(21), 41.5)
    '''

    def test_a_librarys_message_is_shown_for_public_tests_only(self, tmp_path: Path, slot: Slot) -> None:
        assignment = small_assignment(
            tmp_path, ["double"], public=self.LIBRARY.format(name="a"), hidden=self.LIBRARY.format(name="b")
        )
        public, hidden = examine_notebooks(assignment, slot, {"student": [RIGHT]})["student"].tests
        assert "41.5" in public.message
        assert hidden.message == "The answer is not what it should be."
        assert "41.5" in hidden.details

    def test_a_bare_assertion_gives_away_nothing(self, tmp_path: Path, slot: Slot) -> None:
        hidden = 'def test_secret(double):\n    """Secret."""\n    assert double(1) == 777\n'
        assignment = small_assignment(tmp_path, ["double"], hidden=hidden)
        result = only_test(examine_notebooks(assignment, slot, {"student": [RIGHT]}))
        assert result.message == "The answer is not what it should be."

    def test_an_error_inside_a_hidden_test_gives_away_only_its_kind(self, tmp_path: Path, slot: Slot) -> None:
        hidden = 'def test_secret(double):\n    """Secret."""\n    {"expected": 777}[double(1)]\n'
        assignment = small_assignment(tmp_path, ["double"], hidden=hidden)
        result = only_test(
            examine_notebooks(assignment, slot, {"student": ["def double(x): return 'other'"]})
        )
        assert result.message == "The test could not work with your answer (KeyError)."

    @pytest.mark.parametrize(
        "leak",
        [
            "raise ValueError(f'the input is {x}')",
            "raise type(f'Input{x}', (Exception,), {})('here')",
            "raise type(f'Input{x}', (KeyError,), {})",
            "assert False, f'the input is {x}'",
            "return {f'key{x}': print}[f'key{x}'](1, nothing=x)",
            "import os; os.write(3, __import__('struct').pack('>QcI', 5 + len(r := forged(x)), b'A', 2) + r)",
            "class T:\n        def __repr__(self): return str(x)\n    T.__qualname__ = str(x); return T()",
        ],
    )
    def test_the_input_of_a_hidden_test_does_not_come_back_in_an_error(
        self, tmp_path: Path, slot: Slot, leak: str
    ) -> None:
        forge = (
            "from autograder.wire import codec\n"
            "def forged(x): return codec.encode({'unusable': f'the input is {x}'})\n"
        )
        hidden = 'def test_secret(double):\n    """Secret."""\n    assert np.abs(double(777_123)) > 0\n'
        assignment = small_assignment(tmp_path, ["double"], hidden=hidden)
        result = only_test(
            examine_notebooks(assignment, slot, {"student": [f"{forge}def double(x):\n    {leak}"]})
        )
        assert result.outcome != "passed"
        assert "777" not in result.message
        assert result.message != ""

    def test_a_hidden_test_does_not_tell_with_which_number_the_process_ended(
        self, tmp_path: Path, slot: Slot
    ) -> None:
        hidden = 'def test_secret(double):\n    """Secret."""\n    double(173)\n'
        assignment = small_assignment(tmp_path, ["double"], hidden=hidden)
        cells = ["import os\ndef double(x): os._exit(x)"]
        result = only_test(examine_notebooks(assignment, slot, {"student": cells}))
        assert (result.outcome, result.message) == ("died", "`double(…)` ended the Python process.")

    def test_stop_iteration_does_not_end_a_tests_own_loop(self, tmp_path: Path, slot: Slot) -> None:
        hidden = 'def test_all(double):\n    """All."""\n    for _ in map(double, [1, 2]): assert False\n'
        assignment = small_assignment(tmp_path, ["double"], hidden=hidden)
        cells = ["def double(x): raise StopIteration"]
        assert only_test(examine_notebooks(assignment, slot, {"student": cells})).outcome == "exception"

    def test_for_a_public_test_the_students_own_words_are_shown(self, tmp_path: Path, slot: Slot) -> None:
        assignment = small_assignment(tmp_path, ["double"], public=DOUBLE)
        cells = ["class Odd(ValueError): pass\ndef double(x): raise Odd(f'got {x}')"]
        result = only_test(examine_notebooks(assignment, slot, {"student": cells}))
        assert result.message == "`double(…)` raised Odd: got 21."

    def test_pytest_fail_speaks_for_the_author(self, tmp_path: Path, slot: Slot) -> None:
        hidden = 'def test_fail(double):\n    """Fails."""\n    pytest.fail("Think of the border.")\n'
        assignment = small_assignment(tmp_path, ["double"], hidden=hidden)
        result = only_test(examine_notebooks(assignment, slot, {"student": [RIGHT]}))
        assert (result.outcome, result.message) == ("failed", "Think of the border.")


class TestRandomNumbers:
    PUBLIC = '''
        def test_draw(double, rng):
            """Shows what was drawn."""
            assert False, str(rng.integers(1 << 60))
        def test_draw_again(double, rng):
            """Shows what was drawn."""
            assert False, str(rng.integers(1 << 60))
    '''

    def test_the_same_seed_draws_the_same_and_another_differs(self, tmp_path: Path, slot: Slot) -> None:
        assignment = small_assignment(tmp_path, ["double"], public=self.PUBLIC)

        def drawn(seed: bytes) -> list[str]:
            examined = examine_notebooks(assignment, slot, {"student": [RIGHT]}, seed=seed)
            return [test.message for test in examined["student"].tests]

        first, again, other = drawn(b"one"), drawn(b"one"), drawn(b"two")
        assert first == again
        assert len({*first, *other}) == 4, "every test and every seed draws its own numbers"

    def test_a_student_who_draws_does_not_change_what_the_test_draws(
        self, tmp_path: Path, slot: Slot
    ) -> None:
        assignment = small_assignment(tmp_path, ["double"], public=self.PUBLIC)
        draws = "import numpy as np; np.random.seed(0); np.random.rand(10)\n"
        examined = examine_notebooks(assignment, slot, {"a": [RIGHT], "b": [draws + RIGHT]})
        assert [t.message for t in examined["a"].tests] == [t.message for t in examined["b"].tests]


class TestFewerTests:
    """Tests of some questions alone, and no more of them than it takes to see that one does not pass."""

    HALF = '''
        @pytest.fixture
        def four(double):
            return double(2)

        @pytest.mark.question("q2")
        def test_halves(half, four):
            """Halves what was doubled."""
            assert half(four) == 2
    '''
    BOTH = RIGHT + "\ndef half(x): return x // 2"
    DIES = "import os; os._exit(1)"

    @pytest.fixture
    def assignment(self, tmp_path: Path) -> Assignment:
        folder = small_assignment(tmp_path, ["double"], public=DOUBLE, hidden=self.HALF).path
        with (folder / "assignment.toml").open("a") as settings:
            settings.write('[[questions]]\nid = "q2"\ntitle = "Two"\nprovides = ["half"]\n')
        return Course.load(tmp_path).assignment(folder.name)

    def test_those_of_the_wanted_questions_run_whatever_ran_before(
        self, assignment: Assignment, slot: Slot
    ) -> None:
        wanted = [{"q2"}, None, {"q1"}, {"q2"}, set(), {"q1", "q2"}]
        examined: list[Examined] = []
        candidates = (
            Candidate(
                str(number),
                StudentNotebook(slot, [self.BOTH], {}, seed=1),
                b"seed",
                None if questions is None else frozenset(questions),
            )
            for number, questions in enumerate(wanted)
        )
        examine(assignment, candidates, examined.append)
        everything = {"q1", "q2"}
        assert [{test.question for test in each.tests} for each in examined] == [
            everything if questions is None else questions for questions in wanted
        ]
        assert all(test.outcome == "passed" for each in examined for test in each.tests)

    def test_the_first_that_does_not_pass_is_the_last(self, assignment: Assignment, slot: Slot) -> None:
        examined: list[Examined] = []
        notebooks = [[STUB], [self.DIES, self.BOTH], [self.BOTH], [STUB]]
        candidates = (
            Candidate("x", StudentNotebook(slot, cells, {}, seed=1), b"seed", until_failure=True)
            for cells in notebooks
        )
        examine(assignment, candidates, examined.append)
        outcomes = [[test.outcome for test in each.tests] for each in examined]
        assert outcomes == [["unanswered"], [], ["passed", "passed"], ["unanswered"]]
        dead = examined[1].run
        assert (dead.status, dead.cells_run, dead.cells_skipped) == ("died", 0, ())

    def test_the_names_that_a_questions_tests_ask_for_are_known(self, assignment: Assignment) -> None:
        assert names_asked(assignment) == {"q1": {"double"}, "q2": {"half", "double"}}


class TestCollecting:
    def test_public_tests_come_first_with_title_points_and_question(self, tmp_path: Path) -> None:
        public = '''
            @pytest.mark.points(3)
            @pytest.mark.parametrize("n", [1, 2, 3])
            def test_many(double, n):
                """Doubles several.

                More that nobody reads.
                """
        '''
        assignment = small_assignment(tmp_path, ["double"], public=public, hidden=DOUBLE)
        infos = collect(assignment)
        assert [(info.id, info.title, info.points, info.public) for info in infos] == [
            ("test_public.py::test_many[1]", "Doubles several. (case 1 of 3)", 1.0, True),
            ("test_public.py::test_many[2]", "Doubles several. (case 2 of 3)", 1.0, True),
            ("test_public.py::test_many[3]", "Doubles several. (case 3 of 3)", 1.0, True),
            ("test_hidden.py::test_doubles", "Doubles a number.", 1.0, False),
        ]
        assert {info.question for info in infos} == {"q1"}

    @pytest.mark.parametrize(
        ("text", "problem", "remedy"),
        [
            (
                "def test_a(double): 'Title.'\n",
                "no question of the assignment (came: None)",
                "@pytest.mark.question",
            ),
            (
                'import pytest\npytestmark = pytest.mark.question("q9")\n'
                '@pytest.mark.points(1)\ndef test_a(): "Title."\n',
                "no question of the assignment (came: 'q9')",
                "the questions are q1",
            ),
            (
                'import pytest\npytestmark = pytest.mark.question("q1")\ndef test_a(): "Title."\n',
                "no points (came: None)",
                "@pytest.mark.points(n)",
            ),
            (
                'import pytest\npytestmark = pytest.mark.question("q1")\n'
                '@pytest.mark.points("3")\ndef test_a(): "Title."\n',
                "no points (came: '3')",
                "a number from 0",
            ),
            (
                'import pytest\npytestmark = pytest.mark.question("q1")\n'
                '@pytest.mark.points(-1)\ndef test_a(): "Title."\n',
                "no points (came: -1)",
                "a number from 0",
            ),
            (PREAMBLE + "def test_a(double): assert double\n", "no docstring", "title that students read"),
            ("def test_a(:\n", "SyntaxError", "Correct the test file"),
            ("import no_such_module\n", "no_such_module", "Correct the test file"),
        ],
        ids=[
            "no question",
            "unknown question",
            "no points",
            "points as text",
            "negative points",
            "no docstring",
            "syntax error",
            "import error",
        ],
    )
    def test_a_broken_test_file_is_refused_with_file_and_remedy(
        self, tmp_path: Path, text: str, problem: str, remedy: str
    ) -> None:
        assignment = small_assignment(tmp_path, ["double"], public=DOUBLE)
        assignment.hidden_tests.write_text(text)
        with pytest.raises(ConfigurationError) as error:
            collect(assignment)
        assert "test_hidden.py" in str(error.value.path)
        assert problem in error.value.message
        assert remedy in str(error.value.remedy)

    @pytest.mark.parametrize("which", ["public_tests", "hidden_tests"])
    def test_a_missing_test_file_is_named(self, tmp_path: Path, which: str) -> None:
        assignment = small_assignment(tmp_path, ["double"], public=DOUBLE)
        path: Path = getattr(assignment, which)
        path.unlink()
        with pytest.raises(ConfigurationError, match="the test file does not exist") as error:
            collect(assignment)
        assert error.value.path == path

    def test_an_edited_test_file_is_read_anew(self, tmp_path: Path, slot: Slot) -> None:
        assignment = small_assignment(tmp_path, ["double"], public=DOUBLE)
        assert only_test(examine_notebooks(assignment, slot, {"student": [RIGHT]})).outcome == "passed"
        assignment.public_tests.write_text(assignment.public_tests.read_text().replace("42,", "43,"))
        assert only_test(examine_notebooks(assignment, slot, {"student": [RIGHT]})).outcome == "failed"

    def test_two_courses_with_the_same_file_names_do_not_mix(self, tmp_path: Path, slot: Slot) -> None:
        first = small_assignment(tmp_path / "a", ["double"], public=DOUBLE)
        second = small_assignment(tmp_path / "b", ["double"], public=DOUBLE.replace("doubles", "other"))
        ids = [collect(assignment)[0].id for assignment in (first, second, first)]
        assert ids == [
            "test_public.py::test_doubles",
            "test_public.py::test_other",
            "test_public.py::test_doubles",
        ]

    def test_settings_of_the_surrounding_shell_do_not_matter(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PYTEST_ADDOPTS", "-k nothing --no-such-option")
        (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
        assert len(collect(small_assignment(tmp_path, ["double"], public=DOUBLE))) == 1

    def test_an_unknown_fixture_costs_the_test_and_names_it(self, tmp_path: Path, slot: Slot) -> None:
        public = 'def test_a(double, triple):\n    """Title."""\n'
        assignment = small_assignment(tmp_path, ["double"], public=public)
        result = only_test(examine_notebooks(assignment, slot, {"student": [RIGHT]}))
        assert result.outcome == "unusable"
        assert "triple" in result.details


def test_the_tests_take_no_notice_of_files_that_students_could_have_left(tmp_path: Path, slot: Slot) -> None:
    """A `conftest.py` or a package of the same name beside the grader's working folder changes nothing."""
    assignment: Assignment = small_assignment(tmp_path, ["double"], public=DOUBLE)
    (tmp_path / "conftest.py").write_text("raise RuntimeError('read')\n")
    assert only_test(examine_notebooks(assignment, slot, {"student": [RIGHT]})).outcome == "passed"


def test_a_test_that_comes_to_no_end_ends_its_process_where_that_is_allowed(tmp_path, monkeypatch, slot):
    """In a loop in C no handler of a signal is called, so nothing milder would do."""
    hidden = '''
        import itertools

        def test_counts_down(double):
            """Counts down."""
            assert double(1) > 0 or sum(itertools.repeat(1)) == 0
    '''
    assignment = small_assignment(tmp_path, ["double"], hidden=hidden)
    limits = slot.spec.limits
    allowed = 2 * (limits.total_seconds + limits.run_seconds)
    monkeypatch.setattr(session, "RESTART_SECONDS", 3 - allowed)

    def examine_one(cell: str) -> None:
        with Slot(provider("process"), SlotSpec(("numpy",), limits)) as own:
            notebook = StudentNotebook(own, [cell], {}, seed=1)
            examine(assignment, [Candidate("mallory", notebook, b"seed")], lambda _: None, may_exit=True)

    def exit_code(cell: str) -> int | None:
        process = multiprocessing.get_context("fork").Process(target=examine_one, args=(cell,))
        process.start()
        process.join()
        return process.exitcode

    assert exit_code("def double(x): return -7") == 1
    monkeypatch.setattr(session, "RESTART_SECONDS", 0)
    assert exit_code(RIGHT) == 0
