# Generated from test_public.py of w01_corner_filter by `autograder build`: change it there, not here.
# grader.check("q1") runs the cases below, in order.

import contextlib

import numpy as np
from otter.test_files import test_case

OK_FORMAT = False
name = "q1"
points = None


DECK_IMAGE = np.array([[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]])
DECK_KERNEL = np.array([[0, 1, 2], [2, 2, 0], [0, 1, 2]])
DECK_WITHOUT_REVERSAL = np.array([[12, 12, 17], [10, 17, 19], [9, 6, 14]])
DECK_WITH_REVERSAL = np.array([[18, 20, 19], [10, 9, 17], [11, 8, 14]])


def check_numbers(answer, shape, asked):
    """The answer as an array of floats, after a look at its type and its shape."""
    try:
        numbers = np.asarray(answer)
    except ValueError:
        numbers = np.asarray(None)
    kind = f"{type(answer).__name__} of {numbers.dtype}"
    assert numbers.dtype.kind != "c", f"{asked} should be real; what came is complex. Take the real part."
    assert numbers.dtype.kind in "biuf", f"{asked} should be an array of numbers; what came is {kind}."
    assert numbers.shape == shape, f"{asked} should have the shape {shape}; what came has {numbers.shape}."
    return numbers.astype(float)


def beside(came, expected):
    """Two small arrays as text, for a message."""
    return f"Expected\n{np.round(expected, 3)}\nand what came is\n{np.round(came, 3)}"


def test_lecture_example(correlate2d):
    """The lecture's example, valid mode."""
    asked = "correlate2d of the lecture's 5\xd75 image and 3\xd73 kernel"
    came = check_numbers(correlate2d(DECK_IMAGE, DECK_KERNEL), (3, 3), asked)
    reversed_kernel = np.array_equal(came, DECK_WITH_REVERSAL)
    assert not reversed_kernel, (
        "These are the numbers of convolution *with* reversal: your kernel is turned around."
    )
    text = beside(came, DECK_WITHOUT_REVERSAL)
    assert np.allclose(came, DECK_WITHOUT_REVERSAL), (
        f"{text}\nZ[0, 0] is the kernel on the image's upper left corner."
    )


@test_case(name="The lecture's example, valid mode", points=1)
def case_1(env):
    with answers_in(env) as answer:
        test_lecture_example(answer("correlate2d"))


def test_same_and_full_count_the_covered_pixels(correlate2d):
    """Same and full mode: ones on ones count the covered pixels; and an example of the docstring."""
    image, kernel = np.ones((3, 4)), np.ones((3, 3))
    for mode, covered in (
        ("same", np.outer([2, 3, 2], [2, 3, 3, 2])),
        ("full", np.outer([1, 2, 3, 2, 1], [1, 2, 3, 3, 2, 1])),
    ):
        asked = f"correlate2d(ones 3\xd74, ones 3\xd73, {mode!r})"
        came = check_numbers(correlate2d(image, kernel, mode=mode), covered.shape, asked)
        assert np.allclose(came, covered), (
            f"{asked}: outside the image all pixels are 0. {beside(came, covered)}"
        )
    asked = "correlate2d([[1, 2, 4]], [[1, -1]], 'full')"
    came = check_numbers(correlate2d([[1, 2, 4]], [[1, -1]], mode="full"), (1, 4), asked)
    assert np.allclose(came, [[-1, -1, -2, 4]]), f"{asked}: {beside(came, np.array([[-1, -1, -2, 4]]))}"


@test_case(name="Same and full mode: ones on ones count the covered pixels; and an example of the docstring", points=1)
def case_2(env):
    with answers_in(env) as answer:
        test_same_and_full_count_the_covered_pixels(answer("correlate2d"))


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
