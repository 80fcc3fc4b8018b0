# /// wrong
# mistake = "Constant windows give 0/0."
# score = 29
# fails = [
#     "test_hidden.py::test_match_of_constant_windows_is_zero",
# ]
# ///

# %% question="q6"
def feature_maps(image, patterns):
    maps = [scipy.signal.correlate2d(image, pattern, mode="valid") for pattern in np.asarray(patterns)]
    return np.stack(maps, axis=-1)


def match_pattern(image, pattern):
    pattern = np.asarray(pattern, dtype=float)
    direction = pattern - pattern.mean()
    windows = np.lib.stride_tricks.sliding_window_view(np.asarray(image, dtype=float), pattern.shape)
    windows = windows - windows.mean(axis=(2, 3), keepdims=True)
    products = (windows * direction).sum(axis=(2, 3))
    lengths = np.sqrt((windows**2).sum(axis=(2, 3)) * (direction**2).sum())
    return products / lengths
