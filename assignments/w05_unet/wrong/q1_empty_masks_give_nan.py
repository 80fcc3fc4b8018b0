# /// wrong
# mistake = "Two empty masks give 0/0."
# score = 41
# fails = [
#     "test_hidden.py::test_boundary_iou_of_random_masks",
#     "test_hidden.py::test_iou_of_empty_masks",
# ]
# ///

# %% question="q1"
def iou(truth, prediction):
    truth, prediction = np.asarray(truth, dtype=bool), np.asarray(prediction, dtype=bool)
    return (truth & prediction).sum(axis=(1, 2)) / (truth | prediction).sum(axis=(1, 2))


def boundary(masks, width=1):
    masks = np.asarray(masks, dtype=bool)
    steps = np.array([[[0, 1, 0], [1, 1, 1], [0, 1, 0]]])
    return masks & ~scipy.ndimage.binary_erosion(masks, steps, iterations=width)


def boundary_iou(truth, prediction, width=1):
    return iou(boundary(truth, width), boundary(prediction, width))
