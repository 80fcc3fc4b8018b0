# /// wrong
# mistake = "Brightness without a cut-off: white becomes black."
# score = 45
# fails = [
#     "test_hidden.py::test_bright_and_dark_images_do_not_wrap_around",
#     "test_hidden.py::test_trained_on_training_scraps_only",
# ]
# ///

# %% question="q4"
def augment(images, seed):
    rng = np.random.default_rng(seed)
    views = [np.rot90(image, rng.integers(4))[:, :: rng.choice([1, -1])] for image in np.asarray(images)]
    contrast = rng.uniform(0.7, 1.3, size=(len(views), 1, 1, 1))
    brightness = rng.uniform(-30, 30, size=(len(views), 1, 1, 1))
    return np.round(contrast * views + brightness).astype(int).astype("uint8")


# training_images: array of shape (N, 32, 32, 3), uint8.
# training_labels: array of shape (N,), integers: the label of each image.
training_images = np.concatenate([augment(training[0], seed) for seed in range(8)])
training_labels = np.tile(training[1], 8)
