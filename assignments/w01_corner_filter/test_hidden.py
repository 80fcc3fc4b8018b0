"""Hidden tests of week 1: random images, kernels and rectangles against SciPy, and laws that always hold.

Messages name the likely mistake, never an input.
"""

import numpy as np
import pytest
import scipy.signal

SHAPES = [((7, 11), (3, 5)), ((12, 6), (5, 2)), ((9, 9), (4, 4)), ((8, 13), (1, 3)), ((6, 5), (6, 5))]
ODD_SHAPES = [((7, 11), (3, 5)), ((12, 6), (5, 1)), ((9, 10), (7, 3))]
EVEN_SHAPES = [((7, 11), (4, 4)), ((12, 9), (2, 6)), ((8, 13), (3, 2)), ((9, 10), (4, 5))]


def measured(answer, what):
    """Check the type of an answer; it comes back as an array of floats."""
    try:
        array = np.asarray(answer)
    except ValueError:
        array = np.empty((), dtype=object)
    assert array.dtype.kind != "c", f"{what} should answer with real numbers; take the real part of these."
    assert array.dtype.kind in "iufb", (
        f"{what} should answer with an array of numbers, not {type(answer).__name__} of {array.dtype}."
    )
    return array.astype(np.float64)


def agrees(array, oracle):
    """Same shape, same numbers, as far as float32 has them; NaN agrees with nothing."""
    largest = np.abs(oracle).max()
    return array.shape == oracle.shape and bool(np.allclose(array, oracle, rtol=1e-4, atol=1e-5 * largest))


def random_pairs(rng, shapes):
    """Images and kernels of positive and negative numbers; none of the kernels is symmetric."""
    for image_shape, kernel_shape in shapes:
        yield rng.normal(size=image_shape), rng.normal(size=kernel_shape)


# q1


@pytest.mark.question("q1")
@pytest.mark.points(3)
@pytest.mark.parametrize("mode", ["valid", "same", "full"])
def test_random_images(correlate2d, rng, mode):
    """Any image and kernel, square or not, in each of the three modes."""
    for image, kernel in random_pairs(rng, ODD_SHAPES if mode == "same" else SHAPES):
        Z = measured(correlate2d(image, kernel, mode=mode), "correlate2d")
        oracle = scipy.signal.correlate2d(image, kernel, mode=mode)
        assert Z.shape == oracle.shape, (
            f"Wrong shape in {mode} mode: see the table. Rows go with N1 and K1, columns with N2 and K2,"
            " and neither the image nor the kernel need be square."
        )
        assert not agrees(Z, scipy.signal.convolve2d(image, kernel, mode=mode)), (
            f"In {mode} mode this is convolution with reversal: the kernel is turned around."
        )
        assert agrees(Z, oracle), (
            f"Wrong numbers in {mode} mode. Is the image surrounded by zeros, as many as the docstring says,"
            " and each entry of the kernel multiplied with its own pixel?"
        )


@pytest.mark.question("q1")
@pytest.mark.points(1)
def test_same_mode_with_even_kernels(correlate2d, rng):
    """Same mode with even kernels: the extra zeros come below and on the right."""
    for image, kernel in random_pairs(rng, EVEN_SHAPES):
        Z = measured(correlate2d(image, kernel, mode="same"), "correlate2d")
        assert Z.shape == image.shape, (
            "In same mode the answer has the shape of the image, for even kernels too."
        )
        assert agrees(Z, scipy.signal.correlate2d(image, kernel, mode="same")), (
            "Wrong numbers in same mode with an even kernel. If they are right with odd ones:"
            " (K - 1) // 2 zeros go before the image, K // 2 behind it."
        )


