"""Writes `heap.npz`, the scraps that students get. Run it in this folder: `python make_heap.py`."""

from pathlib import Path

import numpy as np
from scraps import HEAP, PRETRAINING, TEST, TRAINING, VALIDATION, cut, heap_of_scraps, photograph

WEEK = Path(__file__).resolve().parent.parent


def heap():
    """The arrays of `heap.npz`: images and labels of each part, and the photographs' names."""
    arrays = {"names": np.array(HEAP)}
    for part, tiles, per_photograph, seed in (
        ("training", TRAINING, 5, 0),
        ("validation", VALIDATION, 10, 1),
        ("test", TEST, 40, 2),
    ):
        arrays[f"{part}_images"], arrays[f"{part}_labels"] = heap_of_scraps(tiles, per_photograph, seed)
    rng = np.random.default_rng(1)
    arrays["known_images"] = np.concatenate([cut(photograph(name), (3,), 1, rng) for name in PRETRAINING])
    return arrays


if __name__ == "__main__":
    np.savez_compressed(WEEK / "heap.npz", **heap())
