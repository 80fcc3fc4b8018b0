"""Drawing for week 1: pictures that wait for their question, grey and signed images, arrays as numbers.

Nothing in here is needed to answer a question.
"""

from contextlib import contextmanager

import matplotlib.pyplot as plt
import numpy as np

LINE, GAP = 0.19, 0.12  # inches: a line of a title, and what stays free around a picture


@contextmanager
def picture_of(question):
    """Draw a picture, or say which question to answer first.

    A name that is still `...` reaches the picture through `answered`; a function that is still to be written
    raises NotImplementedError by itself. Every other error is yours, and is shown.
    """
    try:
        yield
    except NotImplementedError as error:
        if str(error) and "Write your answer to" not in str(error):
            raise
        plt.close("all")
        print(f"Answer {question} first, then run this cell again: a picture will be here.")


def answered(value):
    """`value`, or NotImplementedError while it is still `...`."""
    if value is Ellipsis:
        raise NotImplementedError
    return value


class Panel:
    """A place for one picture in a figure. Rows and columns are those of the picture's pixels."""

    def __init__(self, axis, left, top, width, height):
        self.axis, self.box = axis, (left, top, width, height)

    def draw(self, image, title, **look):
        """Draw an image as large as it can be here, with a title above it."""
        rows, columns = np.atleast_2d(image).shape[:2]
        left, top, width, height = self.box
        self.inches = min(width / columns, height / rows)  # a pixel's side
        self.left = left + (width - columns * self.inches) / 2
        self.top = top + (height - rows * self.inches) / 2
        right, bottom = self.left + columns * self.inches, self.top + rows * self.inches
        self.axis.imshow(image, extent=(self.left, right, bottom, self.top), aspect="auto", **look)
        frame(self, (0, 0), (rows, columns), "black", 0.8)
        self.axis.text(left + width / 2, self.top - 0.06, title, fontsize=10, ha="center", va="bottom")

    def at(self, row, column):
        """Where the middle of a pixel is: what `axis.plot` and `axis.text` call x and y."""
        return self.left + (column + 0.5) * self.inches, self.top + (row + 0.5) * self.inches

    def axes(self, title):
        """A pair of axes of its own in this place, for a curve."""
        figure = self.axis.figure
        (left, top, width, height), (right, bottom) = self.box, figure.get_size_inches()
        axis = figure.add_axes((left / right, 1 - (top + height) / bottom, width / right, height / bottom))
        axis.set_title(title, fontsize=10)
        return axis


def panels(rows, columns, width, height, ratios=None, title_lines=1):
    """A figure of `width` by `height` inches with places for pictures, as a list of rows.

    All share one pair of axes, as large as the figure, whose coordinates are its inches: a pair for every
    picture, as plt.subplots makes them, takes several times as long to make and to draw. `ratios` are the
    relative widths of the columns.
    """
    axis = plt.figure(figsize=(width, height)).add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(height, 0))
    axis.set_axis_off()
    shares = np.ones(columns) if ratios is None else np.array(ratios)
    widths, title = width * shares / shares.sum(), GAP + LINE * title_lines
    lefts, tops = np.cumsum(widths) - widths, np.arange(rows) * height / rows
    size = height / rows - title - GAP
    return [
        [
            Panel(axis, left + GAP, top + title, wide - 2 * GAP, size)
            for left, wide in zip(lefts, widths, strict=True)
        ]
        for top in tops
    ]


def show(panel, image, title="", limits=None):
    """A grey image. `limits` are the values of black and white, by default the image's own."""
    low, high = limits or (None, None)
    panel.draw(image, title, cmap="gray", vmin=low, vmax=high)


def show_signed(panel, image, title="", limit=None):
    """An image of positive (red), zero (white) and negative (blue) numbers.

    `limit` is the number that is drawn in full colour; without it, the largest one in the image.
    """
    image = np.asarray(image, dtype=float)
    limit = limit or np.abs(image).max() or 1
    panel.draw(image, title, cmap="RdBu_r", vmin=-limit, vmax=limit)


def show_numbers(panel, values, title="", expected=None):
    """A small array as a table. With `expected`, a number that differs from it stands in a red box."""
    values = np.asarray(values)
    largest = np.abs(values).max() or 1
    panel.draw(values, title, cmap="RdBu_r", vmin=-4 * largest, vmax=4 * largest)
    comparable = expected is not None and np.shape(expected) == values.shape
    wrong = ~np.isclose(values, expected) if comparable else np.full(values.shape, expected is not None)
    for (row, column), value in np.ndenumerate(values):
        box = {"facecolor": "none", "edgecolor": "red", "linewidth": 2} if wrong[row, column] else None
        panel.axis.text(*panel.at(row, column), f"{value:.3g}", ha="center", va="center", bbox=box)


def ring(panel, position, radius=9):
    """A green ring around the pixel at `position` = (row, column): here the answer should be."""
    x, y = panel.at(*position)
    panel.axis.plot(x, y, "o", ms=2 * radius, mfc="none", mec="tab:green", mew=2)


def cross(panel, position):
    """A red cross on the pixel at `position` = (row, column): here your answer is."""
    x, y = panel.at(*position)
    panel.axis.plot(x, y, "x", ms=9, mec="red", mew=2)


def frame(panel, position, shape, colour="red", line=2):
    """A frame around `shape` = (rows, columns) pixels, the first of them at `position` = (row, column)."""
    corner = panel.at(position[0] - 0.5, position[1] - 0.5)
    height, width = (panel.inches * pixels for pixels in shape)
    panel.axis.add_patch(plt.Rectangle(corner, width, height, fill=False, ec=colour, lw=line))
