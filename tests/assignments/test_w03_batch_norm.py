"""Week 3's experiment shows what the lecture says: with batch norm, higher learning rates work."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from autograder.course import Course

FOLDER = Course.find(Path(__file__)).assignment("w03_batch_norm").path
LOW, HIGH = 0.3, 3


@pytest.fixture(scope="module")
def opening() -> ModuleType:
    """The script that draws the first picture: it trains the two networks of question 4."""
    spec = importlib.util.spec_from_file_location("make_opening", FOLDER / "figures" / "make_opening.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    before = list(sys.path)
    spec.loader.exec_module(module)
    sys.path[:] = before
    return module


@pytest.mark.parametrize("seed", range(3))
def test_a_rate_at_which_only_batch_norm_learns(opening, seed):
    import keras

    keras.utils.set_random_seed(seed)
    networks = opening._network(False), opening._network(True)
    (plain, _), (normalised, accuracies) = (
        opening.learning_curves(network, opening.digits(), (LOW, HIGH)) for network in networks
    )
    chance = np.log(10)
    assert plain[1, -1] > 0.95 * chance, "without batch norm, the high rate should not learn anything"
    assert normalised[1, -1] < 0.25 * chance, "with batch norm, the high rate should learn"
    assert accuracies[0] > 0.9
    assert normalised[0, 2] < plain[0, 2] / 2, "with batch norm, the low rate should be faster, too"
