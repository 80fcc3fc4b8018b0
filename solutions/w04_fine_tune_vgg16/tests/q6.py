# Generated from test_public.py of w04_fine_tune_vgg16 by `autograder build`: change it there, not here.
# grader.check("q6") runs the cases below, in order.

import contextlib

import numpy as np
from otter.test_files import test_case

OK_FORMAT = False
name = "q6"
points = None


VGG16_BLOCK5 = 7_079_424
HEAP_SIZE = 6


def check_model(model, asked):
    """A Keras model, as far as that can be seen from outside."""
    assert hasattr(model, "trainable_weights") and hasattr(model, "predict"), (
        f"{asked} should be a keras.Model; what came cannot be trained and predict."
    )


def numbers_in(weights):
    """How many numbers there are in a list of arrays."""
    return sum(int(np.size(weight)) for weight in weights)


def test_vgg16_with_block_5_unfrozen(vgg16_block5):
    """VGG16 with block 5 and the head trainable."""
    check_model(vgg16_block5, "vgg16_block5")
    trainable = numbers_in(vgg16_block5.trainable_weights)
    head = 512 * HEAP_SIZE + HEAP_SIZE
    assert trainable != head, f"Only the head's {head:,} parameters are trainable: is block 5 still frozen?"
    assert trainable != VGG16_BLOCK5, "Block 5 is trainable, but the head is not."
    assert trainable == VGG16_BLOCK5 + head, (
        f"Block 5 has {VGG16_BLOCK5:,} parameters and the head {head:,}; yours has {trainable:,} trainable."
    )
    assert vgg16_block5.optimizer is not None, "vgg16_block5 should be compiled."
    rate = float(vgg16_block5.optimizer.learning_rate)
    assert 0 < rate < 1e-3, f"For fine-tuning the learning rate should be low, such as 1e-5; it is {rate:g}."


@test_case(name="VGG16 with block 5 and the head trainable", points=1)
def case_1(env):
    with answers_in(env) as answer:
        test_vgg16_with_block_5_unfrozen(answer("vgg16_block5"))


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
