"""For week 2: your answers drawn beside what Keras makes of the same layer, and digits for the last question.

Nothing in here is needed to answer a question. Wherever your answer and Keras differ, you see red.
"""

from contextlib import contextmanager
from functools import wraps
from itertools import zip_longest

import keras
import matplotlib.pyplot as plt
import numpy as np
import sklearn.datasets

GREEN, RED, BLUE = "tab:green", "red", "tab:blue"
CANVAS, DIGIT = 12, 8
PARTS = {"training": slice(0, 1000), "validation": slice(1000, 1300)}

KERAS = {
    "conv2d": keras.layers.Conv2D,
    "max_pooling2d": keras.layers.MaxPooling2D,
    "flatten": keras.layers.Flatten,
    "dense": keras.layers.Dense,
    "batch_normalization": keras.layers.BatchNormalization,
    "depthwise_conv2d": keras.layers.DepthwiseConv2D,
    "separable_conv2d": keras.layers.SeparableConv2D,
    "conv2d_transpose": keras.layers.Conv2DTranspose,
}


@contextmanager
def picture_of(question):
    """Draw a picture, or say which question to answer first.

    What is still to be written raises NotImplementedError. Every other error is yours, and is shown.
    """
    try:
        yield
    except NotImplementedError as error:
        if not is_unanswered(error):
            raise
        plt.close("all")
        print(f"Answer {question} first, then run this cell again: a picture will be here.")


def is_unanswered(error):
    """Whether a question that is still open has raised this; TensorFlow has this kind of error, too."""
    return not str(error) or "Write your answer to" in str(error)


def answered(value):
    """`value`, or NotImplementedError while it is still `...`."""
    if value is Ellipsis:
        raise NotImplementedError
    return value


def keras_size(size, kernel, stride=1, padding="valid", dilation=1):
    """What Keras says to question 1 (not for a stride and a dilation at once)."""
    layer = keras.layers.Conv1D(1, kernel, strides=stride, padding=padding, dilation_rate=dilation)
    return layer.compute_output_shape((None, size, 1))[1]


def keras_layer(kind, input_shape, **arguments):
    """Build a Keras layer and look at it: (output shape, number of parameters)."""
    layer = KERAS[kind](**arguments)
    output = layer(keras.Input(input_shape))
    return tuple(output.shape[1:]), layer.count_params()


def or_keras(function):
    """`function`, or for as long as it is not written the Keras layer of that name: slow, and hungry."""

    @wraps(function)
    def ask(input_shape, **arguments):
        try:
            return function(input_shape, **arguments)
        except NotImplementedError as error:
            if not is_unanswered(error):
                raise
            return keras_layer(function.__name__, input_shape, **arguments)

    return ask


