# /// wrong
# mistake = "Where the mask touches the border of the picture it has no boundary."
# score = 41
# fails = [
#     "test_hidden.py::test_boundary_iou_of_random_masks",
#     "test_hidden.py::test_boundary_of_random_masks",
# ]
# ///

# %% question="q1"
def iou(truth, prediction):
    truth, prediction = np.asarray(truth, dtype=bool), np.asarray(prediction, dtype=bool)
    intersection = (truth & prediction).sum(axis=(1, 2))
    union = (truth | prediction).sum(axis=(1, 2))
    return np.divide(intersection, union, out=np.ones(len(union)), where=union > 0)


def boundary(masks, width=1):
    masks = np.asarray(masks, dtype=bool)
    steps = np.array([[[0, 1, 0], [1, 1, 1], [0, 1, 0]]])
    return masks & ~scipy.ndimage.binary_erosion(masks, steps, iterations=width, border_value=1)


def boundary_iou(truth, prediction, width=1):
    return iou(boundary(truth, width), boundary(prediction, width))
