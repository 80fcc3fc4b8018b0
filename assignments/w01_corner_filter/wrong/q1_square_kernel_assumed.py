# /// wrong
# mistake = "The kernel's height is taken for its width."
# score = 21
# fails = [
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
    K = len(W)
    before, behind = {"valid": (0, 0), "same": ((K - 1) // 2, K // 2), "full": (K - 1, K - 1)}[mode]
    X = np.pad(X, ((before, behind), (before, behind)))
    Z = np.zeros((X.shape[0] - K + 1, X.shape[1] - K + 1))
    for j1 in range(Z.shape[0]):
        for j2 in range(Z.shape[1]):
            Z[j1, j2] = (W * X[j1 : j1 + K, j2 : j2 + K]).sum()
    return Z
