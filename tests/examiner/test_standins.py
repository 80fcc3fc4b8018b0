"""Stand-ins: a test uses the student's functions and objects as if they were here; only plain data comes."""

from __future__ import annotations

import contextlib
import itertools
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.examiner import NoAnswer, StandIn, StudentError, StudentNotebook
from autograder.wire import codec

Run = Callable[..., StudentNotebook]
FORGE = "import os, struct\ndef send(body): os.write(3, struct.pack('>Q', len(body)) + body)\n"


class TestValues:
    def test_plain_data_comes_by_value(self, notebook: Run) -> None:
        run = notebook(
            "import numpy as np\nx = {'a': [1, (2.5, None)], 3: np.arange(3), 'slice': slice(1, 2)}"
        )
        x = run.value("x")
        assert x["a"] == [1, (2.5, None)] and x["slice"] == slice(1, 2)
        np.testing.assert_array_equal(x[3], [0, 1, 2])

    def test_objects_inside_plain_data_are_stand_ins(self, notebook: Run) -> None:
        x = notebook("def f(): return 5\nx = {'f': f, f: [f, (f, {f})]}").value("x")
        assert x["f"]() == 5
        (f,) = [key for key in x if isinstance(key, StandIn)]
        assert f() == 5
        assert x[f][0]() == 5
        (inner,) = x[f][1][1]
        assert inner() == 5

    def test_a_missing_name_is_told(self, notebook: Run) -> None:
        with pytest.raises(NoAnswer, match=r"^Your notebook does not define `f`\.$") as error:
            notebook("x = 1").value("f")
        assert error.value.outcome == "missing"

    @pytest.mark.parametrize(
        "cell", ["f = ...", "def f(): raise NotImplementedError", "def f(): return 1 / 0"]
    )
    def test_an_unanswered_question_is_not_an_error(self, notebook: Run, cell: str) -> None:
        run = notebook(cell)
        if "/" in cell:
            with pytest.raises(ZeroDivisionError):
                run.value("f")()
            return
        with pytest.raises(NoAnswer, match=r"is not answered yet\.$") as error:
            run.value("f")()
        assert error.value.outcome == "unanswered"


class TestCalls:
    def test_arguments_by_position_and_by_name(self, notebook: Run) -> None:
        f = notebook("def f(*args, **kwargs): return [list(args), kwargs]").value("f")
        assert f(1, (2,), key={"a": None}) == [[1, (2,)], {"key": {"a": None}}]

    def test_arrays_keep_dtype_and_shape_both_ways(self, notebook: Run) -> None:
        f = notebook("def f(x): return x.T").value("f")
        back = f(np.ones((2, 3), np.float32))
        assert back.dtype == np.float32 and back.shape == (3, 2)

    def test_a_function_may_be_given_to_a_function(self, notebook: Run) -> None:
        run = notebook("def twice(g, x): return g(g(x))\ndef add(x): return x + 1")
        assert run.value("twice")(run.value("add"), 3) == 5

    def test_a_function_may_give_a_function(self, notebook: Run) -> None:
        assert notebook("def adder(n): return lambda x: x + n").value("adder")(2)(40) == 42

    def test_inputs_of_the_test_cannot_be_changed(self, notebook: Run) -> None:
        x = np.zeros(3)
        notebook("def f(x): x += 1; return x").value("f")(x)
        assert x.tolist() == [0, 0, 0]

    def test_something_that_cannot_be_carried_is_the_tests_fault(self, notebook: Run) -> None:
        f = notebook("def f(x): return x").value("f")
        with pytest.raises(TypeError, match=r"the test passes something to f\(…\) that cannot be carried"):
            f(object())


