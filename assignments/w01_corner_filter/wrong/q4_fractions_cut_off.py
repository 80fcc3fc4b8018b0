# /// wrong
# mistake = "Integers against the overflow of uint8, so an image of numbers from 0 to 1 is black."
# score = 28
# fails = [
#     "test_hidden.py::test_sobel_of_photos",
# ]
# ///

# %% question="q4"
def sobel_x(image):
    return scipy.signal.correlate2d(image.astype(int), [[1, 0, -1], [2, 0, -2], [1, 0, -1]], "valid")


def sobel_y(image):
    return scipy.signal.correlate2d(image.astype(int), [[1, 2, 1], [0, 0, 0], [-1, -2, -1]], "valid")


def gradient_magnitude(image):
    return np.hypot(sobel_x(image), sobel_y(image))
