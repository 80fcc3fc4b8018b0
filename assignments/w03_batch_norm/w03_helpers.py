"""Week 3's patches and digits, plain gradient descent, and drawing: pictures that wait for their question.

Nothing in here is needed to answer a question.
"""

from contextlib import contextmanager
from functools import cache

import keras
import matplotlib.pyplot as plt
import numpy as np
import skimage.data
import sklearn.datasets
import tensorflow as tf

COLOURS = ("tab:blue", "tab:orange", "tab:purple", "tab:red")


@contextmanager
def picture_of(question):
    """Draw a picture, or say which question to answer first. Every error but that is yours, and is shown."""
    try:
        yield
    except NotImplementedError as error:
        if str(error) and "Write your answer to" not in str(error):
            raise
        plt.close("all")
        print(f"Answer {question} first, then run this cell again: a picture will be here.")


def texture_patches(count, size, seed):
    """Patches from the photographs of brick, grass and gravel in scikit-image, in turn.

    Returns:
        array of shape (count, size, size, 1) of floats from 0 (black) to 255 (white).
    """
    generator = np.random.default_rng(seed)
    photos = _textures()
    patches = []
    for number in range(count):
        row, column = generator.integers(0, 512 - size, size=2)
        patches.append(photos[number % 3][row : row + size, column : column + size])
    return np.array(patches, dtype=float)[..., np.newaxis]


@cache
def _textures():
    return [skimage.data.brick(), skimage.data.grass(), skimage.data.gravel()]


def digits():
    """Handwritten digits from scikit-learn: 960 to train with, 837 others to see how well that worked.

    Returns:
        images (960, 8, 8, 1), labels (960,), new images (837, 8, 8, 1), new labels (837,). Images are float32
        from 0 to 1, labels integers.
    """
    data = sklearn.datasets.load_digits()
    images = (data.images / 16).astype(np.float32)[..., np.newaxis]
    return images[:960], data.target[:960], images[960:], data.target[960:]


def learning_curves(network, data, rates, epochs=8, batch_size=32):
    """Train a network once for each learning rate, by plain gradient descent, always from the same start.

    Afterwards the network has the weights of the rate that came to the lowest loss.

    Arguments:
        network: Keras model that maps images to scores, one per class.
        data: images, labels, new images and new labels, as `digits()` returns them.
        rates: the learning rates.

    Returns:
        losses: array of shape (len(rates), epochs), the mean of the loss in each epoch.
        accuracies: array of shape (len(rates),), the share of the new images that is classified right.
    """
    images, labels, new_images, new_labels = data
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    @tf.function
    def train_for_one_epoch(batches, rate):
        total = 0.0
        for batch in batches:
            with tf.GradientTape() as tape:
                scores = network(tf.gather(images, batch), training=True)
                loss = loss_of(tf.gather(labels, batch), scores)
            gradients = tape.gradient(loss, network.trainable_variables)
            for weights, gradient in zip(network.trainable_variables, gradients, strict=True):
                weights.assign_sub(rate * gradient)
            total += loss
        return total / len(batches)

    start = network.get_weights()
    losses, accuracies, ends = np.zeros((len(rates), epochs)), np.zeros(len(rates)), []
    for index, rate in enumerate(rates):
        network.set_weights(start)
        generator = np.random.default_rng(0)
        for epoch in range(epochs):
            batches = generator.permutation(len(images)).reshape(-1, batch_size)
            losses[index, epoch] = train_for_one_epoch(tf.constant(batches), tf.constant(rate, tf.float32))
        answers = np.argmax(network(new_images, training=False), axis=1)
        accuracies[index] = np.mean(answers == new_labels)
        ends.append(network.get_weights())
    network.set_weights(ends[int(np.argmin(np.nan_to_num(losses[:, -1], nan=np.inf)))])
    return losses, accuracies


def numerical_gradient(function, x, step=1e-5):
    """Gradient at `x` of `function`, from an array to a number, by central differences: an array like `x`."""
    x = np.array(x, dtype=float)
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        value = x[index]
        x[index] = value + step
        above = function(x)
        x[index] = value - step
        gradient[index] = (above - function(x)) / (2 * step)
        x[index] = value
    return gradient


def show(axis, image, title="", limits=None):
    """A grey image without ticks. `limits` are the values of black and white, by default the image's own."""
    low, high = limits or (None, None)
    axis.imshow(np.squeeze(image), cmap="gray", vmin=low, vmax=high, interpolation="nearest")
    _label(axis, title)


def show_signed(axis, image, title="", limit=None):
    """An image of positive (red), zero (white) and negative (blue) numbers; `limit` gets full colour."""
    limit = limit or np.abs(image).max() or 1
    axis.imshow(np.squeeze(image), cmap="RdBu_r", vmin=-limit, vmax=limit, interpolation="nearest")
    _label(axis, title)


def show_share(axis, share, title="", ring=None):
    """How many of a pixel's channels have changed, from 0 (white) to 1 (red); a ring around one pixel."""
    axis.imshow(share, cmap="Reds", vmin=0, vmax=1, interpolation="nearest")
    if ring is not None:
        axis.plot(ring[1], ring[0], "o", ms=13, mfc="none", mec="black", mew=1.5)
    _label(axis, title)


def show_histogram(axis, values, title, limits=None):
    """How often each value comes; mean and standard deviation stand below."""
    values = np.ravel(values)
    axis.hist(values, bins=60, range=limits, color="0.6")
    axis.set_title(title, fontsize=10)
    axis.set_yticks([])
    axis.set_xlabel(f"mean {round(values.mean(), 2) + 0:.2f}, standard deviation {values.std():.2g}")


def show_curves(axis, losses, rates, title, accuracies=None):
    """Loss after each epoch, one line per learning rate. A line that ends has become infinite or NaN."""
    for index, (curve, rate, colour) in enumerate(zip(losses, rates, COLOURS, strict=False)):
        share = "" if accuracies is None else f": {accuracies[index]:.0%} of the new digits"
        axis.plot(range(1, len(curve) + 1), curve, ".-", color=colour, label=f"learning rate {rate:g}{share}")
    axis.set_yscale("log")
    axis.set_ylim(0.01, 6)
    axis.set_xlabel("epoch")
    axis.set_ylabel("loss")
    axis.set_title(title, fontsize=11)
    axis.legend(fontsize=8, loc="lower left")


def _label(axis, title):
    axis.set_title(title, fontsize=10)
    axis.set_xticks([])
    axis.set_yticks([])
