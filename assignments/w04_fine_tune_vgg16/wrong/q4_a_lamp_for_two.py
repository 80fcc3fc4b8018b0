# /// wrong
# mistake = "Two images next to each other share a lamp."
# score = 46
# fails = [
#     "test_hidden.py::test_views_and_lamps",
# ]
# ///

# %% question="q4"
def augment(images, seed):
    rng = np.random.default_rng(seed)
    views = [np.rot90(image, rng.integers(4))[:, :: rng.choice([1, -1])] for image in images]
    pairs = (len(views) + 1) // 2
    contrast = np.repeat(rng.uniform(0.7, 1.3, size=(pairs, 1, 1, 1)), 2, axis=0)[: len(views)]
    brightness = np.repeat(rng.uniform(-30, 30, size=(pairs, 1, 1, 1)), 2, axis=0)[: len(views)]
    return np.clip(np.round(contrast * views + brightness), 0, 255).astype("uint8")


# training_images: array of shape (N, 32, 32, 3), uint8.
# training_labels: array of shape (N,), integers: the label of each image.
training_images = np.concatenate([augment(training[0], seed) for seed in range(8)])
training_labels = np.tile(training[1], 8)