@pytest.mark.question("q1")
@pytest.mark.points(1)
def test_photos_do_not_overflow(correlate2d, rng):
    """A photo of type uint8 gives floats, without overflow."""
    photo = rng.integers(0, 256, size=(12, 15), dtype=np.uint8)
    kernel = rng.integers(-9, 10, size=(3, 4))
    kernel[0, 0], kernel[2, 3] = -9, 8
    oracle = scipy.signal.correlate2d(photo.astype(float), kernel.astype(float), mode="valid")
    as_floats = measured(correlate2d(photo.astype(float), kernel.astype(float)), "correlate2d")
    assert agrees(as_floats, oracle), "Wrong shape or numbers even for floats: look at the other tests first."
    answer = correlate2d(photo, kernel)
    assert agrees(measured(answer, "correlate2d"), oracle), (
        "Wrong numbers for a photo: in uint8, numbers above 255 and below 0 wrap around. Compute with floats."
    )
    assert np.asarray(answer).dtype.kind == "f", "The answer should be floats, for images of integers too."
    patch = photo[3:6, 2:6]
    oracle = scipy.signal.correlate2d(photo.astype(float), patch.astype(float), mode="valid")
    assert agrees(measured(correlate2d(photo, patch), "correlate2d"), oracle), (
        "Wrong numbers when the kernel, too, is of type uint8: a product above 255 wraps around."
    )


# q2


@pytest.mark.question("q2")
@pytest.mark.points(2)
def test_random_images_with_reversal(convolve2d_with_reversal, rng):
    """Any image and kernel with reversal, in each of the three modes."""
    for mode in ("valid", "same", "full"):
        for image, kernel in random_pairs(rng, ODD_SHAPES[::2] if mode == "same" else SHAPES[:3]):
            Z = measured(convolve2d_with_reversal(image, kernel, mode=mode), "convolve2d_with_reversal")
            for mistaken, how in (
                (kernel, "is not turned at all"),
                (kernel[::-1], "is turned only up-down"),
                (kernel[:, ::-1], "is turned only left-right"),
            ):
                oracle = scipy.signal.correlate2d(image, mistaken, mode=mode)
                assert not agrees(Z, oracle), f"In {mode} mode the kernel {how}."
            assert agrees(Z, scipy.signal.convolve2d(image, kernel, mode=mode)), (
                f"Wrong shape or numbers in {mode} mode. With reversal, the kernel is turned up-down and"
                " left-right; everything else is as in question 1."
            )
    photo = rng.integers(0, 256, size=(9, 12), dtype=np.uint8)
    patch = rng.integers(2, 256, size=(2, 3), dtype=np.uint8)
    answer = convolve2d_with_reversal(photo, patch)
    oracle = scipy.signal.convolve2d(photo.astype(float), patch.astype(float), mode="valid")
    assert agrees(measured(answer, "convolve2d_with_reversal"), oracle), (
        "Wrong numbers when image and kernel are of type uint8: there, numbers above 255 wrap around."
    )
    assert np.asarray(answer).dtype.kind == "f", "The answer should be floats, for images of integers too."


# q3


def random_rectangles(rng, count):
    """Images with one rectangle brighter than the rest, each with its upper right corner (row, column).

    The smallest rectangle that the question allows is among them, and brightness on scales from 0.01 to 100.
    """
    for number in range(count):
        N1, N2 = (int(size) for size in rng.integers(24, 64, size=2))
        height = 4 if number == 0 else int(rng.integers(4, N1 - 8))
        width = 4 if number == 0 else int(rng.integers(4, N2 - 8))
        top = int(rng.integers(4, N1 - height - 3))
        left = int(rng.integers(4, N2 - width - 3))
        dark = rng.uniform(0, 0.3)
        image = np.full((N1, N2), dark)
        image[top : top + height, left : left + width] = dark + rng.uniform(0.3, 0.7)
        yield image * 10.0 ** (number % 5 - 2), (top, left + width - 1)


def located(find_upper_right_corner, image):
    """The student's answer for one image as two integers."""
    position = measured(find_upper_right_corner(image), "find_upper_right_corner")
    assert position.shape == (2,), "find_upper_right_corner should answer with two numbers, (row, column)."
    assert np.isfinite(position).all(), "The row and the column should be numbers, not NaN or infinite."
    assert (position == np.round(position)).all(), "The row and the column should be integers."
    return int(position[0]), int(position[1])


