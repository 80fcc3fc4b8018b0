# Generated from test_public.py of w04_fine_tune_vgg16 by `autograder build`: change it there, not here.
# grader.check("q2") runs the cases below, in order.

import contextlib

import numpy as np
from otter.test_files import test_case

OK_FORMAT = False
name = "q2"
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


def check_model(model, asked):
    """A Keras model, as far as that can be seen from outside."""
    assert hasattr(model, "trainable_weights") and hasattr(model, "predict"), (
        f"{asked} should be a keras.Model; what came cannot be trained and predict."
    )


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


def test_likeliest_classes(top_predictions):
    """The likeliest classes of a blue and a red image, the best first."""
    names = ["dark", "blue", "green", "red"]
    images = np.concatenate([plain_image(60, 80, 250), plain_image(255, 150, 90)])
    came = top_predictions(colour_model(), images, names, top=2)
    assert isinstance(came, list) and len(came) == 2, "Two images should give a list of two lists."
    assert all(len(best) == 2 for best in came), "With top=2, each image should get two pairs."
    found = [[name for name, _ in best] for best in came]
    assert found != [["red", "green"], ["blue", "dark"]], (
        "Red and blue have changed places: was `preprocess` used?"
    )
    expected = [["blue", "dark"], ["red", "green"]]
    assert found == expected, f"The names should be {expected}; what came is {found}."
    shares = check_numbers([[share for _, share in best] for best in came], (2, 2), "The probabilities")
    assert np.allclose(shares, [[0.99999, 0.0], [0.99970, 0.0003]], atol=1e-3), (
        f"The probabilities should be about 1 and 0; what came is {np.round(shares, 4).tolist()}."
    )


@test_case(name="The likeliest classes of a blue and a red image, the best first", points=1)
def case_1(env):
    with answers_in(env) as answer:
        test_likeliest_classes(answer("top_predictions"))


def test_outputs_of_intermediate_layers(feature_extractor, rng):
    """A model that gives the outputs of two layers, in the order asked for."""
    model = colour_model()
    names = [model.layers[2].name, model.layers[1].name]
    extractor = feature_extractor(model, names)
    check_model(extractor, "feature_extractor(model, names)")
    x = rng.normal(size=(5, 2, 2, 3)).astype(np.float32)
    outputs = extractor.predict(x, verbose=0)
    assert len(outputs) == 2, f"Two names should give two outputs; what came is {len(outputs)}."
    check_numbers(outputs[0], (5, 4), "The output of the dense layer")
    means = check_numbers(outputs[1], (5, 3), "The output of the pooling layer")
    assert np.allclose(means, x.mean(axis=(1, 2)), atol=1e-5), "The pooling layer's output has other numbers."


@test_case(name="A model that gives the outputs of two layers, in the order asked for", points=1)
def case_2(env):
    with answers_in(env) as answer:
        test_outputs_of_intermediate_layers(answer("feature_extractor"), np.random.default_rng(1384883439))


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
