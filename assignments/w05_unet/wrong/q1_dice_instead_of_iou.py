# /// wrong
# mistake = "The Dice coefficient: twice the intersection by the sum of both, instead of IoU."
# score = 39
# fails = [
#     "test_public.py::test_boundary_iou_of_a_shifted_square",
#     "test_public.py::test_iou_of_little_masks",
#     "test_hidden.py::test_boundary_iou_of_random_masks",
#     "test_hidden.py::test_iou_of_random_masks",
# ]
# ///

# %% question="q1"
def iou(truth, prediction):
    truth, prediction = np.asarray(truth, dtype=bool), np.asarray(prediction, dtype=bool)
    intersection = (truth & prediction).sum(axis=(1, 2))
    union = truth.sum(axis=(1, 2)) + prediction.sum(axis=(1, 2))
    return np.divide(2 * intersection, union, out=np.ones(len(union)), where=union > 0)


def boundary(masks, width=1):
    masks = np.asarray(masks, dtype=bool)
    steps = np.array([[[0, 1, 0], [1, 1, 1], [0, 1, 0]]])
    return masks & ~scipy.ndimage.binary_erosion(masks, steps, iterations=width)


def boundary_iou(truth, prediction, width=1):
    return iou(boundary(truth, width), boundary(prediction, width))
