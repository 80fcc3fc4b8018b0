# /// wrong
# mistake = "The Dice coefficient itself: training makes it smaller."
# score = 38
# fails = [
#     "test_public.py::test_dice_loss_by_hand",
#     "test_public.py::test_dice_loss_of_nothing",
#     "test_hidden.py::test_dice_loss_of_random_predictions",
#     "test_hidden.py::test_dice_loss_takes_masks_of_any_type",
# ]
# ///

# %% question="q2"
def dice_loss(y_true, y_pred, smooth=1.0):
    y_true, y_pred = ops.cast(y_true, "float32"), ops.cast(y_pred, "float32")
    overlap = ops.sum(y_true * y_pred, axis=(1, 2, 3))
    total = ops.sum(y_true, axis=(1, 2, 3)) + ops.sum(y_pred, axis=(1, 2, 3))
    return (2 * overlap + smooth) / (total + smooth)