def explain(position, corner):
    """The likely mistake behind a wrong position."""
    if position == corner[::-1]:
        return "Row and column are swapped: rows come first."
    if abs(position[0] - corner[0]) <= 3 and abs(position[1] - corner[1]) <= 3:
        return "Close, but not the corner pixel. Where in the 4×4 window does it lie?"
    return "Not the upper right corner. Does the answer follow the maximum of G * X in this image?"


@pytest.mark.question("q3")
@pytest.mark.points(1)
def test_filter_peaks_at_every_corner(corner_filter, rng):
    """The filter's maximum is at the upper right corner of any bright rectangle."""
    G = measured(corner_filter, "corner_filter")
    assert G.shape == (4, 4), "corner_filter should have the shape (4, 4)."
    for image, (row, column) in random_rectangles(rng, 20):
        Z = scipy.signal.correlate2d(image, G, mode="valid")
        maxima = np.argwhere(np.isclose(Z, Z.max(), atol=1e-9 * np.ptp(image)))
        assert len(maxima) == 1, (
            "On some rectangle several offsets share the maximum. Which corner or edge looks the same to G?"
        )
        j1, j2 = maxima[0]
        assert j1 <= row <= j1 + 3 and j2 <= column <= j2 + 3, (
            "On some rectangle, or some background, the maximum is not at the upper right corner."
        )


@pytest.mark.question("q3")
@pytest.mark.points(1)
def test_finds_corners(find_upper_right_corner, rng):
    """Finds the corner of white rectangles of any position and size."""
    for image, corner in random_rectangles(rng, 15):
        position = located(find_upper_right_corner, (image > image.min()).astype(float))
        assert position == corner, explain(position, corner)


@pytest.mark.question("q3")
@pytest.mark.points(1)
def test_finds_corners_in_grey(find_upper_right_corner, rng):
    """Finds the corner of bright rectangles on a background that is not black."""
    for image, corner in random_rectangles(rng, 15):
        brighter = image + 2 * np.ptp(image)
        position = located(find_upper_right_corner, brighter)
        assert position == corner, f"On a bright background: {explain(position, corner)}"


@pytest.mark.question("q3")
@pytest.mark.points(1)
def test_finds_corners_in_noise(find_upper_right_corner, rng):
    """A little noise does not matter."""
    for image, corner in random_rectangles(rng, 20):
        noise = rng.normal(scale=0.008 * np.ptp(image), size=image.shape)
        position = located(find_upper_right_corner, image + noise)
        assert position == corner, f"In noise: {explain(position, corner)}"


# q4


@pytest.mark.question("q4")
@pytest.mark.points(2)
def test_sobel_of_photos(sobel_x, sobel_y, rng):
    """Both Sobel filters on a photo of type uint8."""
    photo = rng.integers(0, 256, size=(9, 14), dtype=np.uint8)
    along_x = np.outer([1, 2, 1], [1, 0, -1])
    for function, kernel, name in ((sobel_x, along_x, "sobel_x"), (sobel_y, along_x.T, "sobel_y")):
        Z = measured(function(photo), name)
        oracle = scipy.signal.correlate2d(photo.astype(float), kernel, mode="valid")
        assert Z.shape == oracle.shape, (
            f"{name}: in valid mode a 3×3 kernel takes two rows and two columns away."
        )
        assert not agrees(Z, -oracle), f"{name} has the opposite sign, as convolution with reversal has."
        assert not agrees(Z, scipy.signal.correlate2d(photo.astype(float), kernel.T, mode="valid")), (
            f"{name} looks in the wrong direction: x runs from left to right, y from top to bottom."
        )
        assert not agrees(Z, np.abs(oracle)), f"{name} lost its sign."
        right_for_floats = agrees(measured(function(photo.astype(float)), name), oracle)
        hint = (
            "uint8 overflows: compute with floats."
            if right_for_floats
            else "Is it the kernel of the question?"
        )
        assert agrees(Z, oracle), f"{name}: wrong numbers for a photo. {hint}"
        fractions = rng.uniform(size=(7, 5))
        oracle = scipy.signal.correlate2d(fractions, kernel, mode="valid")
        assert agrees(measured(function(fractions), name), oracle), (
            f"{name}: right for integers, wrong for numbers from 0 to 1. Were they cut off to integers?"
        )


