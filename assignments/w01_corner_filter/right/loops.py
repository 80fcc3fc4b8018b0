# /// right
# style = "Plain Python loops over every offset, tuples and lists in place of arrays where they serve."
# ///

# %% question="q1"
def correlate2d(image, kernel, mode="valid"):
    columns = len(image[0])
    height, width = len(kernel), len(kernel[0])
    above, left, below, right = 0, 0, 0, 0
    if mode == "same":
        above, left, below, right = (height - 1) // 2, (width - 1) // 2, height // 2, width // 2
    elif mode == "full":
        above = below = height - 1
        left = right = width - 1
    weights = [[float(weight) for weight in row] for row in kernel]
    pixels = [[float(pixel) for pixel in row] for row in image]
    blank = [0.0] * (left + columns + right)
    framed = [list(blank) for _ in range(above)]
    for row in pixels:
        framed.append([0.0] * left + row + [0.0] * right)
    framed += [list(blank) for _ in range(below)]
    Z = []
    for j1 in range(len(framed) - height + 1):
        line = []
        for j2 in range(len(blank) - width + 1):
            total = 0.0
            for k1 in range(height):
                for k2 in range(width):
                    total += weights[k1][k2] * framed[j1 + k1][j2 + k2]
            line.append(total)
        Z.append(line)
    return np.array(Z)


# %% question="q2"
def convolve2d_with_reversal(image, kernel, mode="valid"):
    turned = []
    for row in kernel:
        turned.insert(0, list(reversed(list(row))))
    return scipy.signal.correlate2d(np.array(image, dtype=float), np.array(turned), mode)


# %% question="q3"
corner_filter = np.array([[-1, -1, -1, -1], [-1, -1, -1, -1], [3, 3, -1, -1], [3, 3, -1, -1]])


def find_upper_right_corner(image):
    best, corner = None, None
    for row in range(2, len(image) - 1):
        for column in range(1, len(image[0]) - 2):
            window = image[row - 2 : row + 2, column - 1 : column + 3]
            answer = 4 * window[2:, :2].sum() - window.sum()
            if best is None or answer > best:
                best, corner = answer, (row, column)
    return corner


# %% question="q4"
def sobel_x(image):
    image = np.array(image).astype(float)
    Z = np.empty((image.shape[0] - 2, image.shape[1] - 2))
    for j1 in range(Z.shape[0]):
        above, middle, below = image[j1], image[j1 + 1], image[j1 + 2]
        column_sums = above + 2 * middle + below
        Z[j1] = column_sums[:-2] - column_sums[2:]
    return Z


def sobel_y(image):
    return sobel_x(np.transpose(image)).T


def gradient_magnitude(image):
    return (sobel_x(image) ** 2 + sobel_y(image) ** 2) ** 0.5


# %% question="q5"
def uniform_kernel(size):
    return np.array([[1 / size / size for _ in range(size)] for _ in range(size)])


def gaussian_kernel(size, sigma):
    kernel = np.zeros((size, size))
    middle = (size - 1) / 2
    for k1 in range(size):
        for k2 in range(size):
            kernel[k1, k2] = np.exp(-((k1 - middle) ** 2 + (k2 - middle) ** 2) / (2 * sigma**2))
    return kernel / kernel.sum()


def blur(image, kernel):
    rows, columns = image.shape
    half_height, half_width = kernel.shape[0] // 2, kernel.shape[1] // 2
    blurred = np.zeros((rows, columns))
    for row in range(rows):
        for column in range(columns):
            first_row, first_column = max(0, row - half_height), max(0, column - half_width)
            pixels = image[first_row : row + half_height + 1, first_column : column + half_width + 1]
            k1, k2 = first_row - row + half_height, first_column - column + half_width
            weights = kernel[k1 : k1 + pixels.shape[0], k2 : k2 + pixels.shape[1]]
            blurred[row, column] = (pixels * weights).sum() / weights.sum()
    return blurred


# %% question="q6"
def feature_maps(image, patterns):
    count, height, width = patterns.shape
    maps = np.zeros((image.shape[0] - height + 1, image.shape[1] - width + 1, count))
    for j1 in range(maps.shape[0]):
        for j2 in range(maps.shape[1]):
            window = image[j1 : j1 + height, j2 : j2 + width]
            for index in range(count):
                maps[j1, j2, index] = (window * patterns[index].astype(float)).sum()
    return maps


def match_pattern(image, pattern):
    height, width = pattern.shape
    w = (pattern - pattern.mean()).ravel()
    cosines = np.zeros((image.shape[0] - height + 1, image.shape[1] - width + 1))
    for j1 in range(cosines.shape[0]):
        for j2 in range(cosines.shape[1]):
            x = image[j1 : j1 + height, j2 : j2 + width].ravel()
            if x.min() == x.max():
                continue
            x = x - x.mean()
            cosines[j1, j2] = w @ x / np.linalg.norm(w) / np.linalg.norm(x)
    return cosines
