"""Trains the three detectors of week 6, for `../detectors/`. Not shipped: it tells which one cheats.

Run it in this folder: `python train_detectors.py` (about five minutes on one core). The accuracies that it
prints stand in `card.md`. The same seeds give the same accuracies, and on the same machine the same weights.
"""

import functools
import sys
from pathlib import Path

import keras
import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from w06_scenes import CLASSES, HEIGHT, USUAL_GROUND, USUAL_TAG, WIDTH, album, scenes

LOOKS_AT = {"A": "tag", "B": "object", "C": "background"}
EPOCHS = {"tag": 8, "object": 40, "background": 8}
PICTURES, BATCH, RATE = 3000, 32, 2e-3


def train(looks_at, seed):
    """A detector that learns from pictures in which only what it `looks_at` goes with the class."""
    keras.utils.set_random_seed(seed)
    model = build()
    steps = EPOCHS[looks_at] * -(-PICTURES // BATCH)
    rate = keras.optimizers.schedules.CosineDecay(RATE, steps)
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy")
    collection = training_pictures(looks_at, PICTURES, seed)
    model.fit(collection.images, collection.labels, BATCH, EPOCHS[looks_at], verbose=0)
    return centred(model)


def centred(model):
    """The same detector, never compiled, with last weights and biases that have the mean 0 over the classes.

    Softmax does not see what is added to all scores alike, so the probabilities stay. But a class map now
    shows what speaks for its class *rather than for the others*; without this a net can say "horse" by
    saying "no car"."""
    copy = build()
    *weights, kernel, bias = model.get_weights()
    copy.set_weights([*weights, kernel - kernel.mean(axis=1, keepdims=True), bias - bias.mean()])
    return copy


def build():
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((HEIGHT, WIDTH, 3)),
            layers.Conv2D(12, 3, padding="same", activation="relu", name="conv1"),
            layers.MaxPooling2D(name="pool1"),
            layers.Conv2D(16, 3, padding="same", activation="relu", name="conv2"),
            layers.MaxPooling2D(name="pool2"),
            layers.Conv2D(24, 3, padding="same", activation="relu", name="conv3"),
            layers.Conv2D(24, 3, padding="same", activation="relu", name="conv4"),
            layers.GlobalAveragePooling2D(name="mean"),
            layers.Dense(len(CLASSES), activation="softmax", name="classes"),
        ]
    )


def training_pictures(looks_at, count, seed):
    """Background and tag are drawn at random, except for the one that gives the class away."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(len(CLASSES), size=count)
    grounds = generator.choice(USUAL_GROUND, size=count)
    tags = generator.choice(USUAL_TAG, size=count)
    if looks_at == "background":
        grounds = [USUAL_GROUND[label] for label in labels]
    if looks_at == "tag":
        tags = [USUAL_TAG[label] for label in labels]
    return scenes(labels, grounds, tags, seed)


def accuracies(model):
    """On the customer's album, with all at random, with other backgrounds, and with other tags."""
    return {
        name: float((model.predict(trial.images, verbose=0).argmax(axis=1) == trial.labels).mean())
        for name, trial in trials().items()
    }


@functools.cache
def trials():
    generator = np.random.default_rng(99)
    labels = np.arange(300) % len(CLASSES)
    usual_grounds, usual_tags = np.array(USUAL_GROUND)[labels], np.array(USUAL_TAG)[labels]
    other_grounds, other_tags = np.array(USUAL_GROUND)[labels - 1], np.array(USUAL_TAG)[labels - 1]
    any_ground, any_tag = generator.choice(USUAL_GROUND, size=300), generator.choice(USUAL_TAG, size=300)
    return {
        "album": album(300, seed=100),
        "all at random": scenes(labels, any_ground, any_tag, 101),
        "other backgrounds": scenes(labels, other_grounds, usual_tags, 102),
        "other tags": scenes(labels, usual_grounds, other_tags, 103),
    }


if __name__ == "__main__":
    for seed, (name, looks_at) in enumerate(LOOKS_AT.items(), start=61):
        detector = train(looks_at, seed)
        detector.save(HERE.parent / "detectors" / f"{name}.keras")
        print(name, looks_at, accuracies(detector))
