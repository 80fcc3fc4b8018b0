"""Drawing for week 4: pictures that wait for their question, rows of scraps, feature maps, learning curves.

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


def answered(*values):
    """The values (one value by itself), or NotImplementedError while one of them is still `...`."""
    if any(value is Ellipsis for value in values):
        raise NotImplementedError
    return values if len(values) > 1 else values[0]


def show(axis, image, title="", frame=None):
    """An image without ticks: (height, width, 3) in colour, (height, width) in grey. `frame`: its colour."""
    axis.imshow(image, cmap="gray")
    axis.set_title(title, fontsize=9)
    axis.set_xticks([])
    axis.set_yticks([])
    for spine in axis.spines.values():
        spine.set(visible=frame is not None, color=frame, linewidth=3)


def show_row(images, titles=None, frames=None, columns=10, size=1.1):
    """Small images side by side, `columns` in a row."""
    rows = -(-len(images) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(size * columns, (size + 0.25 * bool(titles)) * rows))
    for index, axis in enumerate(np.ravel(axes)):
        axis.axis("off")
        if index < len(images):
            axis.axis("on")
            show(axis, images[index], titles[index] if titles else "", frames[index] if frames else None)
    figure.tight_layout(pad=0.3)


def show_maps(maps, title, count=8):
    """The first channels of one image's feature maps, each from 0 (black) to its own brightest 1 % (white).

    The title also says how large the maps are, and the share of all their numbers that are 0.
    """
    figure, axes = plt.subplots(1, count, figsize=(1.25 * count, 1.7))
    for channel, axis in enumerate(axes):
        show(axis, np.minimum(maps[..., channel], np.quantile(maps[..., channel], 0.99)))
    zeros = np.mean(np.asarray(maps) == 0)
    figure.suptitle(f"{title}: {' × '.join(map(str, maps.shape))}, {zeros:.0%} zeros", fontsize=10)


def plot_curves(axes, history, title):
    """Loss (logarithmic) and accuracy against the epoch; a dashed line at the lowest validation loss."""
    for axis, name in zip(axes, ("loss", "accuracy"), strict=True):
        epochs = np.arange(1, len(history["loss"]) + 1)
        axis.plot(epochs, history[name], ".-", label="training")
        axis.plot(epochs, history[f"val_{name}"], ".-", label="validation")
        axis.axvline(1 + np.argmin(history["val_loss"]), color="grey", ls="--", lw=1)
        axis.set_xlabel("epoch")
        axis.set_title(f"{title}: {name}", fontsize=9)
        axis.legend(fontsize=7)
    axes[0].set_yscale("log")
    axes[1].set_ylim(0, 1.03)


def bars(axis, shares, chance):
    """Accuracies as bars with their names and percentages, and a line at the accuracy of guessing."""
    bar = axis.barh(list(shares)[::-1], list(shares.values())[::-1], color="tab:blue")
    axis.bar_label(bar, fmt="{:.0%}", padding=3)
    axis.axvline(chance, color="red", ls="--", lw=1, label="guessing")
    axis.legend(fontsize=8, loc="lower right")
    axis.set_xlim(0, 1)
    axis.set_xlabel("accuracy on the test scraps")
