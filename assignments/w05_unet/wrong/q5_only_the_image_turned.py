# /// wrong
# mistake = "Only the image is turned; the mask stays as it was."
# score = 36
# fails = [
#     "test_public.py::test_image_and_mask_stay_together",
#     "test_public.py::test_quarter_turn",
#     "test_hidden.py::test_random_flips_and_angles",
#     "test_hidden.py::test_rotates_by_any_angle",
#     "test_hidden.py::test_seed_decides",
# ]
# ///

# %% question="q5"
def rotate(image, mask, angle):
    image = scipy.ndimage.rotate(image, angle, reshape=False, order=1, mode="reflect")
    return image, mask


def augment(image, mask, size, max_angle, seed):
    generator = np.random.default_rng(seed)
    if generator.random() < 0.5:
        image, mask = image[:, ::-1], mask[:, ::-1]
    image, mask = rotate(image, mask, generator.uniform(-max_angle, max_angle))
    top = generator.integers(image.shape[0] - size + 1)
    left = generator.integers(image.shape[1] - size + 1)
    return image[top : top + size, left : left + size], mask[top : top + size, left : left + size]
