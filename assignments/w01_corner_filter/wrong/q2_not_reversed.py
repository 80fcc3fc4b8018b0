# /// wrong
# mistake = "The kernel is not turned around."
# score = 27
# fails = [
#     "test_public.py::test_lecture_example_with_reversal",
#     "test_hidden.py::test_random_images_with_reversal",
# ]
# ///

# %% question="q2"
def convolve2d_with_reversal(image, kernel, mode="valid"):
    return correlate2d(image, kernel, mode)
