# /// wrong
# mistake = "The erosion runs across the batch, too: the masks before and after count as neighbours."
# score = 39
# fails = [
#     "test_public.py::test_boundary_iou_of_a_shifted_square",
#     "test_public.py::test_boundary_of_a_rectangle",
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
    return masks & ~scipy.ndimage.binary_erosion(masks, iterations=width)


def boundary_iou(truth, prediction, width=1):
    return iou(boundary(truth, width), boundary(prediction, width))