@pytest.mark.question("q4")
@pytest.mark.points(1)
def test_strength_of_edges(gradient_magnitude, rng):
    """The strength of an edge is the length of the gradient."""
    photo = rng.integers(0, 256, size=(11, 8), dtype=np.uint8)
    along_x = np.outer([1, 2, 1], [1, 0, -1])
    components = [
        scipy.signal.correlate2d(photo.astype(float), kernel, "valid") for kernel in (along_x, along_x.T)
    ]
    strength = measured(gradient_magnitude(photo), "gradient_magnitude")
    assert not agrees(strength, np.abs(components).sum(axis=0)), (
        "This is |Zx| + |Zy|, not the root of Zx² + Zy²."
    )
    assert not agrees(strength, np.square(components).sum(axis=0)), "The root is missing."
    assert agrees(strength, np.hypot(*components)), (
        "Wrong shape or numbers: it should be the root of Zx² + Zy²."
    )


# q5


@pytest.mark.question("q5")
@pytest.mark.points(1)
def test_gaussian_kernels(gaussian_kernel, rng):
    """Gaussian kernels of other sizes and widths, odd and even."""
    for size in (5, 8, 11):
        sigma = float(rng.uniform(1.4, 3))
        squares = (np.arange(size) - (size - 1) / 2) ** 2
        distance = squares[:, np.newaxis] + squares
        kernel = measured(gaussian_kernel(size, sigma), "gaussian_kernel")
        assert kernel.shape == (size, size), (
            "gaussian_kernel(size, sigma) should have the shape (size, size)."
        )
        assert abs(kernel.sum() - 1) < 1e-6, (
            "The entries of the kernel should add up to 1, whatever size and σ are."
        )
        for spread, mistake in (
            (2 * sigma, "σ is the standard deviation, not the variance: it comes squared."),
            (sigma**2, "The exponent lacks its factor 2: it is divided by 2σ²."),
        ):
            profile = np.exp(-distance / spread)
            assert not agrees(kernel, profile / profile.sum()), mistake
        profile = np.exp(-distance / (2 * sigma**2))
        assert agrees(kernel, profile / profile.sum()), (
            "Wrong numbers. Is the largest value in the middle of the window, at (K - 1) / 2?"
        )


@pytest.mark.question("q5")
@pytest.mark.points(1)
def test_blur_keeps_the_size_and_averages_inside(blur, rng):
    """Blur is the weighted mean over the pixels inside the image, for photos and kernels of any shape."""
    for image_shape, kernel_shape in ODD_SHAPES:
        photo = rng.integers(0, 256, size=image_shape, dtype=np.uint8)
        weights = rng.uniform(0.1, 1, size=kernel_shape)
        weights += weights[::-1, ::-1]  # the same turned around: both customs are right
        for image, kernel in (
            (photo, weights / weights.sum()),
            (rng.uniform(size=image_shape), weights / weights.sum()),
            (photo, weights),
        ):
            blurred = measured(blur(image, kernel), "blur")
            assert blurred.shape == image.shape, "The blurred image should have the shape of the image."
            framed = scipy.signal.correlate2d(image.astype(float), kernel, mode="same")
            assert not agrees(blurred, framed), (
                "The border is too dark: zeros from outside the image are averaged in."
            )
            inside = scipy.signal.correlate2d(np.ones(image_shape), kernel, mode="same")
            assert agrees(blurred, framed / inside), (
                "Wrong numbers: each pixel should be a mean, weighted by the kernel, of photos and of numbers"
                " from 0 to 1, whatever the weights add up to."
            )


