# Generated from test_public.py of w01_corner_filter by `autograder build`: change it there, not here.
# grader.check("q3") runs the cases below, in order.

import contextlib

import numpy as np
from otter.test_files import test_case

OK_FORMAT = False
name = "q3"
points = None


import scipy.signal


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


def test_filter_is_blind_to_constant_images(corner_filter):
    """The filter answers 0 to a constant image."""
    G = check_numbers(corner_filter, (4, 4), "corner_filter")
    assert np.abs(G).max() > 0, "A filter of zeros answers 0 to everything; yours should answer to a corner."
    answer = G.sum() / np.abs(G).max()
    assert abs(answer) < 1e-6, f"On an image of ones the filter should answer 0; yours answers {G.sum():.3g}."


@test_case(name="The filter answers 0 to a constant image", points=1)
def case_1(env):
    with answers_in(env) as answer:
        test_filter_is_blind_to_constant_images(answer("corner_filter"))


def test_filter_peaks_at_the_lecture_corner(corner_filter):
    """On the lecture's rectangle the maximum is at the upper right corner, and only there."""
    G = check_numbers(corner_filter, (4, 4), "corner_filter")
    X = np.zeros((128, 128))
    X[32:-32, 16:-16] = 1
    Z = scipy.signal.correlate2d(X, G, mode="valid")
    maxima = np.argwhere(np.isclose(Z, Z.max()))
    places = f"{len(maxima)} offsets share the maximum of Z"
    assert len(maxima) == 1, (
        f"{places}; it should be one. Does your filter answer to an edge, or to a second corner?"
    )
    j1, j2 = (int(offset) for offset in maxima[0])
    at_corner = j1 <= 32 <= j1 + 3 and j2 <= 111 <= j2 + 3
    where = f"rows {j1} to {j1 + 3} and columns {j2} to {j2 + 3}"
    hint = "Z = G * X is without reversal: G lies on the image as it is written, and Z may be negative."
    assert at_corner, (
        f"The window with the maximum has {where}; the corner pixel (32, 111) is not inside. {hint}"
    )


@test_case(name="On the lecture's rectangle the maximum is at the upper right corner, and only there", points=1)
def case_2(env):
    with answers_in(env) as answer:
        test_filter_peaks_at_the_lecture_corner(answer("corner_filter"))


def test_finds_the_lecture_corner(find_upper_right_corner):
    """Finds the corner of the lecture's rectangle, and of one in another place."""
    for top, bottom, left, right in ((32, 95, 16, 111), (10, 25, 40, 60)):
        X = np.zeros((128, 128))
        X[top : bottom + 1, left : right + 1] = 1
        came = check_numbers(find_upper_right_corner(X), (2,), "find_upper_right_corner(image)")
        asked = f"White: rows {top} to {bottom}, columns {left} to {right}. The corner is ({top}, {right})"
        whole = np.array_equal(came, np.round(came))
        assert whole, f"{asked}; what came is {tuple(came.tolist())}. Answer two integers."
        position = tuple(came.astype(int).tolist())
        hint = "Answer (row, column) of the corner pixel, not of the window's upper left pixel."
        assert position == (top, right), f"{asked}; what came is {position}. {hint}"


@test_case(name="Finds the corner of the lecture's rectangle, and of one in another place", points=1)
def case_3(env):
    with answers_in(env) as answer:
        test_finds_the_lecture_corner(answer("find_upper_right_corner"))


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
