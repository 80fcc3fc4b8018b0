# /// wrong
# mistake = "An edge filter: the whole right edge shares the maximum."
# score = 24
# fails = [
#     "test_public.py::test_filter_peaks_at_the_lecture_corner",
#     "test_public.py::test_finds_the_lecture_corner",
#     "test_hidden.py::test_filter_peaks_at_every_corner",
#     "test_hidden.py::test_finds_corners",
#     "test_hidden.py::test_finds_corners_in_grey",
#     "test_hidden.py::test_finds_corners_in_noise",
# ]
# ///

# %% question="q3"
corner_filter = np.tile([1, 1, -1, -1], (4, 1))


def find_upper_right_corner(image):
    response = scipy.signal.correlate2d(image, corner_filter, mode="valid")
    j1, j2 = np.unravel_index(response.argmax(), response.shape)
    return int(j1) + 2, int(j2) + 1
