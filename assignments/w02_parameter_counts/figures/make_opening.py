"""Draws `opening.png`, the first picture of the week: VGG16 and where its parameters are. Not shipped.

Run it in this folder: `python make_opening.py`.
"""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import skimage.data
import skimage.transform
from matplotlib import pyplot as plt
from PIL import Image

# filters, height and width in pixels, convolutions
BLOCKS = [(64, 224, 2), (128, 112, 2), (256, 56, 3), (512, 28, 3), (512, 14, 3)]
# label, outputs, inputs
DENSE = [("dense\n4096", 4096, 25088), ("dense\n4096", 4096, 4096), ("dense\n1000", 1000, 4096)]
ORANGE, BLUE, GREEN = "#e8843c", "#4c78a8", "#54a24b"


def draw():
    figure, (above, below) = plt.subplots(
        2, 1, figsize=(10.4, 4.3), height_ratios=[1.9, 1], sharex=True, layout="constrained"
    )
    photo = skimage.transform.resize(skimage.data.coffee()[:, 100:500], (224, 224))
    above.imshow(photo, extent=(-250, -26, -112, 112))
    above.text(-138, -134, "224 × 224\n× 3", ha="center", va="top", fontsize=9)
    place, channels = 0.0, 3
    for filters, size, convolutions in BLOCKS:
        width = 6 * filters**0.34
        begin = place
        for _ in range(convolutions):
            _slab(above, place, size, width, BLUE)
            _bar(below, place, width, 9 * channels * filters + filters, BLUE)
            place, channels = place + width + 5, filters
        _slab(above, place, size // 2, width, ORANGE)
        place += width + 5
        label = f"{convolutions} × conv 3×3\n{size} × {size}\n× {filters}"
        above.text((begin + place) / 2, -134, label, ha="center", va="top", fontsize=9)
        place += 42
    for name, units, inputs in DENSE:
        _slab(above, place, 60, 26, GREEN)
        above.text(place + 13, -134, name, ha="center", va="top", fontsize=9)
        _bar(below, place, 26, (inputs + 1) * units, GREEN)
        place += 75
    above.set(xlim=(-260, place), ylim=(-215, 118), aspect="equal")
    above.set_axis_off()
    below.set(xlim=(-260, place), ylim=(0, 125e6))
    below.text(-138, 40e6, "parameters\nof each layer", ha="center", fontsize=11)
    for side in ("top", "left", "right"):
        below.spines[side].set_visible(False)
    below.set_xticks([])
    below.set_yticks([])
    path = Path(__file__).with_name("opening.png")
    figure.savefig(path, dpi=100)
    Image.open(path).convert("RGB").quantize(256).save(path, optimize=True)


def _slab(axis, left, height, width, color):
    axis.add_patch(plt.Rectangle((left, -height / 2), width, height, fc=color, ec="white", lw=0.8))


def _bar(axis, left, width, parameters, color):
    axis.add_patch(plt.Rectangle((left, 0), width, parameters, fc=color))


if __name__ == "__main__":
    draw()
