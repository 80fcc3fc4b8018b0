# /// wrong
# mistake = "The boundary comes as numbers instead of booleans."
# score = 42
# fails = [
#     "test_public.py::test_boundary_of_a_rectangle",
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
    steps = scipy.ndimage.generate_binary_structure(2, 1)[np.newaxis]
    return (masks & ~scipy.ndimage.binary_erosion(masks, steps, iterations=width)).astype(float)


def boundary_iou(truth, prediction, width=1):
    return iou(boundary(truth, width), boundary(prediction, width))
