# /// wrong
# mistake = "Divided by 255 instead of preprocessed: the range that other networks want."
# score = 45
# fails = [
#     "test_public.py::test_preprocess_one_pixel",
#     "test_public.py::test_there_and_back",
#     "test_hidden.py::test_preprocess_like_keras",
# ]
# ///

# %% question="q1"
IMAGENET_MEANS = np.array([103.939, 116.779, 123.68], dtype="float32")  # of blue, green, red


def preprocess(images):
    return np.asarray(images, dtype="float32") / 255


def to_image(inputs):
    pixels = np.round(np.asarray(inputs) + IMAGENET_MEANS)[..., ::-1]
    return np.clip(pixels, 0, 255).astype("uint8")
