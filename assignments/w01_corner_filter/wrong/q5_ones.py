# /// wrong
# mistake = "The uniform kernel is all ones: it adds up instead of averaging."
# score = 29
# fails = [
#     "test_public.py::test_uniform_kernel",
# ]
# ///

# %% question="q5"
def uniform_kernel(size):
    return np.ones((size, size))


def gaussian_kernel(size, sigma):
    distance = np.arange(size) - (size - 1) / 2
    profile = np.exp(-(distance**2) / (2 * sigma**2))
    return np.outer(profile, profile) / profile.sum() ** 2


def blur(image, kernel):
    image = np.asarray(image, dtype=float)
    weighted_sum = scipy.signal.correlate2d(image, kernel, mode="same")
    weight_inside = scipy.signal.correlate2d(np.ones_like(image), kernel, mode="same")
    return weighted_sum / weight_inside