class TestErrors:
    @pytest.mark.parametrize(
        ("raised", "expected"),
        [
            ("ValueError('no')", ValueError),
            ("KeyError('k')", KeyError),
            ("KeyError('k')", LookupError),
            ("ZeroDivisionError()", ArithmeticError),
            ("AssertionError('no')", AssertionError),
            ("TypeError()", TypeError),
            ("RecursionError()", RuntimeError),
            ("ModuleNotFoundError('x')", ImportError),
            ("type('Own', (ValueError,), {})('mine')", ValueError),
            ("np.linalg.LinAlgError('singular')", ValueError),
        ],
    )
    def test_what_the_student_raises_can_be_expected(
        self, notebook: Run, raised: str, expected: type[Exception]
    ) -> None:
        f = notebook(f"import numpy as np\ndef f(): raise {raised}").value("f")
        with pytest.raises(expected) as error:
            f()
        assert isinstance(error.value, StudentError)

    def test_the_error_says_what_was_asked_and_what_came(self, notebook: Run) -> None:
        f = notebook("def f(x): raise ValueError(f'odd: {x}')").value("f")
        with pytest.raises(ValueError, match=r"^f\(…\) raised ValueError: odd: 3$") as error:
            f(3)
        assert "raise ValueError" in error.value.traceback  # type: ignore[attr-defined]

    @pytest.mark.parametrize("raised", ["SystemExit(0)", "KeyboardInterrupt", "GeneratorExit"])
    def test_an_exit_is_an_error_and_ends_nothing_here(self, notebook: Run, raised: str) -> None:
        f = notebook(f"def f(): raise {raised}").value("f")
        with pytest.raises(StudentError):
            f()

    def test_a_lost_call_is_no_exception_that_a_test_could_expect(self, notebook: Run) -> None:
        leave = notebook("import os\ndef leave(): os._exit(1)").value("leave")
        with pytest.raises(NoAnswer), contextlib.suppress(Exception):
            leave()

    def test_wrong_arguments_are_the_students_error(self, notebook: Run) -> None:
        f = notebook("def f(): return 1").value("f")
        with pytest.raises(TypeError, match="positional argument"):
            f(1)


class TestObjects:
    CELL = """
class Box:
    size = 3
    def __init__(self): self.items = {"a": 1}
    def __getitem__(self, key): return self.items[key]
    def __setitem__(self, key, value): self.items[key] = value
    def __len__(self): return len(self.items)
    def __contains__(self, key): return key in self.items
    def __iter__(self): return iter(self.items.values())
    def __eq__(self, other): return True
    def __hash__(self): return 1
    def area(self, by): return self.size * by
box, other = Box(), Box()
"""

    @pytest.fixture
    def box(self, notebook: Run) -> Any:
        return notebook(self.CELL).value("box")

    def test_attributes_and_methods(self, box: Any) -> None:
        assert box.size == 3
        assert box.area(by=2) == 6
        box.size = 10
        assert box.area(2) == 20

    def test_a_missing_attribute_is_an_attribute_error(self, box: Any) -> None:
        with pytest.raises(AttributeError, match="colour"):
            _ = box.colour
        assert not hasattr(box, "colour")
        assert hasattr(box, "size")

    def test_items_length_and_membership(self, box: Any) -> None:
        box["b"] = 2
        assert (box["b"], len(box), "b" in box, "c" in box) == (2, 2, True, False)
        with pytest.raises(KeyError):
            box["c"]

    def test_iteration(self, box: Any) -> None:
        box["b"] = 2
        assert list(box) == [1, 2]

    def test_a_callable_stays_callable(self, notebook: Run) -> None:
        run = notebook("def f(): pass\nclass C: pass\nx = object()")
        assert callable(run.value("f")) and callable(run.value("C"))
        assert repr(run.value("C")()).startswith("<the student's C(…): <__main__.C object")

    def test_equality_is_identity_and_never_the_students(self, notebook: Run) -> None:
        run = notebook(self.CELL)
        box = run.value("box")
        assert box == box
        assert box != run.value("other") and box != 1 and box != []

    def test_an_object_where_numbers_belong_is_told(self, box: Any) -> None:
        with pytest.raises(NoAnswer, match="`box` should be numbers or an array") as error:
            np.testing.assert_allclose(box, 1)
        assert error.value.outcome == "unusable"

    def test_a_lying_length_is_told(self, notebook: Run) -> None:
        run = notebook("class L:\n    def __len__(self): return -1\nx = L()")
        with pytest.raises(ValueError):
            len(run.value("x"))


