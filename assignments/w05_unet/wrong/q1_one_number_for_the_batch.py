# /// wrong
# mistake = "Intersection and union are summed over the whole batch: one number for all."
# score = 38
# fails = [
#     "test_public.py::test_boundary_iou_of_a_shifted_square",
#     "test_public.py::test_iou_of_little_masks",
#     "test_hidden.py::test_boundary_iou_of_random_masks",
#     "test_hidden.py::test_iou_of_empty_masks",
#     "test_hidden.py::test_iou_of_random_masks",
# ]
# ///

# %% question="q1"
def iou(truth, prediction):
    truth, prediction = np.asarray(truth, dtype=bool), np.asarray(prediction, dtype=bool)
    union = (truth | prediction).sum()
    return (truth & prediction).sum() / union if union else 1.0


def boundary(masks, width=1):
    masks = np.asarray(masks, dtype=bool)
    steps = np.array([[[0, 1, 0], [1, 1, 1], [0, 1, 0]]])
    return masks & ~scipy.ndimage.binary_erosion(masks, steps, iterations=width)


def boundary_iou(truth, prediction, width=1):
    return iou(boundary(truth, width), boundary(prediction, width))
