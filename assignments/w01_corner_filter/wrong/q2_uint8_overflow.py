# /// wrong
# mistake = "SciPy's function as it is: image and kernel of type uint8 give sums of that type."
# score = 28
# fails = [
#     "test_hidden.py::test_random_images_with_reversal",
# ]
# ///

# %% question="q2"
def convolve2d_with_reversal(image, kernel, mode="valid"):
    return scipy.signal.convolve2d(image, kernel, mode)
