# /// wrong
# mistake = "The mask is interpolated and cut at one half, instead of taking the nearest pixel."
# score = 41
# fails = [
#     "test_hidden.py::test_rotates_by_any_angle",
# ]
# ///

# %% question="q5"
def rotate(image, mask, angle):
    image = scipy.ndimage.rotate(image, angle, reshape=False, order=1, mode="reflect")
    mask = scipy.ndimage.rotate(mask, angle, reshape=False, order=1, mode="reflect")
    return image, (mask > 0.5).astype("float32")


def augment(image, mask, size, max_angle, seed):
    generator = np.random.default_rng(seed)
    if generator.random() < 0.5:
        image, mask = image[:, ::-1], mask[:, ::-1]
    image, mask = rotate(image, mask, generator.uniform(-max_angle, max_angle))
    top = generator.integers(image.shape[0] - size + 1)
    left = generator.integers(image.shape[1] - size + 1)
    return image[top : top + size, left : left + size], mask[top : top + size, left : left + size]
