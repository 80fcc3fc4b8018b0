# /// wrong
# mistake = "The sums are kept in the image's own type, so photos overflow."
# score = 27
# fails = [
#     "test_hidden.py::test_photos_do_not_overflow",
#     "test_hidden.py::test_random_images_with_reversal",
# ]
# ///

# %% question="q1"
def correlate2d(image, kernel, mode="valid"):
    X, W = np.asarray(image), np.asarray(kernel)
    K1, K2 = W.shape
    padding = {
        "valid": ((0, 0), (0, 0)),
        "same": (((K1 - 1) // 2, K1 // 2), ((K2 - 1) // 2, K2 // 2)),
        "full": ((K1 - 1, K1 - 1), (K2 - 1, K2 - 1)),
    }
    X = np.pad(X, padding[mode])
    rows, columns = X.shape[0] - K1 + 1, X.shape[1] - K2 + 1
    Z = np.zeros((rows, columns), dtype=X.dtype)
    for k1 in range(K1):
        for k2 in range(K2):
            Z += (W[k1, k2] * X[k1 : k1 + rows, k2 : k2 + columns]).astype(X.dtype)
    return Z
