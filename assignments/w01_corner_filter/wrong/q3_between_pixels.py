# /// wrong
# mistake = "The corner of the pixel instead of the pixel: half numbers."
# score = 26
# fails = [
#     "test_public.py::test_finds_the_lecture_corner",
#     "test_hidden.py::test_finds_corners",
#     "test_hidden.py::test_finds_corners_in_grey",
#     "test_hidden.py::test_finds_corners_in_noise",
# ]
# ///

# %% question="q3"
corner_filter = np.full((4, 4), -1 / 3)
corner_filter[2:, :2] = 1


def find_upper_right_corner(image):
    response = scipy.signal.correlate2d(image, corner_filter, mode="valid")
    j1, j2 = np.unravel_index(response.argmax(), response.shape)
    return j1 + 1.5, j2 + 1.5
