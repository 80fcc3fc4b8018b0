# /// wrong
# mistake = "A checkerboard of signs: the lower left corner answers as strongly as the upper right one."
# score = 27
# fails = [
#     "test_public.py::test_filter_peaks_at_the_lecture_corner",
#     "test_hidden.py::test_filter_peaks_at_every_corner",
#     "test_hidden.py::test_finds_corners_in_noise",
# ]
# ///

# %% question="q3"
corner_filter = np.outer([-1, -1, 1, 1], [1, 1, -1, -1])


def find_upper_right_corner(image):
    response = scipy.signal.correlate2d(image, corner_filter, mode="valid")
    j1, j2 = np.argwhere(np.isclose(response, response.max()))[0]
    return int(j1) + 2, int(j2) + 1
