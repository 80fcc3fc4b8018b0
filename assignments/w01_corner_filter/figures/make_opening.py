"""Draws `opening.png`, the first picture of the week. Not shipped.

Run it in this folder: `python make_opening.py`.
"""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import numpy as np
import scipy.signal
import skimage.data
import skimage.feature
from matplotlib import pyplot as plt
from PIL import Image

GREEN, RED = "tab:green", "red"


def draw():
    figure, axes = plt.subplots(1, 3, figsize=(10.4, 2.9), width_ratios=[1, 1, 2.05], layout="constrained")
    _corners(axes[0])
    _edges(axes[1])
    _letters(axes[2])
    for axis in axes:
        axis.set_xticks([])
        axis.set_yticks([])
    path = Path(__file__).with_name("opening.png")
    figure.savefig(path, dpi=90)
    Image.open(path).convert("RGB").quantize(256).save(path, optimize=True)


def _corners(axis):
    image = np.full((96, 96), 0.15)
    for top, left, height, width, brightness in (
        (10, 8, 30, 22, 0.7),
        (22, 52, 18, 34, 1),
        (56, 20, 26, 48, 0.45),
    ):
        image[top : top + height, left : left + width] = brightness
        axis.plot(left + width - 1, top, "o", ms=14, mfc="none", mec=GREEN, mew=2.5)
    axis.imshow(image, cmap="gray", vmin=0, vmax=1)
    axis.set_title("corners", fontsize=11)


def _edges(axis):
    photo = skimage.data.camera()[::2, ::2].astype(float)
    along_x = np.outer([1, 2, 1], [1, 0, -1])
    response = scipy.signal.correlate2d(photo, along_x, mode="valid")
    axis.imshow(response, cmap="RdBu_r", vmin=-500, vmax=500)
    axis.set_title("edges", fontsize=11)


def _letters(axis):
    page = skimage.data.page()[40:145]
    letter = page[30:43, 121:132]
    match = skimage.feature.match_template(page, letter)
    axis.imshow(page, cmap="gray")
    for row, column in skimage.feature.peak_local_max(
        match, min_distance=5, num_peaks=12, exclude_border=False
    ):
        axis.add_patch(plt.Rectangle((column - 0.5, row - 0.5), 11, 13, fill=False, ec=RED, lw=1.5))
    axis.set_title("letters", fontsize=11)


if __name__ == "__main__":
    draw()
