# /// wrong
# mistake = "Absolute values: a bright-to-dark edge cannot be told from a dark-to-bright one."
# score = 27
# fails = [
#     "test_public.py::test_sign_of_an_edge",
#     "test_hidden.py::test_sobel_of_photos",
# ]
# ///

# %% question="q4"
def sobel_x(image):
    gradient_x = [[1, 0, -1], [2, 0, -2], [1, 0, -1]]
    return np.abs(scipy.signal.correlate2d(np.asarray(image, dtype=float), gradient_x, mode="valid"))


def sobel_y(image):
    gradient_y = [[1, 2, 1], [0, 0, 0], [-1, -2, -1]]
    return np.abs(scipy.signal.correlate2d(np.asarray(image, dtype=float), gradient_y, mode="valid"))


def gradient_magnitude(image):
    return np.hypot(sobel_x(image), sobel_y(image))
