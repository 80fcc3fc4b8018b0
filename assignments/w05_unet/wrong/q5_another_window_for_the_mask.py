# /// wrong
# mistake = "Image and mask each get a window of their own."
# score = 38
# fails = [
#     "test_public.py::test_image_and_mask_stay_together",
#     "test_hidden.py::test_random_flips_and_angles",
#     "test_hidden.py::test_random_windows",
#     "test_hidden.py::test_seed_decides",
# ]
# ///

# %% question="q5"
def rotate(image, mask, angle):
    image = scipy.ndimage.rotate(image, angle, reshape=False, order=1, mode="reflect")
    return image, scipy.ndimage.rotate(mask, angle, reshape=False, order=0, mode="reflect")


def augment(image, mask, size, max_angle, seed):
    generator = np.random.default_rng(seed)
    if generator.random() < 0.5:
        image, mask = image[:, ::-1], mask[:, ::-1]
    image, mask = rotate(image, mask, generator.uniform(-max_angle, max_angle))

    def cut(array):
        top = generator.integers(array.shape[0] - size + 1)
        left = generator.integers(array.shape[1] - size + 1)
        return array[top : top + size, left : left + size]

    return cut(image), cut(mask)
