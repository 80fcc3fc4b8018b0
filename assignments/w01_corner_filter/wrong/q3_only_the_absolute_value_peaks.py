# /// wrong
# mistake = "The filter has the opposite sign, and the search takes absolute values to make up for it."
# score = 28
# fails = [
#     "test_public.py::test_filter_peaks_at_the_lecture_corner",
#     "test_hidden.py::test_filter_peaks_at_every_corner",
# ]
# ///

# %% question="q3"
corner_filter = np.full((4, 4), 1 / 3)
corner_filter[2:, :2] = -1


def find_upper_right_corner(image):
    response = scipy.signal.correlate2d(image, corner_filter, mode="valid")
    j1, j2 = np.unravel_index(np.abs(response).argmax(), response.shape)
    return int(j1) + 2, int(j2) + 1
