# /// wrong
# mistake = "The pixels at the edge are repeated outside of the image, not reflected."
# score = 42
# fails = [
#     "test_hidden.py::test_nothing_black_comes_in",
# ]
# ///

# %% question="q5"
def rotate(image, mask, angle):
    image = scipy.ndimage.rotate(image, angle, reshape=False, order=1, mode="nearest")
    return image, scipy.ndimage.rotate(mask, angle, reshape=False, order=0, mode="nearest")


def augment(image, mask, size, max_angle, seed):
    generator = np.random.default_rng(seed)
    if generator.random() < 0.5:
        image, mask = image[:, ::-1], mask[:, ::-1]
    image, mask = rotate(image, mask, generator.uniform(-max_angle, max_angle))
    top = generator.integers(image.shape[0] - size + 1)
    left = generator.integers(image.shape[1] - size + 1)
    return image[top : top + size, left : left + size], mask[top : top + size, left : left + size]