class TestIteration:
    def test_a_generator_gives_its_items_in_order(self, notebook: Run) -> None:
        f = notebook("def f(n):\n    for i in range(n): yield {'i': i}").value("f")
        assert [item["i"] for item in f(1000)] == list(range(1000))

    def test_only_as_much_is_taken_as_is_looked_at(self, notebook: Run) -> None:
        f = notebook("import itertools\ndef f(): return itertools.count()").value("f")
        assert list(itertools.islice(f(), 5)) == [0, 1, 2, 3, 4]

    def test_a_generator_without_end_ends(self, notebook: Run) -> None:
        f = notebook("def f():\n    while True: yield 1").value("f")
        with pytest.raises(NoAnswer, match=r"`f\(…\)` has no end") as error:
            sum(f())
        assert error.value.outcome == "unusable"

    def test_a_generator_of_much_data_ends(self, notebook: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("autograder.examiner.standins.MAX_ITERATED_BYTES", 8 << 20)
        f = notebook("def f():\n    while True: yield bytes(4000)").value("f")
        with pytest.raises(NoAnswer, match="more than a test can take"):
            sum(len(item) for item in f())

    def test_an_error_in_a_generator_is_the_students(self, notebook: Run) -> None:
        f = notebook("def f():\n    yield 1\n    raise ValueError('late')").value("f")
        with pytest.raises(ValueError, match="late"):
            list(f())

    def test_what_cannot_be_iterated_over_is_a_type_error(self, notebook: Run) -> None:
        with pytest.raises(TypeError, match="not iterable"):
            list(notebook("x = object()").value("x"))


class TestForgedAnswers:
    """The student's process may answer whatever it likes: it is judged, never believed."""

    @pytest.mark.parametrize(
        "reply",
        [
            None,
            [],
            {},
            {"value": 1, "raised": 2},
            {"passed": True},
            {"raised": None},
            {"raised": "ValueError"},
            {1: 2},
            {"value": codec.KerasModel("{}", [])},
        ],
    )
    def test_what_is_no_answer_is_unusable(self, notebook: Run, reply: Any) -> None:
        with pytest.raises(NoAnswer) as error:
            self._forged(notebook, codec.encode(reply))()
        assert error.value.outcome == "unusable"

    @pytest.mark.parametrize("reply", [b"", b"\xc1", b"\xff" * 100, b"\x91" * 1000])
    def test_bytes_that_are_no_value_are_unusable(self, notebook: Run, reply: bytes) -> None:
        with pytest.raises(NoAnswer) as error:
            self._forged(notebook, reply)()
        assert error.value.outcome == "unusable"

    @pytest.mark.parametrize("builtin", [5, None, "ValueError", [["ValueError"]], [1, None], {}])
    def test_a_forged_error_is_still_the_students_error(self, notebook: Run, builtin: Any) -> None:
        raised = {"type": builtin, "builtin": builtin, "message": builtin, "traceback": builtin}
        with pytest.raises(StudentError):
            self._forged(notebook, codec.encode({"raised": raised}))()

    def test_endless_texts_are_cut(self, notebook: Run) -> None:
        raised = {"type": "x" * 10**5, "builtin": [], "message": "y" * 10**5, "traceback": "z" * 10**5}
        with pytest.raises(StudentError) as error:
            self._forged(notebook, codec.encode({"raised": raised}))()
        assert len(str(error.value)) < 5000

    def test_long_keys_around_many_items_do_not_stall_the_grader(self, notebook: Run) -> None:
        f = notebook("def f(): return {'k' * 500_000: [0] * 300_000}").value("f")
        ((_, items),) = f().items()
        assert len(items) == 300_000

    @staticmethod
    def _forged(notebook: Run, reply: bytes) -> Any:
        """A function that, when called, sends `reply` as the answer to that question, the second one."""
        forge = f"def f(): send(b'A' + struct.pack('>I', 2) + {reply!r})"
        return notebook(FORGE + forge).value("f")


def test_the_wire_numbers_questions_as_the_forgeries_above_assume() -> None:
    from autograder.worker.submission import NUMBER

    assert NUMBER.pack(2) == struct.pack(">I", 2)
