# /// wrong
# mistake = "The maps are reshaped where the axis of the patterns had to move."
# score = 28
# fails = [
#     "test_public.py::test_feature_maps_of_the_lecture_cross",
#     "test_hidden.py::test_feature_maps_of_random_patterns",
# ]
# ///

# %% question="q6"
def feature_maps(image, patterns):
    maps = np.array([scipy.signal.correlate2d(image, pattern, "valid") for pattern in patterns])
    return maps.reshape(*maps.shape[1:], len(patterns))


def match_pattern(image, pattern):
    direction = pattern - pattern.mean()
    windows = np.lib.stride_tricks.sliding_window_view(image, pattern.shape)
    windows = windows - windows.mean(axis=(2, 3), keepdims=True)
    products = (windows * direction).sum(axis=(2, 3))
    lengths = np.sqrt((windows**2).sum(axis=(2, 3)) * (direction**2).sum())
    return products / np.where(lengths > 1e-9, lengths, np.inf)
