# /// wrong
# mistake = "The lecture's answer is typed in; anything else is not computed."
# score = 21
# fails = [
#     "test_public.py::test_lecture_example_with_reversal",
#     "test_public.py::test_same_and_full_count_the_covered_pixels",
#     "test_hidden.py::test_photos_do_not_overflow",
#     "test_hidden.py::test_random_images",
#     "test_hidden.py::test_random_images_with_reversal",
#     "test_hidden.py::test_same_mode_with_even_kernels",
# ]
# ///

# %% question="q1"
def correlate2d(image, kernel, mode="valid"):
    return np.array([[12.0, 12.0, 17.0], [10.0, 17.0, 19.0], [9.0, 6.0, 14.0]])
