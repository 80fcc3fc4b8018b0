# /// wrong
# mistake = "The match is the plain feature map: it follows the brightness."
# score = 27
# fails = [
#     "test_public.py::test_match_of_the_lecture_cross",
#     "test_hidden.py::test_match_is_the_cosine",
#     "test_hidden.py::test_match_of_constant_windows_is_zero",
# ]
# ///

# %% question="q6"
def feature_maps(image, patterns):
    maps = [scipy.signal.correlate2d(image, pattern, mode="valid") for pattern in np.asarray(patterns)]
    return np.stack(maps, axis=-1)


def match_pattern(image, pattern):
    return scipy.signal.correlate2d(image, pattern, mode="valid").astype(float)
