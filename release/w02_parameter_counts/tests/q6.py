# Generated from test_public.py of w02_parameter_counts by `autograder build`: change it there, not here.
# grader.check("q6") runs the cases below, in order.

import contextlib

import numpy as np
from otter.test_files import test_case

OK_FORMAT = False
name = "q6"
points = None


DECK_ROWS = [
    ("input", (224, 224, 3), 0),
    ("conv2d", (224, 224, 64), 1792),
    ("conv2d", (224, 224, 64), 36928),
    ("max_pooling2d", (112, 112, 64), 0),
    ("conv2d", (112, 112, 128), 73856),
    ("conv2d", (112, 112, 128), 147584),
    ("max_pooling2d", (56, 56, 128), 0),
    ("conv2d", (56, 56, 256), 295168),
    ("conv2d", (56, 56, 256), 590080),
    ("conv2d", (56, 56, 256), 590080),
    ("max_pooling2d", (28, 28, 256), 0),
    ("conv2d", (28, 28, 512), 1180160),
    ("conv2d", (28, 28, 512), 2359808),
    ("conv2d", (28, 28, 512), 2359808),
    ("max_pooling2d", (14, 14, 512), 0),
    ("conv2d", (14, 14, 512), 2359808),
    ("conv2d", (14, 14, 512), 2359808),
    ("conv2d", (14, 14, 512), 2359808),
    ("max_pooling2d", (7, 7, 512), 0),
    ("flatten", (25088,), 0),
    ("dense", (4096,), 102764544),
    ("dense", (4096,), 16781312),
    ("dense", (1000,), 4097000),
]
CIFAR_NET = [
    {"layer": "conv2d", "filters": 32, "kernel_size": (3, 3)},
    {"layer": "max_pooling2d"},
    {"layer": "conv2d", "filters": 32, "kernel_size": (3, 3)},
    {"layer": "max_pooling2d"},
    {"layer": "flatten"},
    {"layer": "dense", "units": 512},
    {"layer": "dense", "units": 10},
]


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


def check_rows(rows, count, asked):
    """The rows of a table as triples, after a look at their type and number."""
    kind = type(rows).__name__
    assert isinstance(rows, list | tuple), f"{asked} should give a list of rows; what came is of type {kind}."
    for row in rows:
        triple = isinstance(row, tuple | list) and len(row) == 3 and sizes_in(row[1])
        assert triple, f"A row of {asked} should be (name, output_shape, parameters); what came is {row!r}."
    assert len(rows) == count, (
        f"{asked} should give {count} rows, the input first; what came are {len(rows)}."
    )
    return [
        (name, sizes_in(shape), check_whole(number, "A number of parameters")) for name, shape, number in rows
    ]


def test_table_of_the_lecture_network(table, trainable_parameters):
    """The lecture's network for CIFAR-10: 605,610 parameters, 612,394 with batch normalisation."""
    normed = [*CIFAR_NET]
    for place in (2, 6, 8):
        normed.insert(place, {"layer": "batch_normalization"})
    for network, total, trainable, what in (
        (CIFAR_NET, 605610, 605610, "the network"),
        (normed, 612394, 609002, "the network with batch normalisation"),
    ):
        layers = [dict(layer) for layer in network]
        rows = check_rows(table(layers, (32, 32, 3)), len(network) + 1, f"table of {what}")
        assert layers == network, f"table should leave its dictionaries as they are; now they are {layers}."
        names = [name for name, _, _ in rows]
        expected = ["input", *(layer["layer"] for layer in network)]
        assert names == expected, (
            f"The names in the table of {what} should be {expected}; what came is {names}."
        )
        came = sum(number for _, _, number in rows)
        assert came == total, f"In all, {what} has {total:,} parameters; what came is {came:,}."
        came = check_whole(trainable_parameters(layers, (32, 32, 3)), "trainable_parameters")
        assert came == trainable, (
            f"Of {what}, training changes {trainable:,} parameters; what came is {came:,}."
        )


@test_case(name="The lecture's network for CIFAR-10: 605,610 parameters, 612,394 with batch normalisation", points=1)
def case_1(env):
    with answers_in(env) as answer:
        test_table_of_the_lecture_network(answer("table"), answer("trainable_parameters"))


def test_table_of_vgg16(vgg, table):
    """VGG16: the 23 rows of the lecture and 138,357,544 parameters, 14,714,688 without its top."""
    blocks = [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]
    rows = check_rows(table(vgg(blocks), (224, 224, 3)), 23, "table of VGG16")
    for number, (row, expected) in enumerate(zip(rows, DECK_ROWS, strict=True)):
        assert row == expected, f"Row {number} of VGG16 should be {expected}; what came is {row}."
    rows = check_rows(table(vgg(blocks, top=()), (224, 224, 3)), 19, "table of VGG16 without its top")
    total = sum(number for _, _, number in rows)
    assert total == 14714688, f"Without its top, VGG16 has 14,714,688 parameters; what came is {total:,}."


@test_case(name="VGG16: the 23 rows of the lecture and 138,357,544 parameters, 14,714,688 without its top", points=2)
def case_2(env):
    with answers_in(env) as answer:
        test_table_of_vgg16(answer("vgg"), answer("table"))


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
