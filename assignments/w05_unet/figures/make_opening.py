"""Draws `opening.png`, the first picture of the week: horses by Otsu, without skips, by a U-Net. Not shipped.

Run it in this folder: `python make_opening.py`. It executes the solved functions of ../notebook.py.
"""

import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot as plt
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent.parent))

from measure_skips import compare
from w05_helpers import overlay, show


def draw(chosen=(0, 1, 2, 4, 5)):
    pictures, truth, found, _ = compare(seed=0)
    figure, axes = plt.subplots(4, len(chosen), figsize=(2.05 * len(chosen), 8.4), layout="constrained")
    for column, index in zip(axes.T, chosen, strict=True):
        show(column[0], pictures[index])
        for axis, prediction in zip(column[1:], found.values(), strict=True):
            overlay(axis, pictures[index], truth[index], prediction[index])
    for axis, name in zip(axes[:, 0], ("picture", *found), strict=True):
        axis.set_ylabel(name, fontsize=12)
    path = Path(__file__).with_name("opening.png")
    figure.savefig(path, dpi=60)
    Image.open(path).convert("RGB").quantize(128).save(path, optimize=True)


if __name__ == "__main__":
    draw()
