# /// wrong
# mistake = "A jump of at least 0.1 is an edge, whatever the scale of the image."
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
    upper_edge = np.argwhere(np.diff(image, axis=0) > 0.1)[:, 0]
    right_edge = np.argwhere(np.diff(image, axis=1) < -0.1)[:, 1]
    return upper_edge.min() + 1, right_edge.max()