def show_windows(axis, count, size, kernel, stride=1, padding="valid", dilation=1):
    """Every place of a kernel along `size` pixels, of which you say that there are `count`.

    Top: the pixels, grey, between the zeros that Keras adds, white. Each row below is one place; its squares
    are the entries of the kernel. Red and filled: a place too many. Red and empty: one that you left out.
    """
    right = keras_size(size, kernel, stride, padding, dilation)
    zeros = max((right - 1) * stride + dilation * (kernel - 1) + 1 - size, 0) if padding == "same" else 0
    for pixel in range(-(zeros // 2), size + zeros - zeros // 2):
        _square(axis, pixel, 0, "0.75" if 0 <= pixel < size else "white", "0.4")
    for place in range(max(int(count), right)):
        color = BLUE if place < min(count, right) else RED
        for entry in range(kernel):
            column = place * stride + entry * dilation - zeros // 2
            _square(axis, column, place + 1.5, color if place < count else "white", color)
    axis.set(xlim=(-4, 15), ylim=(12.2, -0.7))
    axis.set_axis_off()
    options = f"N = {size}, K = {kernel}, stride {stride}, {padding}"
    _title(
        axis, f"{options}{f', dilation {dilation}' if dilation > 1 else ''}\nyou say {count}", count == right
    )


def show_layer(axis, function, image, **arguments):
    """A layer's first feature map of an image, to scale, in a frame of the size that `function` predicts.

    The layer is Keras' own, fresh, with random weights. Frame and title are red where you and Keras differ.
    """
    shape, count = function(image.shape, **arguments)
    count = np.asarray(count).item()
    layer = KERAS[function.__name__](**arguments)
    maps = np.asarray(layer(image[np.newaxis].astype("float32")))[0]
    axis.imshow(maps[..., 0], cmap="gray")
    color = GREEN if tuple(shape) == maps.shape else RED
    axis.add_patch(plt.Rectangle((-0.5, -0.5), shape[1], shape[0], fill=False, ec=color, lw=3))
    side = max(*maps.shape[:2], *shape[:2], *image.shape[:2])
    axis.set(xlim=(-0.03 * side, 1.03 * side), ylim=(1.03 * side, -0.03 * side))
    axis.set_axis_off()
    options = "\n".join(f"{name} = {value}" for name, value in arguments.items())
    right = (tuple(shape), count) == (maps.shape, layer.count_params())
    _title(axis, f"{function.__name__}\n{options}\nyou: {tuple(shape)}, {count:,}", right)


def show_table(axis, header, rows, expected):
    """A table of yours. An entry that should be another one is red."""
    text, colors = [], []
    for row, right in zip_longest(rows, expected, fillvalue=("missing",) * len(header)):
        text.append([f"{entry:,}" if isinstance(entry, int) else str(entry) for entry in row])
        pairs = zip(map(_as_tuple, row), map(_as_tuple, right), strict=True)
        colors.append(["white" if yours == other else "salmon" for yours, other in pairs])
    drawn = axis.table(text, cellColours=colors, colLabels=header, loc="upper center", cellLoc="right")
    drawn.auto_set_font_size(False)
    drawn.set_fontsize(9)
    drawn.auto_set_column_width(range(len(header)))
    axis.set_axis_off()


def show_bars(axis, names, values, title):
    """One bar for each layer of VGG16, in the colours of the picture on top of the notebook."""
    colors = {"conv2d": BLUE, "max_pooling2d": "tab:orange", "dense": GREEN}
    axis.bar(range(len(values)), values, color=[colors.get(name, "gray") for name in names])
    axis.set_xticks(range(len(values)), names, rotation=90, fontsize=8)
    axis.set_title(title, fontsize=11)


def digits(generator, part="training", copies=1):
    """Scanned digits, each at a random place of a larger picture, with a little noise.

    The digits are the 1,797 of `sklearn.datasets.load_digits`, of 8×8 pixels (E. Alpaydin and C. Kaynak,
    Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, CC BY 4.0), in the order of
    the people who wrote them. The hidden tests use the last 497, which are in no part here.

    Arguments:
        generator: a numpy.random.Generator.
        part: "training" (1,000 digits) or "validation" (300 others).
        copies: how often each digit is drawn, at another place each time.

    Returns:
        images of shape (n, 12, 12, 1), from 0 to about 1, and labels of shape (n,), from 0 to 9.
    """
    data = sklearn.datasets.load_digits()
    scans, labels = (
        np.repeat(array[PARTS[part]], copies, axis=0) for array in (data.images / 16, data.target)
    )
    images = generator.normal(scale=0.05, size=(len(scans), CANVAS, CANVAS, 1))
    places = generator.integers(0, CANVAS - DIGIT + 1, size=(len(scans), 2))
    for image, scan, (row, column) in zip(images, scans, places, strict=True):
        image[row : row + DIGIT, column : column + DIGIT, 0] += scan
    return images.astype("float32"), labels


def trained(net, epochs=4):
    """Train `net` on the training digits: the same recipe for everybody, a few seconds.

    Returns:
        the net itself, and its accuracy on the validation digits after each epoch.
    """
    images, labels = digits(np.random.default_rng(1), "training", copies=4)
    rate = keras.optimizers.schedules.CosineDecay(0.01, epochs * len(images) // 32)
    net.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    validation = digits(np.random.default_rng(2), "validation")
    history = net.fit(
        images, labels, 32, epochs, verbose=0, validation_data=validation, validation_batch_size=300
    )
    return net, history.history["val_accuracy"]


def _square(axis, column, row, face, edge):
    axis.add_patch(plt.Rectangle((column - 0.42, row - 0.42), 0.84, 0.84, fc=face, ec=edge, lw=1))


def _as_tuple(entry):
    return tuple(entry) if isinstance(entry, list) else entry


def _title(axis, text, right):
    axis.set_title(text, fontsize=8, color="black" if right else RED)
