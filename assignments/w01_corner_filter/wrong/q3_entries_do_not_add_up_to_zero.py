# /// wrong
# mistake = "The entries do not add up to zero: invisible on black, but every bright area answers."
# score = 29
# fails = [
#     "test_public.py::test_filter_is_blind_to_constant_images",
# ]
# ///

# %% question="q3"
corner_filter = np.full((4, 4), -1 / 4)
corner_filter[2:, :2] = 1


def find_upper_right_corner(image):
    response = scipy.signal.correlate2d(image, corner_filter, mode="valid")
    j1, j2 = np.unravel_index(response.argmax(), response.shape)
    return int(j1) + 2, int(j2) + 1
