"""Trains the mini-VGG of week 4 on twelve photographs and writes its weights and its card.

Run it in this folder: `python pretrain.py` (a few minutes on one core). With a folder as argument it writes
there instead of beside the notebook.
"""

import hashlib
import json
import sys
import time
from pathlib import Path

WEEK = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(WEEK), str(WEEK / "pretraining")]

import keras
import networks
import numpy as np
import scraps
import skimage.transform

SEED, EPOCHS, PER_PHOTOGRAPH, RATE, BATCH = 4, 45, 400, 2e-3, 64
SCALES = (1, 0.75, 0.5)
HELD_OUT_PER_PHOTOGRAPH = 100
TRAINING, HELD_OUT = (0, 1, 2), (3,)


def pretrain(folder):
    """Train, and write `mini_vgg.weights.h5` and `mini_vgg.json` to `folder`. Returns the card."""
    keras.utils.set_random_seed(SEED)
    rng = np.random.default_rng(SEED)
    network = networks.mini_vgg(weights=None, include_top=True)
    steps = EPOCHS * len(scraps.PRETRAINING) * PER_PHOTOGRAPH // BATCH
    network.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(RATE, steps)),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    pyramids = _pyramids()
    for epoch in range(EPOCHS):
        images, labels = _scraps(pyramids, TRAINING, PER_PHOTOGRAPH, rng)
        history = network.fit(preprocess(images), labels, batch_size=BATCH, verbose=0)
        print(f"epoch {epoch + 1}: accuracy {history.history['accuracy'][0]:.3f}", flush=True)
    path = Path(folder, "mini_vgg.weights.h5")
    _without_optimizer(network).save_weights(path)
    card = {
        **networks.CARD,
        "photographs": scraps.PRETRAINING,
        "parameters": network.count_params(),
        "held_out_accuracy": round(held_out_accuracy(network), 3),
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }
    Path(folder, "mini_vgg.json").write_text(json.dumps(card, indent=2) + "\n")
    return card


def held_out_accuracy(network):
    """Share of right answers on scraps from tiles that were not trained on, the same ones each time."""
    images, labels = _scraps(_pyramids(), HELD_OUT, HELD_OUT_PER_PHOTOGRAPH, np.random.default_rng(0))
    return float(np.mean(network.predict(preprocess(images), verbose=0).argmax(axis=1) == labels))


def preprocess(images):
    return keras.applications.vgg16.preprocess_input(images.astype("float32"))


def _without_optimizer(network):
    """The same network, never compiled: Adam's statistics would make the file three times as large."""
    bare = networks.mini_vgg(weights=None, include_top=True)
    bare.set_weights(network.get_weights())
    return bare


def _pyramids():
    return [[_scaled(scraps.photograph(name), scale) for scale in SCALES] for name in scraps.PRETRAINING]


def _scaled(image, scale):
    if scale == 1:
        return image
    smaller = skimage.transform.rescale(image.astype(float), scale, channel_axis=2, anti_aliasing=True)
    return np.clip(np.round(smaller), 0, 255).astype(np.uint8)


def _scraps(pyramids, tiles, per_photograph, rng):
    """Scraps of every photograph at every scale; half of them without colour."""
    count = per_photograph // len(SCALES)
    images = np.concatenate(
        [
            scraps.cut(image, tiles, count, rng, tile=round(scale * scraps.TILE))
            for pyramid in pyramids
            for scale, image in zip(SCALES, pyramid, strict=True)
        ]
    )
    labels = np.repeat(np.arange(len(pyramids)), count * len(SCALES))
    images = np.where(rng.random((len(images), 1, 1, 1)) < 0.5, _grey(images), images)
    return scraps.under_a_lamp(scraps.turned(images, rng), rng), labels


def _grey(images):
    return np.round(images @ [0.299, 0.587, 0.114])[..., np.newaxis].astype(np.uint8)


if __name__ == "__main__":
    began = time.perf_counter()
    print(json.dumps(pretrain(sys.argv[1] if len(sys.argv) > 1 else WEEK), indent=2))
    print(f"{time.perf_counter() - began:.0f} s")
