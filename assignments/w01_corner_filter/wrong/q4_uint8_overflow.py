# /// wrong
# mistake = "Differences of uint8 wrap around: right on small numbers, wrong on photos."
# score = 27
# fails = [
#     "test_hidden.py::test_sobel_of_photos",
#     "test_hidden.py::test_strength_of_edges",
# ]
# ///

# %% question="q4"
def sobel_x(image):
    left, right = image[:, :-2], image[:, 2:]
    difference = left - right
    return difference[:-2] + 2 * difference[1:-1] + difference[2:]


def sobel_y(image):
    upper, lower = image[:-2], image[2:]
    difference = upper - lower
    return difference[:, :-2] + 2 * difference[:, 1:-1] + difference[:, 2:]


def gradient_magnitude(image):
    return np.hypot(sobel_x(image), sobel_y(image))
