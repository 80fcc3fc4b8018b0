# Generated from test_public.py of w05_unet by `autograder build`: change it there, not here.
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
        f"{asked} should be an array of numbers; what came is of type {kind}."
    )
    assert numbers.shape == shape, f"{asked} should have the shape {shape}; what came has {numbers.shape}."
    return numbers.astype(float)


def parameters(model, input_shape):
    """How many parameters a model has."""
    model(np.zeros((1, *input_shape), dtype="float32"))
    return sum(weight.size for weight in model.get_weights())


def test_number_of_parameters(unet):
    """The number of parameters of three U-Nets, the first one counted above."""
    shape = (8, 8, 1)
    came = parameters(unet(shape, filters=2, depth=1), shape)
    hint = (
        "That many has one without skips, or whose skips are added instead of concatenated."
        if came == 395
        else ""
    )
    assert came == 431, f"Two filters, depth 1: expected 431 parameters; it has {came}. {hint}"
    came = parameters(unet((12, 8, 3), filters=4, depth=2), (12, 8, 3))
    assert came == 7469, f"Three channels, 4 filters, depth 2: expected 7,469 parameters; it has {came:,}."
    came = parameters(unet((16, 16, 1)), (16, 16, 1))
    assert came == 120681, (
        f"8 filters and depth 3, the defaults: expected 120,681 parameters; it has {came:,}."
    )


@test_case(name="The number of parameters of three U-Nets, the first one counted above", points=1)
def case_1(env):
    with answers_in(env) as answer:
        test_number_of_parameters(answer("unet"))


def test_probability_for_each_pixel(unet, rng):
    """One probability for each pixel of each picture."""
    model = unet((8, 12, 1), filters=2, depth=2)
    answer = model(rng.uniform(-3, 3, size=(3, 8, 12, 1)).astype("float32"))
    came = check_numbers(answer, (3, 8, 12, 1), "The output for a batch of shape (3, 8, 12, 1)")
    assert not np.allclose(came, 1, atol=1e-5), (
        "Every probability is 1: softmax over a single channel. Use a sigmoid."
    )
    assert came.min() > 0 and came.max() < 1, "The output should be probabilities, between 0 and 1."


@test_case(name="One probability for each pixel of each picture", points=1)
def case_2(env):
    with answers_in(env) as answer:
        test_probability_for_each_pixel(answer("unet"), np.random.default_rng(173646803))


def test_skip_at_full_resolution(unet):
    """With the bottom switched off, the output still follows the image pixel by pixel."""
    image = np.array([[1, 0, 0, 0], [0, 0, 0, 0], [0, 1, 0, 0], [1, 0, 0, 1]], dtype="float32")
    model = unet((4, 4, 1), filters=2, depth=1)
    model(image.reshape(1, 4, 4, 1))
    transparent = []
    for weight in model.get_weights():
        new = np.zeros_like(weight)
        if weight.ndim == 4 and weight.shape[:2] == (3, 3) and weight.shape[3] == 2:
            new[1, 1] = 1 / weight.shape[2]
        elif weight.ndim == 4 and weight.shape[:2] == (1, 1):
            new[:] = 1
        transparent.append(new)
    model.set_weights(transparent)
    came = check_numbers(model(image.reshape(1, 4, 4, 1)), (1, 4, 4, 1), "The output")[0, ..., 0]
    switched_off = "All convolutions with 4 filters were set to 0, the others to pass on each pixel as it is."
    assert np.ptp(came) > 1e-6, f"{switched_off} The output is constant: no skip reaches it."
    followed = np.allclose(came[image == 1], came.max()) and np.allclose(came[image == 0], came.min())
    assert followed, f"{switched_off} The output does not follow the image. Is the skip taken before pooling?"


@test_case(name="With the bottom switched off, the output still follows the image pixel by pixel", points=1)
def case_3(env):
    with answers_in(env) as answer:
        test_skip_at_full_resolution(answer("unet"))


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
