# /// wrong
# mistake = "The middle is at size // 2, half a pixel off for even sizes."
# score = 29
# fails = [
#     "test_hidden.py::test_gaussian_kernels",
# ]
# ///

# %% question="q5"
def uniform_kernel(size):
    return np.full((size, size), 1 / size**2)


def gaussian_kernel(size, sigma):
    distance = np.arange(size) - size // 2
    profile = np.exp(-(distance**2) / (2 * sigma**2))
    return np.outer(profile, profile) / profile.sum() ** 2


def blur(image, kernel):
    image = np.asarray(image, dtype=float)
    weighted_sum = scipy.signal.correlate2d(image, kernel, mode="same")
    weight_inside = scipy.signal.correlate2d(np.ones_like(image), kernel, mode="same")
    return weighted_sum / weight_inside
