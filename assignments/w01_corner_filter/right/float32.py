# /// right
# style = "Single precision throughout, as a network computes."
# ///

# %% question="q1"
def correlate2d(image, kernel, mode="valid"):
    image, kernel = np.float32(image), np.float32(kernel)
    (N1, N2), (K1, K2) = image.shape, kernel.shape
    above, left = {"valid": (0, 0), "same": ((K1 - 1) // 2, (K2 - 1) // 2), "full": (K1 - 1, K2 - 1)}[mode]
    below, right = {"valid": (0, 0), "same": (K1 // 2, K2 // 2), "full": (K1 - 1, K2 - 1)}[mode]
    framed = np.zeros((above + N1 + below, left + N2 + right), dtype=np.float32)
    framed[above : above + N1, left : left + N2] = image
    windows = np.lib.stride_tricks.sliding_window_view(framed, kernel.shape)
    return np.tensordot(windows, kernel, axes=2)


# %% question="q2"
def convolve2d_with_reversal(image, kernel, mode="valid"):
    return scipy.signal.correlate2d(np.float32(image), np.rot90(np.float32(kernel), 2), mode)


# %% question="q3"
corner_filter = np.full((4, 4), -1 / 3, dtype=np.float32)
corner_filter[2:, :2] = 1


def find_upper_right_corner(image):
    Z = scipy.signal.correlate2d(np.float32(image), corner_filter, mode="valid")
    row, column = divmod(int(np.argmax(Z)), Z.shape[1])
    return [row + 2, column + 1]


# %% question="q4"
def sobel_x(image):
    X = np.float32(image)
    difference = X[:, :-2] - X[:, 2:]
    return difference[:-2] + 2 * difference[1:-1] + difference[2:]


def sobel_y(image):
    X = np.float32(image)
    difference = X[:-2] - X[2:]
    return difference[:, :-2] + 2 * difference[:, 1:-1] + difference[:, 2:]


def gradient_magnitude(image):
    return np.sqrt(np.square(sobel_x(image)) + np.square(sobel_y(image)))


# %% question="q5"
def uniform_kernel(size):
    return np.full((size, size), 1, dtype=np.float32) / np.float32(size**2)


def gaussian_kernel(size, sigma):
    k1, k2 = np.indices((size, size), dtype=np.float32) - np.float32((size - 1) / 2)
    kernel = np.exp(-(k1**2 + k2**2) / np.float32(2 * sigma**2))
    return kernel / kernel.sum()


def blur(image, kernel):
    kernel = np.float32(kernel)
    sums = scipy.signal.correlate2d(np.float32(image), kernel, mode="same")
    return sums / scipy.signal.correlate2d(np.ones(np.shape(image), np.float32), kernel, mode="same")


# %% question="q6"
def feature_maps(image, patterns):
    image = np.float32(image)
    maps = [scipy.signal.correlate2d(image, np.float32(pattern), mode="valid") for pattern in patterns]
    return np.dstack(maps)


def match_pattern(image, pattern):
    pattern = np.float32(pattern)
    windows = np.lib.stride_tricks.sliding_window_view(np.float32(image), pattern.shape)
    windows = windows - windows.mean(axis=(2, 3), keepdims=True)
    pattern = pattern - pattern.mean()
    products = np.tensordot(windows, pattern)
    lengths = np.sqrt(np.square(windows).sum(axis=(2, 3))) * np.sqrt(np.square(pattern).sum())
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(lengths > 1e-3 * np.linalg.norm(pattern), products / lengths, 0)
