# Generated from test_public.py of w04_fine_tune_vgg16 by `autograder build`: change it there, not here.
# grader.check("q1") runs the cases below, in order.

import contextlib

import numpy as np
from otter.test_files import test_case

OK_FORMAT = False
name = "q1"
points = None


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


def test_preprocess_one_pixel(preprocess):
    """One pixel: blue, green, red, each without its mean."""
    asked = "preprocess([[[[255, 0, 10]]]])"
    pixel = check_numbers(preprocess(np.array([[[[255, 0, 10]]]])), (1, 1, 1, 3), asked).ravel()
    assert np.abs(pixel).max() > 2, (
        f"{asked}: what came is {np.round(pixel, 3)}. Divided by 255? VGG16 wants the numbers as they are."
    )
    in_order = np.allclose(pixel, [255 - 123.68, -116.779, 10 - 103.939], atol=1e-3)
    assert not in_order, f"{asked}: right means, but the order should be blue, green, red."
    expected = [-93.939, -116.779, 131.32]
    text = f"what came is {np.round(pixel, 3)}, expected is {expected}"
    assert np.allclose(pixel, expected, atol=1e-3), f"{asked}: {text}."
    floats = np.array([[[[255, 0, 10]]]], dtype=np.float32)
    check_numbers(preprocess(floats), (1, 1, 1, 3), f"{asked} of floats")
    assert np.array_equal(floats.ravel(), [255, 0, 10]), (
        f"preprocess has changed the array of floats that it was given: now it is {floats.ravel()}."
    )


@test_case(name="One pixel: blue, green, red, each without its mean", points=1)
def case_1(env):
    with answers_in(env) as answer:
        test_preprocess_one_pixel(answer("preprocess"))


def test_there_and_back(preprocess, to_image, rng):
    """`to_image` brings a preprocessed image back."""
    image = rng.integers(0, 256, size=(1, 3, 4, 3), dtype=np.uint8)
    asked = "to_image(preprocess(image))"
    back = to_image(preprocess(image))
    numbers = check_numbers(back, image.shape, asked)
    assert np.asarray(back).dtype == np.uint8, (
        f"{asked} should be of type uint8, not {np.asarray(back).dtype}."
    )
    channels_turned = np.array_equal(numbers, image[..., ::-1])
    assert not channels_turned, f"{asked}: red and blue have changed places."
    assert np.array_equal(numbers, image), f"{asked} should be the image again, to the last number."


@test_case(name="`to_image` brings a preprocessed image back", points=1)
def case_2(env):
    with answers_in(env) as answer:
        test_there_and_back(answer("preprocess"), answer("to_image"), np.random.default_rng(3756687323))


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
