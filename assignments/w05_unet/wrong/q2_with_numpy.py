# /// wrong
# mistake = "Right numbers, but computed with NumPy: nothing can be learned from it."
# score = 41
# fails = [
#     "test_hidden.py::test_dice_loss_of_random_predictions",
# ]
# ///

# %% question="q2"
def dice_loss(y_true, y_pred, smooth=1.0):
    y_true, y_pred = np.array(y_true, dtype="float32"), np.array(y_pred, dtype="float32")
    overlap = (y_true * y_pred).sum(axis=(1, 2, 3))
    total = y_true.sum(axis=(1, 2, 3)) + y_pred.sum(axis=(1, 2, 3))
    return 1 - (2 * overlap + smooth) / (total + smooth)
