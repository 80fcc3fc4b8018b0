# /// wrong
# mistake = "Zeros from outside the image are averaged in: a dark frame."
# score = 29
# fails = [
#     "test_hidden.py::test_blur_keeps_the_size_and_averages_inside",
# ]
# ///

# %% question="q5"
def uniform_kernel(size):
    return np.full((size, size), 1 / size**2)


def gaussian_kernel(size, sigma):
    distance = np.arange(size) - (size - 1) / 2
    profile = np.exp(-(distance**2) / (2 * sigma**2))
    return np.outer(profile, profile) / profile.sum() ** 2


def blur(image, kernel):
    image = np.asarray(image, dtype=float)
    weighted_sum = scipy.signal.correlate2d(image, kernel, mode="same")
    return weighted_sum
