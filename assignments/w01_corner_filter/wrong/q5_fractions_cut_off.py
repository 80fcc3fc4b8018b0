# /// wrong
# mistake = "The image is turned into integers, so numbers from 0 to 1 become 0."
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
    image = image.astype(int)
    inside = scipy.signal.correlate2d(np.ones_like(image), kernel, "same")
    return scipy.signal.correlate2d(image, kernel, "same") / inside
