# /// wrong
# mistake = "One random number decides both: what is mirrored always turns the same way."
# score = 41
# fails = [
#     "test_hidden.py::test_random_flips_and_angles",
# ]
# ///

# %% question="q5"
def rotate(image, mask, angle):
    image = scipy.ndimage.rotate(image, angle, reshape=False, order=1, mode="reflect")
    return image, scipy.ndimage.rotate(mask, angle, reshape=False, order=0, mode="reflect")


def augment(image, mask, size, max_angle, seed):
    generator = np.random.default_rng(seed)
    number = generator.random()
    if number < 0.5:
        image, mask = image[:, ::-1], mask[:, ::-1]
    image, mask = rotate(image, mask, (2 * number - 1) * max_angle)
    top = generator.integers(image.shape[0] - size + 1)
    left = generator.integers(image.shape[1] - size + 1)
    return image[top : top + size, left : left + size], mask[top : top + size, left : left + size]
