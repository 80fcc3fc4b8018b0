"""Measures the four ways of question 7 over five seeds, and records the learning curves of question 8.

Run it in this folder, after pretrain.py: `python compare.py`. It prints the table of README.md and writes
`curves.json` beside the notebook. The functions that are measured are the reference solution's own.
"""

import importlib.util
import json
import os
import sys
import tempfile
from pathlib import Path

WEEK = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(WEEK), str(WEEK / "pretraining")]

import jupytext
import keras
import numpy as np
import tensorflow as tf
from networks import mini_vgg
from scraps import HEAP, TEST, TRAINING, VALIDATION, heap_of_scraps

SEEDS = range(5)
PER_PHOTOGRAPH = 100
CURVE_SEED, CURVE_EPOCHS = 100, 25


def reference():
    """The functions of the notebook, as a module."""
    cells = jupytext.read(WEEK / "notebook.py").cells
    code = [cell.source for cell in cells if "\ndef " in f"\n{cell.source}"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "reference.py")
        path.write_text("\n".join(["import keras", "import numpy as np", *code]))
        specification = importlib.util.spec_from_file_location("reference", path)
        module = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(module)
    return module


def four_ways(answers, training, validation, epochs=15, patience=5, high_rate=None):
    """Train as question 7 does. Returns (model, history) by name; with `high_rate`, fine-tuned with that."""

    def trained(name, model):
        return model, answers.train(model, training, validation, epochs, f"{name}.weights.h5", patience)

    def headed(weights="photographs"):
        return answers.with_head(mini_vgg(weights=weights), len(HEAP))

    found = {"frozen": trained("frozen", answers.compile_for(headed(), 0.01))}
    fine_tuned = headed()
    fine_tuned.load_weights("frozen.weights.h5")
    found["fine_tuned"] = trained(
        "fine_tuned", answers.unfreeze_block(fine_tuned, "block4", high_rate or 0.0005)
    )
    from_scratch = answers.unfreeze_block(headed(None), "block", 0.001)
    found["from_scratch"] = trained("from_scratch", from_scratch)
    found["random_frozen"] = trained("random_frozen", answers.compile_for(headed(None), 0.01))
    return found


def heaps(answers, seed):
    """Enlarged training scraps, validation scraps and test scraps."""
    images, labels = heap_of_scraps(TRAINING, 5, seed=1000 + seed)
    enlarged = np.concatenate([answers.augment(images, 100 * seed + copy) for copy in range(8)])
    validation = heap_of_scraps(VALIDATION, 10, seed=2000 + seed)
    return (enlarged, np.tile(labels, 8)), validation, heap_of_scraps(TEST, PER_PHOTOGRAPH, seed=3000 + seed)


def table(answers):
    rows = []
    for seed in SEEDS:
        keras.utils.set_random_seed(seed)
        training, validation, test = heaps(answers, seed)
        found = four_ways(answers, training, validation)
        rows.append({name: answers.accuracy(model, *test) for name, (model, _) in found.items()})
        print(f"| {seed} |", " | ".join(f"{share:.3f}" for share in rows[-1].values()), "|", flush=True)
    means = [np.mean([row[name] for row in rows]) for name in rows[0]]
    print("| mean |", " | ".join(f"{mean:.3f}" for mean in means), "|")


def curves(answers):
    keras.utils.set_random_seed(CURVE_SEED)
    training, validation, _ = heaps(answers, CURVE_SEED)
    found = four_ways(answers, training, validation, CURVE_EPOCHS, patience=CURVE_EPOCHS, high_rate=0.03)
    letters = {"A": "from_scratch", "B": "fine_tuned", "C": "frozen", "D": "random_frozen"}
    recorded = {
        letter: {key: [round(number, 4) for number in numbers] for key, numbers in found[name][1].items()}
        for letter, name in letters.items()
    }
    (WEEK / "curves.json").write_text(json.dumps(recorded) + "\n")


if __name__ == "__main__":
    tf.config.experimental.enable_op_determinism()
    with tempfile.TemporaryDirectory() as scratch:
        os.chdir(scratch)
        functions = reference()
        table(functions)
        curves(functions)
