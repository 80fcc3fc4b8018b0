# /// wrong
# mistake = "The blend is cut off to integers instead of rounded."
# score = 51.0
# fails = [
#     "test_hidden.py::test_overlay_is_rounded_and_has_defaults",
# ]
# ///

# %% question="q4"
def normalised(heat_map):
    return np.divide(heat_map, np.max(heat_map) or 1)


def resized(heat_map, height, width):
    channels_last = np.array(heat_map, dtype=np.float32)[..., np.newaxis]
    return np.array(keras.ops.image.resize(channels_last, (height, width)))[..., 0]


def overlay(image, heat_map, opacity=0.7, colour=(255, 0, 255)):
    cover = opacity * resized(normalised(heat_map), *image.shape[:2])[..., np.newaxis]
    return ((1 - cover) * image + cover * np.array(colour)).astype(np.uint8)
