# /// wrong
# mistake = "The patterns are counted by the first axis."
# score = 28
# fails = [
#     "test_public.py::test_feature_maps_of_the_lecture_cross",
#     "test_hidden.py::test_feature_maps_of_random_patterns",
# ]
# ///

# %% question="q6"
def feature_maps(image, patterns):
    maps = [scipy.signal.correlate2d(image, pattern, mode="valid") for pattern in np.asarray(patterns)]
    return np.stack(maps, axis=0)


def match_pattern(image, pattern):
    pattern = np.asarray(pattern, dtype=float)
    direction = pattern - pattern.mean()
    windows = np.lib.stride_tricks.sliding_window_view(np.asarray(image, dtype=float), pattern.shape)
    windows = windows - windows.mean(axis=(2, 3), keepdims=True)
    products = (windows * direction).sum(axis=(2, 3))
    lengths = np.sqrt((windows**2).sum(axis=(2, 3)) * (direction**2).sum())
    return np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 1e-9)
