# Generated from test_public.py of w06_grad_cam by `autograder build`: change it there, not here.
# grader.check("q7") runs the cases below, in order.

import contextlib

import numpy as np
from otter.test_files import test_case

OK_FORMAT = False
name = "q7"
points = None


# A net of two channels that copies its image of 2\xd73 pixels: GAP and a dense layer, for two classes.
IMAGE = np.stack([[[1.0, 2.0, 0.0], [0.0, 3.0, 6.0]], [[0.0, 1.0, 2.0], [3.0, 0.0, 0.0]]], axis=-1)
KERNEL = np.array([[2.0, -1.0], [-3.0, 1.0]])
BIAS = np.array([0.5, -2.0])


def small_net(activation=None):
    """The net of the constants above."""
    import keras

    net = keras.Sequential(
        [
            keras.Input((2, 3, 2)),
            keras.layers.Conv2D(2, 1, name="copy"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(2, activation=activation),
        ]
    )
    net.set_weights([np.eye(2).reshape(1, 1, 2, 2), np.zeros(2), KERNEL, BIAS])
    return net


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


def test_mass_of_three_pixels(mass_on_object):
    """A map of three pixels, of which the object covers two."""
    mask = np.array([[True, False, True]])
    for heat_map, expected in ((np.array([[1.0, 3.0, 4.0]]), 0.625), (np.zeros((1, 3)), 0.0)):
        asked = f"mass_on_object({heat_map.tolist()}, {mask.tolist()})"
        came = check_numbers(mass_on_object(heat_map, mask), (), asked)
        assert np.isfinite(came), f"{asked} is not a number: a map of zeros has no mass at all, answer 0."
        assert np.isclose(came, expected, atol=1e-5), f"{asked} should be {expected}; it is {came:.4g}."


@test_case(name="A map of three pixels, of which the object covers two", points=1)
def case_1(env):
    with answers_in(env) as answer:
        test_mass_of_three_pixels(answer("mass_on_object"))


def test_cut_and_paste(on_new_backgrounds):
    """White objects on black backgrounds."""
    mask = np.array([[[True, False, False], [True, True, False]]])
    came = on_new_backgrounds(np.ones((1, 2, 3, 2)), mask, np.zeros((1, 2, 3, 2)))
    came = check_numbers(came, (1, 2, 3, 2), "on_new_backgrounds of one image of 2\xd73 pixels and 2 channels")
    swapped = np.array_equal(came[0, ..., 0], 1 - mask[0])
    assert not swapped, "Object and background are exchanged: the mask is True on the object."
    for channel in (0, 1):
        assert np.array_equal(came[0, ..., channel], mask[0]), (
            f"Channel {channel}: {beside(came[0, ..., channel], mask[0])}"
        )


@test_case(name="White objects on black backgrounds", points=1)
def case_2(env):
    with answers_in(env) as answer:
        test_cut_and_paste(answer("on_new_backgrounds"))


def test_accuracy_of_four_images(accuracy):
    """Three of four answers are right."""
    images = np.array([IMAGE, IMAGE[::-1], 0 * IMAGE, 2 * IMAGE])
    came = check_numbers(accuracy(small_net(), images, np.array([0, 0, 0, 1])), (), "accuracy of four images")
    assert np.isclose(came, 0.75), f"Three of the four answers are right: 0.75, not {came:.4g}."


@test_case(name="Three of four answers are right", points=1)
def case_3(env):
    with answers_in(env) as answer:
        test_accuracy_of_four_images(answer("accuracy"))


def test_verdict_has_the_right_form(looks_at):
    """The verdict names each detector, and each of the three things once."""
    form = (
        "a dictionary with the keys 'A', 'B', 'C' and the values 'object', 'background' and 'tag', once each"
    )
    assert isinstance(looks_at, dict), f"looks_at should be {form}; it is of type {type(looks_at).__name__}."
    assert sorted(looks_at) == ["A", "B", "C"], f"looks_at should be {form}."
    told = sorted(str(value) for value in looks_at.values())
    assert told == ["background", "object", "tag"], f"looks_at should be {form}; its values are {told}."


@test_case(name="The verdict names each detector, and each of the three things once", points=1)
def case_4(env):
    with answers_in(env) as answer:
        test_verdict_has_the_right_form(answer("looks_at"))


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
