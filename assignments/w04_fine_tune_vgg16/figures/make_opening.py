"""Draws `opening.png`, the first picture of the week. Not shipped.

Run it in this folder: `python make_opening.py`.
"""

import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.transforms import Affine2D
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "pretraining"))

from scraps import HEAP, TEST, heap_of_scraps, photograph

SHOWN = 6


def draw():
    rng = np.random.default_rng(5)
    images, labels = heap_of_scraps(TEST, SHOWN, seed=5)
    figure, axes = plt.subplots(1, 2, figsize=(10.4, 3.6), width_ratios=[1, 1.35], layout="constrained")
    _heap(axes[0], images, rng)
    _sorted(axes[1], images, labels)
    for axis in axes:
        axis.axis("off")
    path = Path(__file__).with_name("opening.png")
    figure.savefig(path, dpi=90)
    Image.open(path).convert("RGB").quantize(128).save(path, optimize=True)


def _heap(axis, images, rng):
    for number, image in enumerate(images):
        row, column = divmod(number, 6)
        turn = Affine2D().rotate_deg(rng.uniform(-40, 40))
        turn = turn.translate(1.05 * column + rng.normal(0, 0.12), 1.1 * row + rng.normal(0, 0.12))
        axis.imshow(image, extent=(-0.5, 0.5, -0.5, 0.5), transform=turn + axis.transData)
    axis.set_xlim(-0.9, 6.2)
    axis.set_ylim(-0.9, 6.3)
    axis.set_aspect("equal")
    axis.set_title("a heap of scraps …", fontsize=11)


def _sorted(axis, images, labels):
    for row, name in enumerate(HEAP):
        height = len(HEAP) - row
        image = photograph(name)
        side = min(image.shape[:2])
        axis.imshow(image[:side, :side], extent=(0, 1, height - 0.5, height + 0.5))
        axis.text(-0.1, height, name, ha="right", va="center", fontsize=10)
        for place, scrap in enumerate(images[labels == row]):
            axis.imshow(scrap, extent=(1.6 + 1.1 * place, 2.6 + 1.1 * place, height - 0.45, height + 0.45))
    axis.set_xlim(-1.1, 8.3)
    axis.set_ylim(0.4, len(HEAP) + 0.6)
    axis.set_aspect("equal")
    axis.set_title("… and the photographs that they belong to", fontsize=11)


if __name__ == "__main__":
    draw()
