"""Draws `opening.png`, the first picture of the week. Not shipped.

Run it in this folder: `python make_opening.py`. It trains the two networks of question 4.
"""

import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import keras
from keras import layers
from matplotlib import pyplot as plt
from PIL import Image

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER.parent))

from w03_helpers import digits, learning_curves, show, show_curves

RATES = (0.03, 0.3, 1, 3)


def draw():
    figure = plt.figure(figsize=(11.4, 3.5), layout="constrained")
    left, right = figure.subfigures(1, 2, width_ratios=[1, 5.4])
    data = digits()
    for axis, image in zip(left.subplots(4, 2).flat, data[0][10:18], strict=True):
        show(axis, 1 - image)
    axes = right.subplots(1, 2)
    for axis, with_batch_norm in zip(axes, (False, True), strict=True):
        keras.utils.set_random_seed(3)  # the same kernels to start with
        losses, _ = learning_curves(_network(with_batch_norm), data, RATES)
        show_curves(axis, losses, RATES, "with batch norm" if with_batch_norm else "without batch norm")
    path = FOLDER / "opening.png"
    figure.savefig(path, dpi=90)
    Image.open(path).convert("RGB").quantize(256).save(path, optimize=True)


def _network(with_batch_norm):
    network = keras.Sequential([keras.Input((8, 8, 1))])
    for _ in range(3):
        network.add(layers.Conv2D(16, 3, strides=2, padding="same", use_bias=not with_batch_norm))
        if with_batch_norm:
            network.add(layers.BatchNormalization(momentum=0.9))
        network.add(layers.ReLU())
    network.add(layers.GlobalAveragePooling2D())
    network.add(layers.Dense(10))
    return network


if __name__ == "__main__":
    draw()
