# /// wrong
# mistake = "σ is used as the variance: right for σ = 1 only."
# score = 29
# fails = [
#     "test_hidden.py::test_gaussian_kernels",
# ]
# ///

# %% question="q5"
def uniform_kernel(size):
    return np.full((size, size), 1 / size**2)


def gaussian_kernel(size, sigma):
    distance = np.arange(size) - (size - 1) / 2
    profile = np.exp(-(distance**2) / (2 * sigma))
    return np.outer(profile, profile) / profile.sum() ** 2


def blur(image, kernel):
    image = np.asarray(image, dtype=float)
    weighted_sum = scipy.signal.correlate2d(image, kernel, mode="same")
    weight_inside = scipy.signal.correlate2d(np.ones_like(image), kernel, mode="same")
    return weighted_sum / weight_inside
