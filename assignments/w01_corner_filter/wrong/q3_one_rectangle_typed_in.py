# /// wrong
# mistake = "The corner of the lecture's rectangle is typed in."
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
    return 32, 111
