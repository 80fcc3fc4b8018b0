# /// right
# style = "Fourier transforms in place of sums, and windows as views with einsum."
# ///

# %% question="q1"
def correlate2d(image, kernel, mode="valid"):
    image, kernel = np.array(image, dtype=np.float64), np.array(kernel, dtype=np.float64)
    shape = tuple(n + k - 1 for n, k in zip(image.shape, kernel.shape, strict=True))
    spectrum = np.fft.rfft2(image, shape) * np.fft.rfft2(np.flip(kernel), shape)
    full = np.fft.irfft2(spectrum, shape)
    if mode == "full":
        return full
    K1, K2 = kernel.shape
    N1, N2 = image.shape
    if mode == "same":
        return full[K1 // 2 : K1 // 2 + N1, K2 // 2 : K2 // 2 + N2]
    return full[K1 - 1 : N1, K2 - 1 : N2]


# %% question="q2"
def convolve2d_with_reversal(image, kernel, mode="valid"):
    image, kernel = np.asarray(image, float), np.asarray(kernel, float)
    return scipy.signal.fftconvolve(image, kernel, mode=mode)


# %% question="q3"
inside = np.outer([0, 0, 1, 1], [1, 1, 0, 0])
corner_filter = inside / inside.sum() - (1 - inside) / (1 - inside).sum()


def find_upper_right_corner(image):
    windows = np.lib.stride_tricks.sliding_window_view(np.asarray(image, float), (4, 4))
    response = np.einsum("abij,ij->ab", windows, corner_filter)
    offset = np.unravel_index(np.argmax(response), response.shape)
    return np.add(offset, (2, 1))


# %% question="q4"
def sobel_x(image):
    change = scipy.ndimage.convolve1d(np.asarray(image, float), [1, 0, -1], axis=1)
    return -scipy.ndimage.correlate1d(change, [1, 2, 1], axis=0)[1:-1, 1:-1]


def sobel_y(image):
    return sobel_x(np.rot90(image)[::-1]).T


def gradient_magnitude(image):
    return np.abs(sobel_x(image) + 1j * sobel_y(image))


# %% question="q5"
def uniform_kernel(size):
    return np.ones((size, size)) / (size * size)


def gaussian_kernel(size, sigma):
    k = np.linspace(-(size - 1) / 2, (size - 1) / 2, size)
    kernel = np.exp(-np.add.outer(k**2, k**2) / (2 * sigma**2))
    return kernel / np.sum(kernel)


def blur(image, kernel):
    image = np.asarray(image, dtype=float)
    turned = np.flip(kernel)
    sums = scipy.signal.fftconvolve(image, turned, mode="same")
    return sums / scipy.signal.fftconvolve(np.ones(image.shape), turned, mode="same")


# %% question="q6"
def feature_maps(image, patterns):
    windows = np.lib.stride_tricks.sliding_window_view(np.asarray(image, float), np.shape(patterns)[1:])
    return np.einsum("abij,nij->abn", windows, patterns)


def match_pattern(image, pattern):
    windows = np.lib.stride_tricks.sliding_window_view(np.asarray(image, float), np.shape(pattern))
    x = windows.reshape(*windows.shape[:2], -1)
    x = x - x.mean(axis=-1, keepdims=True)
    w = np.ravel(pattern) - np.mean(pattern)
    length = np.linalg.norm(x, axis=-1)
    constant = np.ptp(windows, axis=(2, 3)) == 0
    return np.where(constant, 0, x @ w / np.linalg.norm(w) / np.where(constant, 1, length))
