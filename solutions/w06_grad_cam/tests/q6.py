# Generated from test_public.py of w06_grad_cam by `autograder build`: change it there, not here.
# grader.check("q6") runs the cases below, in order.

import contextlib

import numpy as np
from otter.test_files import test_case

OK_FORMAT = False
name = "q6"
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


def test_rank_correlation(rank_correlation):
    """Ranks count, not values; equal values share their mean rank."""
    ascending = np.array([[1.0, 2.0], [3.0, 40.0]])
    for map_b, expected in (
        (ascending**3, 1.0),
        (-ascending, -1.0),
        (np.array([[0.0, 0.0], [5.0, 9.0]]), 0.9486833),
    ):
        asked = f"rank_correlation({ascending.tolist()}, {map_b.tolist()})"
        came = check_numbers(rank_correlation(ascending, map_b), (), asked)
        assert np.isclose(came, expected, atol=1e-5), f"{asked} should be {expected:.4f}; it is {came:.4f}."


@test_case(name="Ranks count, not values; equal values share their mean rank", points=1)
def case_1(env):
    with answers_in(env) as answer:
        test_rank_correlation(answer("rank_correlation"))


def test_randomised_touches_the_named_layer_only(randomised):
    """Only the named layers change, and keep their numbers in another order."""
    import keras

    net = keras.Sequential(
        [
            keras.Input((4, 4, 1)),
            keras.layers.Conv2D(20, 3, name="one"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(3, name="two"),
        ]
    )
    net.set_weights([np.arange(180.0).reshape(3, 3, 1, 20), np.arange(20.0), np.ones((20, 3)), np.ones(3)])
    weights = {name: net.get_layer(name).get_weights() for name in ("one", "two")}
    copy = randomised(net, ["one"], seed=1)
    for name, arrays in weights.items():
        came = copy.get_layer(name).get_weights()
        for before, after in zip(arrays, came, strict=True):
            numbers = check_numbers(after, before.shape, f"An array of weights of layer {name!r}")
            same = np.array_equal(numbers, before)
            assert same == (name == "two"), (
                f"layer_names=['one']: layer {name!r} should {'stay as it is' if name == 'two' else 'change'}"
            )
            assert np.array_equal(np.sort(numbers, axis=None), np.sort(before, axis=None)), (
                f"Layer {name!r} should keep its numbers, in another order; there are new ones."
            )


@test_case(name="Only the named layers change, and keep their numbers in another order", points=1)
def case_2(env):
    with answers_in(env) as answer:
        test_randomised_touches_the_named_layer_only(answer("randomised"))


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
