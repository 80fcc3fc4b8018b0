# Generated from test_public.py of w05_unet by `autograder build`: change it there, not here.
# grader.check("q1") runs the cases below, in order.

import contextlib

import numpy as np
from otter.test_files import test_case

OK_FORMAT = False
name = "q1"
points = None


# Two little masks: 4 pixels and 4 pixels, 2 in common, 6 in all.
TRUTH = np.array([[0, 1, 1, 0], [0, 1, 1, 0], [0, 0, 0, 0]])
FOUND = np.array([[0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 0, 0]])
EMPTY = np.zeros((3, 4), dtype=int)


def check_numbers(answer, shape, asked):
    """The answer as an array of floats, after a look at its type and its shape."""
    try:
        numbers = np.asarray(answer)
    except ValueError:
        numbers = np.asarray(None)
    kind = type(answer).__name__
    assert numbers.dtype.kind in "biuf", (
        f"{asked} should be an array of numbers; what came is of type {kind}."
    )
    assert numbers.shape == shape, f"{asked} should have the shape {shape}; what came has {numbers.shape}."
    return numbers.astype(float)


def test_iou_of_little_masks(iou):
    """IoU of two little masks, of a mask with itself and with nothing."""
    truth, found = np.array([TRUTH, TRUTH, TRUTH]), np.array([FOUND, TRUTH, EMPTY])
    came = check_numbers(iou(truth, found), (3,), "iou of three pairs of masks")
    assert not np.allclose(came, [0.5, 1, 0]), (
        "This is the Dice coefficient, 2 |T \u2229 P| / (|T| + |P|), not IoU."
    )
    hint = "The first pair has 2 pixels in common and 6 in all."
    assert np.allclose(came, [2 / 6, 1, 0], atol=1e-5), (
        f"Expected 0.333, 1 and 0; what came is {np.round(came, 3)}. {hint}"
    )


@test_case(name="IoU of two little masks, of a mask with itself and with nothing", points=1)
def case_1(env):
    with answers_in(env) as answer:
        test_iou_of_little_masks(answer("iou"))


def test_boundary_of_a_rectangle(boundary):
    """The boundary of a rectangle is its frame, one or two pixels wide."""
    mask = np.zeros((1, 8, 9), dtype=int)
    mask[0, 1:7, 1:8] = 1
    for width, inside in ((1, (slice(2, 6), slice(2, 7))), (2, (slice(3, 5), slice(3, 6)))):
        expected = mask[0].copy()
        expected[inside] = 0
        answer = boundary(mask, width)
        came = check_numbers(answer, (1, 8, 9), f"boundary of one 8\xd79 mask, width {width}")[0]
        kind = np.asarray(answer).dtype
        assert kind.kind == "b", f"A boundary should be booleans, True at its pixels; what came is {kind}."
        assert not np.any(came > mask[0]), (
            "The boundary has pixels outside of the mask; it is part of the mask."
        )
        text = f"Expected\n{expected}\nand what came is\n{came.astype(int)}"
        assert np.array_equal(came, expected), f"The boundary of width {width} is wrong. {text}"


@test_case(name="The boundary of a rectangle is its frame, one or two pixels wide", points=1)
def case_2(env):
    with answers_in(env) as answer:
        test_boundary_of_a_rectangle(answer("boundary"))


def test_boundary_iou_of_a_shifted_square(boundary_iou):
    """Boundary IoU of a 4\xd74 square and the same one a pixel to the right."""
    truth = np.zeros((1, 6, 8), dtype=int)
    truth[0, 1:5, 1:5] = 1
    came = check_numbers(boundary_iou(truth, np.roll(truth, 1, axis=2)), (1,), "boundary_iou of one pair")
    hint = "Each boundary has 12 pixels, and 6 are common to both."
    assert np.allclose(came, 6 / 18, atol=1e-5), f"Expected 6/18 = 0.333; what came is {came[0]:.3f}. {hint}"