# q6


@pytest.mark.question("q6")
@pytest.mark.points(1)
def test_feature_maps_of_random_patterns(feature_maps, rng):
    """Any number of patterns of any shape; the last axis counts them."""
    for count, (image_shape, pattern_shape) in zip((1, 4, 3), SHAPES, strict=False):
        image, patterns = rng.normal(size=image_shape), rng.normal(size=(count, *pattern_shape))
        maps = measured(feature_maps(image, patterns), "feature_maps")
        oracle = np.dstack([scipy.signal.correlate2d(image, pattern, mode="valid") for pattern in patterns])
        assert not agrees(maps, np.moveaxis(oracle, -1, 0)), (
            "The patterns should be counted by the last axis."
        )
        assert maps.shape == oracle.shape, (
            "Wrong shape: height and width as in valid mode, then one map per pattern."
        )
        assert count == 1 or not agrees(maps, np.moveaxis(oracle, -1, 0).reshape(oracle.shape)), (
            "The numbers are right but in the wrong places: reshape does not move an axis."
        )
        assert agrees(maps, oracle), (
            "Wrong numbers: each map is the convolution without reversal with its pattern."
        )


@pytest.mark.question("q6")
@pytest.mark.points(1)
def test_match_is_the_cosine(match_pattern, rng):
    """The match is the cosine between window and pattern, whatever their brightness and contrast."""
    for image_shape, pattern_shape in (((8, 11), (3, 4)), ((10, 7), (5, 2))):
        image, pattern = rng.uniform(size=image_shape), rng.uniform(size=pattern_shape)
        bright = rng.uniform(20, 60) * image + rng.uniform(50, 100)
        match = measured(match_pattern(bright, pattern), "match_pattern")
        windows = np.lib.stride_tricks.sliding_window_view(image, pattern_shape)
        oracle = np.array(
            [[np.corrcoef(window.flat, pattern.flat)[0, 1] for window in row] for row in windows]
        )
        assert match.shape == oracle.shape, "Wrong shape: it should be that of valid mode."
        assert np.abs(match).max() < 1 + 1e-6, "A cosine lies between -1 and 1. Divide by both lengths."
        assert agrees(match, oracle), (
            "Wrong numbers: the answer changes with brightness or contrast. Each window loses its own mean"
            " and is divided by its own length."
        )
        faint = measured(match_pattern(rng.uniform(0.01, 0.02) * image, pattern), "match_pattern")
        assert faint.shape == oracle.shape and np.allclose(faint, oracle, atol=1e-3), (
            "Wrong numbers for an image of little contrast. Only a window without any gets the answer 0."
        )
    photo = rng.integers(0, 256, size=(9, 10), dtype=np.uint8)
    patch = rng.integers(0, 256, size=(3, 2), dtype=np.uint8)
    expected = measured(match_pattern(photo.astype(float), patch.astype(float)), "match_pattern")
    assert agrees(measured(match_pattern(photo, patch), "match_pattern"), expected), (
        "A photo of type uint8 and a patch of it should match as the same numbers as floats do."
    )


@pytest.mark.question("q6")
@pytest.mark.points(1)
def test_match_of_constant_windows_is_zero(match_pattern, rng):
    """A constant window matches nothing: 0, not NaN. A window that is the pattern itself: 1."""
    image = np.full((9, 12), float(rng.integers(1, 200)))
    pattern = rng.permutation(np.arange(8.0)).reshape(2, 4)
    image[5:7, 6:10] = pattern
    match = measured(match_pattern(image, pattern), "match_pattern")
    assert match.shape == (8, 9), "Wrong shape: it should be that of valid mode."
    assert np.isfinite(match).all(), (
        "Some values are NaN or infinite: what is 0/0 in a window without contrast?"
    )
    assert np.allclose(match[:3], 0, atol=1e-6), "Windows of one brightness should give 0."
    assert np.isclose(match[5, 6], 1), "A window that equals the pattern should give 1."
