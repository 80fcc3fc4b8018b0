"""Drawing for week 1: pictures that wait for their question, grey and signed images, arrays as numbers.

Nothing in here is needed to answer a question.
"""

from contextlib import contextmanager

import matplotlib.pyplot as plt
import numpy as np


@contextmanager
def picture_of(question):
    """Draw a picture, or say which question to answer first.

    A name that is still `...` reaches the picture through `answered`; a function that is still to be written
    raises NotImplementedError by itself. Every other error is yours, and is shown.
    """
    try:
        yield
    except NotImplementedError:
        plt.close("all")
        print(f"Answer {question} first, then run this cell again: a picture will be here.")


def answered(value):
    """`value`, or NotImplementedError while it is still `...`."""
    if value is Ellipsis:
        raise NotImplementedError
    return value


def show(axis, image, title="", limits=None):
    """A grey image without ticks. `limits` are the values of black and white, by default the image's own."""
    low, high = limits or (None, None)
    axis.imshow(image, cmap="gray", vmin=low, vmax=high)
    _label(axis, title)


def show_signed(axis, image, title="", limit=None):
    """An image of positive (red), zero (white) and negative (blue) numbers, without ticks.

    `limit` is the number that is drawn in full colour; without it, the largest one in the image.
    """
    image = np.asarray(image, dtype=float)
    limit = limit or np.abs(image).max() or 1
    axis.imshow(image, cmap="RdBu_r", vmin=-limit, vmax=limit)
    _label(axis, title)


def show_numbers(axis, values, title="", expected=None):
    """A small array as a table. With `expected`, a number that differs from it stands in a red box."""
    values = np.asarray(values)
    largest = np.abs(values).max() or 1
    axis.imshow(values, cmap="RdBu_r", vmin=-4 * largest, vmax=4 * largest)
    comparable = expected is not None and np.shape(expected) == values.shape
    wrong = ~np.isclose(values, expected) if comparable else np.full(values.shape, expected is not None)
    for (row, column), value in np.ndenumerate(values):
        box = {"facecolor": "none", "edgecolor": "red", "linewidth": 2} if wrong[row, column] else None
        axis.text(column, row, f"{value:.3g}", ha="center", va="center", bbox=box)
    _label(axis, title)


def ring(axis, position, radius=9):
    """A green ring around the pixel at `position` = (row, column): here the answer should be."""
    axis.plot(position[1], position[0], "o", ms=2 * radius, mfc="none", mec="tab:green", mew=2)


def cross(axis, position):
    """A red cross on the pixel at `position` = (row, column): here your answer is."""
    axis.plot(position[1], position[0], "x", ms=9, mec="red", mew=2)


def _label(axis, title):
    """Title above, no ticks. A hidden axis and a title at a known height are the quickest to draw."""
    axis.set_title(title, fontsize=10, y=1)
    axis.xaxis.set_visible(False)
    axis.yaxis.set_visible(False)
