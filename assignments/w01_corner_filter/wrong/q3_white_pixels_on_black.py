# /// wrong
# mistake = "No filter at all: the corner of all pixels that are not black."
# score = 28
# fails = [
#     "test_hidden.py::test_finds_corners_in_grey",
#     "test_hidden.py::test_finds_corners_in_noise",
# ]
# ///

# %% question="q3"
corner_filter = np.full((4, 4), -1 / 3)
corner_filter[2:, :2] = 1


def find_upper_right_corner(image):
    rows, columns = np.nonzero(image)
    return int(rows.min()), int(columns.max())
