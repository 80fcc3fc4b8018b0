# /// wrong
# mistake = "The mode is ignored: nothing is ever padded."
# score = 24
# fails = [
#     "test_public.py::test_same_and_full_count_the_covered_pixels",
#     "test_hidden.py::test_random_images[full]",
#     "test_hidden.py::test_random_images[same]",
#     "test_hidden.py::test_random_images_with_reversal",
#     "test_hidden.py::test_same_mode_with_even_kernels",
# ]
# ///

# %% question="q1"
def correlate2d(image, kernel, mode="valid"):
    windows = np.lib.stride_tricks.sliding_window_view(np.asarray(image, dtype=float), np.shape(kernel))
    return (windows * kernel).sum(axis=(2, 3))
