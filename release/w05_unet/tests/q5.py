# Generated from test_public.py of w05_unet by `autograder build`: change it there, not here.
# grader.check("q5") runs the cases below, in order.

import contextlib

import numpy as np
from otter.test_files import test_case

OK_FORMAT = False
name = "q5"
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


def check_parts(answer, count, asked):
    """The parts of an answer that should be a tuple."""
    kind = type(answer).__name__
    assert isinstance(answer, (tuple, list)), (
        f"{asked} should return {count} things; what came is of type {kind}."
    )
    assert len(answer) == count, f"{asked} should return {count} things; what came are {len(answer)}."
    return answer


def test_quarter_turn(rotate, rng):
    """By 90\xb0 counter-clockwise: the upper right corner becomes the upper left one."""
    image = rng.uniform(size=(6, 6, 2))
    mask = (rng.uniform(size=(6, 6, 1)) < 0.5).astype("float32")
    came, came_mask = check_parts(rotate(image, mask, 90), 2, "rotate")
    came = check_numbers(came, (6, 6, 2), "The rotated image")
    came_mask = check_numbers(came_mask, (6, 6, 1), "The rotated mask")
    wrong_way = np.allclose(came, np.rot90(image, -1), atol=1e-5)
    assert not wrong_way, "The image is turned clockwise; 90\xb0 should be counter-clockwise."
    assert np.allclose(came, np.rot90(image), atol=1e-5), "The image turned by 90\xb0 is wrong."
    assert not np.allclose(came_mask, mask), "The mask is not turned."
    assert np.allclose(came_mask, np.rot90(mask), atol=1e-5), "The mask is not turned like the image."


@test_case(name="By 90\xb0 counter-clockwise: the upper right corner becomes the upper left one", points=1)
def case_1(env):
    with answers_in(env) as answer:
        test_quarter_turn(answer("rotate"), np.random.default_rng(2183881677))


def test_image_and_mask_stay_together(augment, rng):
    """A mask that equals its image still does, whatever happens to both."""
    mask = np.zeros((40, 48, 1), dtype="float32")
    mask[8:30, 10:38] = 1
    mask[8:18, 10:24] = 0
    for seed in range(12):
        parts = check_parts(augment(mask.copy(), mask.copy(), 32, 25, seed), 2, "augment")
        image = check_numbers(parts[0], (32, 32, 1), "The augmented image")
        came = check_numbers(parts[1], (32, 32, 1), "The augmented mask")
        assert set(np.unique(came)) <= {0, 1}, "A mask has other values than 0 and 1. Was it interpolated?"
        apart = np.mean((image > 0.5) != (came > 0.5))
        hint = "Do both get the same flip, the same angle and the same window?"
        assert apart < 0.03, f"Image and mask no longer fit: {apart:.0%} of the pixels differ. {hint}"


@test_case(name="A mask that equals its image still does, whatever happens to both", points=1)
def case_2(env):
    with answers_in(env) as answer:
        test_image_and_mask_stay_together(answer("augment"), np.random.default_rng(4174599288))


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
