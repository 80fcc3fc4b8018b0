"""Draws `opening.png`, the first picture of the week. Not shipped.

Run it in this folder: `python make_opening.py`.
"""

import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import keras
import numpy as np
import skimage.transform
from matplotlib import pyplot as plt
from PIL import Image

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from w06_scenes import album

MAGENTA = (1, 0, 1)


def draw():
    image = album(60, seed=2027).images[16]
    figure, axes = plt.subplots(1, 4, figsize=(10.4, 2.35), layout="constrained")
    axes[0].imshow(image)
    axes[0].set_title("a picture of the album", fontsize=11)
    for axis, name in zip(axes[1:], "CAB", strict=True):
        detector = keras.saving.load_model(HERE.parent / "detectors" / f"{name}.keras")
        probability = detector(image[np.newaxis]).numpy()[0, 1]
        cover = 0.75 * _map_of_the_horse(detector, image)[..., np.newaxis]
        axis.imshow((1 - cover) * image + cover * MAGENTA)
        axis.set_title(f"“horse: {probability:.0%}”, because of …", fontsize=11)
    for axis in axes:
        axis.set_xticks([])
        axis.set_yticks([])
    path = HERE / "opening.png"
    figure.savefig(path, dpi=90)
    Image.open(path).convert("RGB").quantize(256).save(path, optimize=True)


def _map_of_the_horse(detector, image):
    maps = keras.Model(detector.inputs[0], detector.layers[-2].input)(image[np.newaxis]).numpy()[0]
    evidence = np.maximum(maps @ detector.layers[-1].kernel.numpy()[:, 1], 0)
    return skimage.transform.resize(evidence / evidence.max(), image.shape[:2], order=1, mode="edge")


if __name__ == "__main__":
    draw()
