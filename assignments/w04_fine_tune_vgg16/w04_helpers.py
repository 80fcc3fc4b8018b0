"""Drawing for week 4: pictures that wait for their question, rows of scraps, feature maps, learning curves.

Nothing in here is needed to answer a question.
"""

from contextlib import contextmanager

import matplotlib.pyplot as plt
import numpy as np

LINE, GAP = 0.16, 0.04  # inches: a line of a title, and what stays free around an image


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


def answered(*values):
    """The values (one value by itself), or NotImplementedError while one of them is still `...`."""
    if any(value is Ellipsis for value in values):
        raise NotImplementedError
    return values if len(values) > 1 else values[0]


def show(axis, image, title=""):
    """An image without ticks: (height, width, 3) in colour, (height, width) in grey."""
    axis.imshow(image, cmap="gray")
    axis.set_title(title, fontsize=9)
    axis.set_axis_off()


def show_row(images, titles=None, frames=None, columns=10, size=1.1, heading=""):
    """Small images side by side, `columns` in a row, `size` inches each. `frames`: the colour of each frame.

    All share one pair of axes, as large as the figure, whose coordinates are its inches: a pair for every
    image takes several times as long to make and to draw.
    """
    title = max((LINE * (1 + text.count("\n")) for text in titles or []), default=0)
    top = 2 * LINE if heading else 0
    rows, (high, wide) = -(-len(images) // columns), np.shape(images[0])[:2]
    side = size - 2 * GAP
    step = title + side * high / wide + 2 * GAP
    width, height = size * columns, top + step * rows
    axis = plt.figure(figsize=(width, height)).add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(height, 0))
    axis.set_axis_off()
    axis.text(width / 2, top / 2, heading, fontsize=10, ha="center", va="center")
    for index, image in enumerate(images):
        left = size * (index % columns) + GAP
        bottom = top + step * (index // columns + 1) - GAP
        upper = bottom - side * high / wide
        axis.imshow(image, cmap="gray", extent=(left, left + side, bottom, upper), aspect="auto")
        if frames:
            edge = plt.Rectangle((left, upper), side, bottom - upper, fill=False, ec=frames[index], lw=3)
            axis.add_patch(edge)
        if titles:
            axis.text(left + side / 2, upper - GAP, titles[index], fontsize=9, ha="center", va="bottom")


def show_maps(maps, title, count=8):
    """The first channels of one image's feature maps, each from 0 (black) to its own brightest 1 % (white).

    The heading also says how large the maps are, and the share of all their numbers that are 0.
    """
    maps = np.asarray(maps)
    heading = f"{title}: {' × '.join(map(str, maps.shape))}, {np.mean(maps == 0):.0%} zeros"
    channels = np.moveaxis(maps, -1, 0)[:count]
    bright = [np.minimum(channel, np.quantile(channel, 0.99)) for channel in channels]
    show_row(bright, columns=count, size=1.25, heading=heading)


def plot_curves(histories):
    """A column for each history: loss (logarithmic) and accuracy against the epoch.

    A dashed line is at the lowest validation loss. `histories` has each history under its title.
    """
    figure, axes = plt.subplots(2, 4, figsize=(13, 5))
    figure.subplots_adjust(left=0.04, right=0.99, bottom=0.09, top=0.95, wspace=0.25, hspace=0.4)
    for column, (title, history) in zip(axes.T, histories.items(), strict=False):
        for axis, name in zip(column, ("loss", "accuracy"), strict=True):
            epochs = np.arange(1, len(history["loss"]) + 1)
            axis.plot(epochs, history[name], ".-", label="training")
            axis.plot(epochs, history[f"val_{name}"], ".-", label="validation")
            axis.axvline(1 + np.argmin(history["val_loss"]), color="grey", ls="--", lw=1)
            axis.set_xlabel("epoch")
            axis.set_title(f"{title}: {name}", fontsize=9, y=1)  # y: finding it takes half of the time
            axis.tick_params(which="both", labelsize=8)
        column[0].set_yscale("log")
        column[0].legend(fontsize=7)
        column[1].set_ylim(0, 1.03)


def bars(axis, shares, chance):
    """Accuracies as bars with their names and percentages, and a line at the accuracy of guessing."""
    bar = axis.barh(list(shares)[::-1], list(shares.values())[::-1], color="tab:blue")
    axis.bar_label(bar, fmt="{:.0%}", padding=3)
    axis.axvline(chance, color="red", ls="--", lw=1, label="guessing")
    axis.legend(fontsize=8, loc="lower right")
    axis.set_xlim(0, 1)
    axis.set_xlabel("accuracy on the test scraps")
