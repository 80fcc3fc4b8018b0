# /// wrong
# mistake = "The weights are taken to add up to 1: what lies outside is subtracted from 1."
# score = 29
# fails = [
#     "test_hidden.py::test_blur_keeps_the_size_and_averages_inside",
# ]
# ///

# %% question="q5"
def uniform_kernel(size):
    return np.full((size, size), 1 / size**2)


def gaussian_kernel(size, sigma):
    profile = scipy.signal.windows.gaussian(size, sigma)
    kernel = np.outer(profile, profile)
    return kernel / kernel.sum()


def blur(image, kernel):
    margins = [(size // 2, size // 2) for size in kernel.shape]
    frame = np.pad(np.zeros(image.shape), margins, constant_values=1)
    outside = scipy.signal.correlate2d(frame, kernel, "valid")
    return scipy.signal.correlate2d(image, kernel, "same") / (1 - outside)
