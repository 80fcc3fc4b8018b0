# Generated from test_public.py of w05_unet by `autograder build`: change it there, not here.
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
        f"{asked} should be an array of numbers; what came is of type {kind}."
    )
    assert numbers.shape == shape, f"{asked} should have the shape {shape}; what came has {numbers.shape}."
    return numbers.astype(float)


def pixelwise_model(kernel, bias, activation):
    """A network of one 1\xd71 convolution: each pixel by itself."""
    import keras

    layer = keras.layers.Conv2D(1, 1, activation=activation)
    model = keras.Sequential([keras.Input((2, 2, 1)), layer])
    layer.set_weights([np.full((1, 1, 1, 1), kernel, "float32"), np.array([bias], "float32")])
    return model


def test_one_step_of_adam(train):
    """A network of a single weight: the loss before and after one step of Adam."""
    image = np.array([[0, 1], [1, 0]], dtype="float32").reshape(1, 2, 2, 1)
    images = np.repeat(image, 6, axis=0)
    model = pixelwise_model(0, 0, "sigmoid")
    losses = train(model, images, images, "binary_crossentropy", epochs=2, batch_size=6, learning_rate=0.1)
    came = check_numbers(losses, (2,), "train(\u2026, epochs=2)")
    assert abs(came[0] - 0.6931) < 1e-3, (
        f"At first all is 0.5, a loss of log 2 = 0.693; what came is {came[0]:.4f}."
    )
    assert came[1] < came[0] - 1e-5, "The loss has not fallen: the weights do not change."
    hint = "Adam's first step changes the weight by the learning rate, 0 to 0.1. One batch is one step."
    assert abs(came[1] - 0.6688) < 1e-3, f"Then the loss should be 0.6688; what came is {came[1]:.4f}. {hint}"


@test_case(name="A network of a single weight: the loss before and after one step of Adam", points=1)
def case_1(env):
    with answers_in(env) as answer:
        test_one_step_of_adam(answer("train"))


def test_predicted_masks_are_masks(predict_masks):
    """Predicted masks are booleans, True where the probability is over one half."""
    images = np.array([[[0.1, 0.6], [0.4, 0.9]], [[0.2, 0.3], [0.7, 0.45]]], dtype="float32")
    answer = predict_masks(pixelwise_model(1, 0, None), images[..., np.newaxis])
    came = check_numbers(answer, (2, 2, 2), "predict_masks of two pictures of 2\xd72 pixels")
    kind = np.asarray(answer).dtype
    assert kind.kind == "b", (
        f"Masks should be booleans, True where the probability is over 0.5; they are {kind}."
    )
    text = f"Probabilities\n{images}\nand the masks that came\n{came.astype(int)}"
    assert np.array_equal(came, images > 0.5), f"{text}\nTrue belongs where the probability is over 0.5."


@test_case(name="Predicted masks are booleans, True where the probability is over one half", points=1)
def case_2(env):
    with answers_in(env) as answer:
        test_predicted_masks_are_masks(answer("predict_masks"))


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
