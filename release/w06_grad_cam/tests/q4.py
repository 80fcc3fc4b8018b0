# Generated from test_public.py of w06_grad_cam by `autograder build`: change it there, not here.
# grader.check("q4") runs the cases below, in order.

import contextlib

import numpy as np
from otter.test_files import test_case

OK_FORMAT = False
name = "q4"
points = None


def check_numbers(answer, shape, asked):
    """The answer as an array of floats, after a look at its type and its shape."""
    try:
        numbers = np.asarray(answer)
    except ValueError:
        numbers = np.asarray(None)
    kind = type(answer).__name__
    assert numbers.dtype.kind in "biuf", (
        f"{asked} should be an array of numbers or a number; what came is of type {kind}."
    )
    assert numbers.shape == shape, f"{asked} should have the shape {shape}; what came has {numbers.shape}."
    return numbers.astype(float)


def beside(came, expected):
    """Two small arrays as text, for a message."""
    return f"Expected\n{np.round(expected, 3)}\nand what came is\n{np.round(came, 3)}"


def test_normalised(normalised):
    """A map divided by its largest value, and a map of zeros."""
    for heat_map, expected in (
        (np.array([[0.5, 2.0, 1.0]]), np.array([[0.25, 1.0, 0.5]])),
        (np.zeros((2, 2)), np.zeros((2, 2))),
    ):
        asked = f"normalised({heat_map.tolist()})"
        came = check_numbers(normalised(heat_map), expected.shape, asked)
        assert np.isfinite(came).all(), f"{asked} has values that are no numbers: what is 0/0?"
        hint = "Divide by the largest value; the smallest one is not subtracted."
        assert np.allclose(came, expected, atol=1e-5), f"{asked}: {beside(came, expected)}\n{hint}"


@test_case(name="A map divided by its largest value, and a map of zeros", points=1)
def case_1(env):
    with answers_in(env) as answer:
        test_normalised(answer("normalised"))


def test_overlay_of_one_pixel(overlay):
    """One pixel under the heat colour, and one without heat."""
    image = np.full((1, 2, 3), 100, dtype=np.uint8)
    asked = "overlay of a grey image of 1\xd72 pixels, opacity 0.5 and colour (200, 100, 0)"
    answer = overlay(image, np.array([[3.0, 0.0]]), 0.5, (200, 100, 0))
    came = check_numbers(answer, (1, 2, 3), asked)
    kind = np.asarray(answer).dtype
    assert kind == np.uint8, f"{asked} should be of dtype uint8, not {kind}."
    expected = np.array([[[150, 100, 50], [100, 100, 100]]])
    assert np.abs(came - expected).max() <= 1, f"{asked}: {beside(came, expected)}"


@test_case(name="One pixel under the heat colour, and one without heat", points=1)
def case_2(env):
    with answers_in(env) as answer:
        test_overlay_of_one_pixel(answer("overlay"))


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
