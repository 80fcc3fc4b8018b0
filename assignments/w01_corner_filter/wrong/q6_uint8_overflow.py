# /// wrong
# mistake = "Products and squares of a photo of type uint8 wrap around."
# score = 29
# fails = [
#     "test_hidden.py::test_match_is_the_cosine",
# ]
# ///

# %% question="q6"
def feature_maps(image, patterns):
    return np.stack([scipy.signal.correlate2d(image, pattern, "valid") for pattern in patterns], axis=-1)


def match_pattern(image, pattern):
    ones = np.ones(pattern.shape)
    direction = pattern - pattern.mean()
    sums = scipy.signal.correlate2d(image, ones, "valid")
    squares = scipy.signal.correlate2d(image**2, ones, "valid")
    contrast = np.sqrt(np.maximum(squares - sums**2 / pattern.size, 0))
    lengths = contrast * np.linalg.norm(direction)
    products = scipy.signal.correlate2d(image, direction, "valid")
    return products / np.where(lengths > 1e-6, lengths, np.inf)
