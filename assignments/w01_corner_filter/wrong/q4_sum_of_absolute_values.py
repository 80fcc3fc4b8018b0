# /// wrong
# mistake = "The strength is |Zx| + |Zy| instead of the length."
# score = 29
# fails = [
#     "test_hidden.py::test_strength_of_edges",
# ]
# ///

# %% question="q4"
def sobel_x(image):
    gradient_x = [[1, 0, -1], [2, 0, -2], [1, 0, -1]]
    return scipy.signal.correlate2d(np.asarray(image, dtype=float), gradient_x, mode="valid")


def sobel_y(image):
    gradient_y = [[1, 2, 1], [0, 0, 0], [-1, -2, -1]]
    return scipy.signal.correlate2d(np.asarray(image, dtype=float), gradient_y, mode="valid")


def gradient_magnitude(image):
    return np.abs(sobel_x(image)) + np.abs(sobel_y(image))
