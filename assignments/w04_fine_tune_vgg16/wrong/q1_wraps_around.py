# /// wrong
# mistake = "Numbers below 0 and above 255 wrap around on the way back."
# score = 47
# fails = [
#     "test_hidden.py::test_back_from_anything",
# ]
# ///

# %% question="q1"
IMAGENET_MEANS = np.array([103.939, 116.779, 123.68], dtype="float32")  # of blue, green, red


def preprocess(images):
    return np.asarray(images, dtype="float32")[..., ::-1] - IMAGENET_MEANS


def to_image(inputs):
    pixels = np.round(np.asarray(inputs) + IMAGENET_MEANS)[..., ::-1]
    return pixels.astype("int64").astype("uint8")
