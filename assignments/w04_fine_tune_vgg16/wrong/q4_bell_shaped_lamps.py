# /// wrong
# mistake = "The brightness has a normal distribution, cut off at -30 and 30."
# score = 46
# fails = [
#     "test_hidden.py::test_views_and_lamps",
# ]
# ///

# %% question="q4"
def augment(images, seed):
    rng = np.random.default_rng(seed)
    views = [np.rot90(image, rng.integers(4))[:, :: rng.choice([1, -1])] for image in images]
    contrast = rng.uniform(0.7, 1.3, size=(len(views), 1, 1, 1))
    brightness = np.clip(rng.normal(0, 15, size=(len(views), 1, 1, 1)), -30, 30)
    return np.clip(np.round(contrast * views + brightness), 0, 255).astype("uint8")


# training_images: array of shape (N, 32, 32, 3), uint8.
# training_labels: array of shape (N,), integers: the label of each image.
training_images = np.concatenate([augment(training[0], seed) for seed in range(8)])
training_labels = np.tile(training[1], 8)
