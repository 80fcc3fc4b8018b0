# /// wrong
# mistake = "The kernel is turned around: this is convolution with reversal."
# score = 20
# fails = [
#     "test_public.py::test_lecture_example",
#     "test_public.py::test_same_and_full_count_the_covered_pixels",
#     "test_public.py::test_lecture_example_with_reversal",
#     "test_hidden.py::test_photos_do_not_overflow",
#     "test_hidden.py::test_random_images",
#     "test_hidden.py::test_random_images_with_reversal",
#     "test_hidden.py::test_same_mode_with_even_kernels",
# ]
# ///

# %% question="q1"
def correlate2d(image, kernel, mode="valid"):
    X, W = np.asarray(image, dtype=float), np.asarray(kernel, dtype=float)
    K1, K2 = W.shape
    padding = {
        "valid": ((0, 0), (0, 0)),
        "same": (((K1 - 1) // 2, K1 // 2), ((K2 - 1) // 2, K2 // 2)),
        "full": ((K1 - 1, K1 - 1), (K2 - 1, K2 - 1)),
    }
    X = np.pad(X, padding[mode])
    rows, columns = X.shape[0] - K1 + 1, X.shape[1] - K2 + 1
    Z = np.zeros((rows, columns))
    for k1 in range(K1):
        for k2 in range(K2):
            Z += W[K1 - 1 - k1, K2 - 1 - k2] * X[k1 : k1 + rows, k2 : k2 + columns]
    return Z