@test_case(name="Boundary IoU of a 4\xd74 square and the same one a pixel to the right", points=1)
def case_3(env):
    with answers_in(env) as answer:
        test_boundary_iou_of_a_shifted_square(answer("boundary_iou"))


# How the tests read your answers: as the grader does, by value. Tensors and special arrays become plain
# arrays, and a function gets copies, so that it cannot change what a test compares with.


class NoAnswer(BaseException):
    """There is nothing to test. Not an `Exception`, so that no test passes by expecting one."""


class NotDefined(NoAnswer):
    pass


class NotAnswered(NoAnswer):
    pass


class NotUsable(NoAnswer):
    pass


@contextlib.contextmanager
def answers_in(env):
    """Give a function that looks up one of your names; what is wrong with an answer is said at the end."""

    def answer(wanted):
        if wanted not in env:
            raise NotDefined(f"Your notebook does not define `{wanted}`.")
        return read(env[wanted], wanted)

    try:
        yield answer
    except NoAnswer as problem:
        raise type(type(problem).__name__, (Exception,), {})(str(problem)) from None


class Answer:
    """Stands for one of your functions or objects; what it gives back is read by value too."""

    def __init__(self, value, label):
        object.__setattr__(self, "_value", value)
        object.__setattr__(self, "_label", label)

    def __call__(self, *arguments, **options):
        label = f"{self._label}(\u2026)"
        try:
            return read(self._value(*own(arguments), **own(options)), label)
        except NotImplementedError as error:
            if str(error) and "Write your answer to" not in str(error):
                raise
            raise NotAnswered(f"`{label}` is not answered yet.") from None

    def __getattr__(self, attribute):
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        return read(getattr(self._value, attribute), f"{self._label}.{attribute}")

    def __setattr__(self, attribute, value):
        setattr(self._value, attribute, own(value))

    def __getitem__(self, key):
        return read(self._value[own(key)], f"{self._label}[\u2026]")

    def __setitem__(self, key, value):
        self._value[own(key)] = own(value)

    def __contains__(self, item):
        return own(item) in self._value

    def __len__(self):
        return len(self._value)

    def __bool__(self):
        return True

    def __iter__(self):
        return (read(item, self._label) for item in self._value)

    def __array__(self, *_, **__):
        kind = type(self._value).__name__
        raise NotUsable(f"`{self._label}` should be numbers or an array; it is a {kind}.")

    def __eq__(self, other):
        return isinstance(other, Answer) and other._value is self._value

    def __hash__(self):
        return id(self._value)

    def __repr__(self):
        return f"<your {self._label}: {type(self._value).__name__}>"


def read(value, label):
    """Return plain data as plain data, and an `Answer` for everything else."""
    if value is ...:
        raise NotAnswered(f"`{label}` is not answered yet.")
    if value is None or isinstance(value, (bool, np.generic, slice)):
        return value
    for kind in (int, float, complex, str, bytes):
        if isinstance(value, kind):
            return kind(value)
    if isinstance(value, dict):
        return {key: read(item, f"{label}[{key!r}]") for key, item in value.items()}
    for kind in (list, tuple):
        if isinstance(value, kind):
            return kind(read(item, f"{label}[{index}]") for index, item in enumerate(value))
    if isinstance(value, (set, frozenset)):
        return frozenset(value)
    array = None if isinstance(value, type) else as_array(value)
    return Answer(value, label) if array is None else plain(array, label)


def as_array(value):
    """Return a copy of an array or tensor without its subclass; None when `value` is something else."""
    if not hasattr(type(value), "__array__"):
        return None
    try:
        return np.array(np.asarray(value), subok=False)
    except Exception:
        return None


def plain(array, label):
    if array.dtype.kind == "O":
        raise NotUsable(f"`{label}` is an array of objects; use numbers.")
    return array.astype(np.float32) if array.dtype.kind == "V" else array


def own(value):
    """Return what a test passes on as your code sees it: your own objects, copies of arrays."""
    if isinstance(value, Answer):
        return value._value
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, dict):
        return {key: own(item) for key, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)(own(item) for item in value)
    return value
