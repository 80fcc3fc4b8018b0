# Generated from test_public.py of w02_parameter_counts by `autograder build`: change it there, not here.
# grader.check("q4") runs the cases below, in order.

import contextlib

import numpy as np
from otter.test_files import test_case

OK_FORMAT = False
name = "q4"
points = None


def is_whole(number):
    """Whether this is an integer: of Python, of NumPy, or an array or tensor of no axes."""
    if isinstance(number, int | np.integer):
        return not isinstance(number, bool)
    return getattr(number, "shape", None) == () and np.asarray(number).dtype.kind in "iu"


def sizes_in(shape):
    """The sizes in a shape as integers; none where it is no shape."""
    try:
        sizes = tuple(shape)
    except TypeError:
        return ()
    return tuple(int(size) for size in sizes) if all(is_whole(size) for size in sizes) else ()


def check_whole(answer, asked):
    """The answer as an int, after a look at its type."""
    kind = type(answer).__name__
    assert is_whole(answer), f"{asked} should be an integer; what came is {answer!r}, of type {kind}."
    return int(answer)


def check_pair(answer, asked):
    """The two parts of an answer (output_shape, parameters)."""
    right = isinstance(answer, tuple | list) and len(answer) == 2
    assert right, f"{asked} should be a pair (output_shape, parameters); what came is {answer!r}."
    return answer


def check_shape(answer, expected, asked):
    """Compare the output shape of an answer (output_shape, parameters)."""
    shape = check_pair(answer, asked)[0]
    sizes = sizes_in(shape)
    assert sizes, f"The output shape of {asked} should be a tuple of integers; what came is {shape!r}."
    same = sizes == expected
    assert same, f"The output shape of {asked} should be {expected}; what came is {sizes}."


def check_count(answer, expected, asked, mistakes=()):
    """Compare the number of parameters; `mistakes` are pairs of a likely wrong number and what it means."""
    count = check_whole(check_pair(answer, asked)[1], f"The number of parameters of {asked}")
    hint = dict(mistakes).get(count, "")
    text = f"{asked} has {expected:,} parameters; what came is {count:,}."
    assert count == expected, f"{text} {hint}".strip()


def test_separable_layer_of_the_lecture(depthwise_conv2d, separable_conv2d):
    """From 32 to 64 channels: 2,400 parameters, where a standard convolution has 18,496."""
    shape, asked = (28, 28, 32), "depthwise_conv2d((28, 28, 32), (3, 3))"
    came = depthwise_conv2d(shape, (3, 3))
    check_shape(came, (26, 26, 32), asked)
    check_count(
        came, 320, asked, ((9248, "Each channel has a kernel of its own and sees no other channel."),)
    )
    asked = "separable_conv2d((28, 28, 32), 64, (3, 3))"
    came = separable_conv2d(shape, 64, (3, 3))
    check_shape(came, (26, 26, 64), asked)
    mistakes = (
        (2432, "The biases are counted twice: the depthwise step has none."),
        (2336, "The biases of the pointwise step are missing."),
        (18496, "That is a standard convolution."),
    )
    check_count(came, 2400, asked, mistakes)


@test_case(name="From 32 to 64 channels: 2,400 parameters, where a standard convolution has 18,496", points=1)
def case_1(env):
    with answers_in(env) as answer:
        test_separable_layer_of_the_lecture(answer("depthwise_conv2d"), answer("separable_conv2d"))


def test_transposed_layer_doubles_an_image(conv2d_transpose):
    """A transposed convolution of stride 2 makes an image twice as large."""
    for kernel_size, count in (((2, 2), 4128), ((3, 3), 9248)):
        asked = f"conv2d_transpose((14, 10, 32), 32, {kernel_size}, strides=(2, 2), padding='same')"
        came = conv2d_transpose((14, 10, 32), 32, kernel_size, strides=(2, 2), padding="same")
        check_shape(came, (28, 20, 32), asked)
        check_count(came, count, asked, ((count - 32, "The biases are missing."),))


@test_case(name="A transposed convolution of stride 2 makes an image twice as large", points=1)
def case_2(env):
    with answers_in(env) as answer:
        test_transposed_layer_doubles_an_image(answer("conv2d_transpose"))


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
