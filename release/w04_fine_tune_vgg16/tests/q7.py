# Generated from test_public.py of w04_fine_tune_vgg16 by `autograder build`: change it there, not here.
# grader.check("q7") runs the cases below, in order.

import contextlib

import numpy as np
from otter.test_files import test_case

OK_FORMAT = False
name = "q7"
points = None


HEAP_SIZE = 6


def check_model(model, asked):
    """A Keras model, as far as that can be seen from outside."""
    assert hasattr(model, "trainable_weights") and hasattr(model, "predict"), (
        f"{asked} should be a keras.Model; what came cannot be trained and predict."
    )


def numbers_in(weights):
    """How many numbers there are in a list of arrays."""
    return sum(int(np.size(weight)) for weight in weights)


def colour_model():
    """Says which of the four classes dark, blue, green and red an image is, from its preprocessed means."""
    import keras

    inputs = keras.Input((2, 2, 3))
    means = keras.layers.GlobalAveragePooling2D()(inputs)
    model = keras.Model(inputs, keras.layers.Dense(4, activation="softmax")(means))
    model.set_weights(
        [np.array([[0, 0.1, 0, 0], [0, 0, 0.1, 0], [0, 0, 0, 0.1]]), np.array([2.0, 0.0, 0.0, 0.0])]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def plain_image(red, green, blue):
    """A batch of one image of 2\xd72 pixels of one colour."""
    return np.full((1, 2, 2, 3), (red, green, blue), dtype=np.uint8)


def test_accuracy_of_a_model(accuracy):
    """Two of three images are classified right: 2/3."""
    images = np.concatenate([plain_image(60, 80, 250), plain_image(255, 100, 90), plain_image(0, 0, 0)])
    came = float(accuracy(colour_model(), images, np.array([1, 3, 2])))
    assert abs(came - 1 / 3) > 1e-6, (
        "1/3, but two of the three are right: were the images preprocessed, once?"
    )
    assert abs(came - 2 / 3) < 1e-6, f"Two of three images are right, so 0.667; what came is {came:.3g}."


@test_case(name="Two of three images are classified right: 2/3", points=1)
def case_1(env):
    with answers_in(env) as answer:
        test_accuracy_of_a_model(answer("accuracy"))


def test_what_is_trainable_in_the_four_models(frozen, fine_tuned, from_scratch, random_frozen):
    """The four models: 74,000 parameters each, and as many of them trainable as there should be."""
    head = 64 * HEAP_SIZE + HEAP_SIZE
    base, block4 = 73_608, 55_424
    for name, model, expected in (
        ("frozen", frozen, head),
        ("fine_tuned", fine_tuned, block4 + head),
        ("from_scratch", from_scratch, base + head),
        ("random_frozen", random_frozen, head),
    ):
        check_model(model, name)
        total, trainable = int(model.count_params()), numbers_in(model.trainable_weights)
        assert total == base + head, (
            f"{name}: mini-VGG and a head have {base + head:,} parameters, yours {total:,}."
        )
        assert trainable == expected, (
            f"{name} should have {expected:,} trainable parameters; it has {trainable:,}."
        )


@test_case(name="The four models: 74,000 parameters each, and as many of them trainable as there should be", points=1)
def case_2(env):
    with answers_in(env) as answer:
        test_what_is_trainable_in_the_four_models(answer("frozen"), answer("fine_tuned"), answer("from_scratch"), answer("random_frozen"))


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
