"""Measures what skips are worth: Otsu, no skips and U-Net on horses, over several seeds. Not shipped.

Run it in this folder: `python measure_skips.py`. It prints the table of README.md. Pictures, weights and
training order are new with each seed; everything else is as in notebook.py, whose solutions it runs.
"""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

from pathlib import Path

import jupytext
import numpy as np

SEEDS = range(5)
FOLDER = Path(__file__).parent


def main():
    rows = {}
    for seed in SEEDS:
        _, truth, found, solved = compare(seed)
        for name, prediction in found.items():
            scores = [solved[measure](truth, prediction).mean() for measure in ("iou", "boundary_iou")]
            rows.setdefault(name, []).append(scores)
    print("| | IoU | boundary IoU |")
    print("| --- | --- | --- |")
    for name, scores in rows.items():
        print(f"| {name} | {_summary(scores, 0)} | {_summary(scores, 1)} |")


def compare(seed):
    """Train both networks as the notebook does, with other seeds.

    Returns:
        pictures: the test pictures, array of shape (48, 48, 48, 1).
        truth: their masks, booleans of shape (48, 48, 48).
        found: the predicted masks by method.
        solved: the names that the notebook's given and solved cells define.
    """
    solved = _solved_notebook()
    pictures, masks = solved["horses"](48, seed=1000 + seed, unseen=True)
    large_pictures, large_masks = solved["horses"](32, seed=2000 + seed, size=56)
    examples = solved["training_pictures"](large_pictures, large_masks)
    found = {"Otsu": solved["otsu"](pictures)}
    for name, skips in (("no skips", False), ("U-Net", True)):
        solved["keras"].utils.set_random_seed(seed)
        network = solved["unet"]((48, 48, 1), skips=skips, **solved["NETWORK"])
        solved["train"](network, *examples, solved["both_losses"](), **solved["TRAINING"])
        found[name] = solved["predict_masks"](network, pictures)
    return pictures, masks[..., 0] > 0.5, found, solved


def _solved_notebook():
    """Run the notebook's cells that import or define; those that draw are left out."""
    names = {"display": lambda _: None}
    for cell in jupytext.read(FOLDER / "notebook.py").cells:
        if cell.cell_type == "code" and not any(
            word in cell.source for word in ("with picture_of(", "display(Image(")
        ):
            exec(cell.source, names)  # noqa: S102
    return names


def _summary(scores, column):
    values = np.array(scores)[:, column]
    return f"{values.mean():.2f} ({values.min():.2f} to {values.max():.2f})"


if __name__ == "__main__":
    main()
