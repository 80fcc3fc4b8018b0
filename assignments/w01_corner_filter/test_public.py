"""Public tests of week 1: shapes and the numbers of the lecture. Students run them with `grader.check`."""

import numpy as np
import pytest
import scipy.signal

DECK_IMAGE = np.array([[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]])
DECK_KERNEL = np.array([[0, 1, 2], [2, 2, 0], [0, 1, 2]])
DECK_WITHOUT_REVERSAL = np.array([[12, 12, 17], [10, 17, 19], [9, 6, 14]])
DECK_WITH_REVERSAL = np.array([[18, 20, 19], [10, 9, 17], [11, 8, 14]])
DECK_CROSS = np.maximum(np.eye(5), np.eye(5)[::-1])
DIAGONAL, ANTI_DIAGONAL = np.eye(3), np.eye(3)[::-1]


def check_numbers(answer, shape, asked):
    """The answer as an array of floats, after a look at its type and its shape."""
    try:
        numbers = np.asarray(answer)
    except ValueError:
        numbers = np.asarray(None)
    kind = f"{type(answer).__name__} of {numbers.dtype}"
    assert numbers.dtype.kind != "c", f"{asked} should be real; what came is complex. Take the real part."
    assert numbers.dtype.kind in "biuf", f"{asked} should be an array of numbers; what came is {kind}."
    assert numbers.shape == shape, f"{asked} should have the shape {shape}; what came has {numbers.shape}."
    return numbers.astype(float)


def beside(came, expected):
    """Two small arrays as text, for a message."""
    return f"Expected\n{np.round(expected, 3)}\nand what came is\n{np.round(came, 3)}"


@pytest.mark.question("q1")
@pytest.mark.points(1)
def test_lecture_example(correlate2d):
    """The lecture's example, valid mode."""
    asked = "correlate2d of the lecture's 5×5 image and 3×3 kernel"
    came = check_numbers(correlate2d(DECK_IMAGE, DECK_KERNEL), (3, 3), asked)
    reversed_kernel = np.array_equal(came, DECK_WITH_REVERSAL)
    assert not reversed_kernel, (
        "These are the numbers of convolution *with* reversal: your kernel is turned around."
    )
    text = beside(came, DECK_WITHOUT_REVERSAL)
    assert np.allclose(came, DECK_WITHOUT_REVERSAL), (
        f"{text}\nZ[0, 0] is the kernel on the image's upper left corner."
    )


@pytest.mark.question("q1")
@pytest.mark.points(1)
def test_same_and_full_count_the_covered_pixels(correlate2d):
    """Same and full mode: ones on ones count the covered pixels; and an example of the docstring."""
    image, kernel = np.ones((3, 4)), np.ones((3, 3))
    for mode, covered in (
        ("same", np.outer([2, 3, 2], [2, 3, 3, 2])),
        ("full", np.outer([1, 2, 3, 2, 1], [1, 2, 3, 3, 2, 1])),
    ):
        asked = f"correlate2d(ones 3×4, ones 3×3, {mode!r})"
        came = check_numbers(correlate2d(image, kernel, mode=mode), covered.shape, asked)
        assert np.allclose(came, covered), (
            f"{asked}: outside the image all pixels are 0. {beside(came, covered)}"
        )
    asked = "correlate2d([[1, 2, 4]], [[1, -1]], 'full')"
    came = check_numbers(correlate2d([[1, 2, 4]], [[1, -1]], mode="full"), (1, 4), asked)
    assert np.allclose(came, [[-1, -1, -2, 4]]), f"{asked}: {beside(came, np.array([[-1, -1, -2, 4]]))}"


@pytest.mark.question("q2")
@pytest.mark.points(1)
def test_lecture_example_with_reversal(convolve2d_with_reversal):
    """The lecture's example with reversal and the docstring's, valid mode."""
    asked = "convolve2d_with_reversal of the lecture's 5×5 image and 3×3 kernel"
    came = check_numbers(convolve2d_with_reversal(DECK_IMAGE, DECK_KERNEL), (3, 3), asked)
    unturned = np.array_equal(came, DECK_WITHOUT_REVERSAL)
    assert not unturned, (
        "These are the numbers of convolution *without* reversal: turn the kernel around first."
    )
    text = beside(came, DECK_WITH_REVERSAL)
    assert np.allclose(came, DECK_WITH_REVERSAL), f"{text}\nIs the kernel reversed in both directions?"
    asked = "convolve2d_with_reversal([[1, 2, 4]], [[1, -1]])"
    came = check_numbers(convolve2d_with_reversal([[1, 2, 4]], [[1, -1]]), (1, 2), asked)
    assert np.allclose(came, [[1, 2]]), f"{asked}: {beside(came, np.array([[1, 2]]))}"


@pytest.mark.question("q3")
@pytest.mark.points(1)
def test_filter_is_blind_to_constant_images(corner_filter):
    """The filter answers 0 to a constant image."""
    G = check_numbers(corner_filter, (4, 4), "corner_filter")
    assert np.abs(G).max() > 0, "A filter of zeros answers 0 to everything; yours should answer to a corner."
    answer = G.sum() / np.abs(G).max()
    assert abs(answer) < 1e-6, f"On an image of ones the filter should answer 0; yours answers {G.sum():.3g}."


@pytest.mark.question("q3")
@pytest.mark.points(1)
def test_filter_peaks_at_the_lecture_corner(corner_filter):
    """On the lecture's rectangle the maximum is at the upper right corner, and only there."""
    G = check_numbers(corner_filter, (4, 4), "corner_filter")
    X = np.zeros((128, 128))
    X[32:-32, 16:-16] = 1
    Z = scipy.signal.correlate2d(X, G, mode="valid")
    maxima = np.argwhere(np.isclose(Z, Z.max()))
    places = f"{len(maxima)} offsets share the maximum of Z"
    assert len(maxima) == 1, (
        f"{places}; it should be one. Does your filter answer to an edge, or to a second corner?"
    )
    j1, j2 = (int(offset) for offset in maxima[0])
    at_corner = j1 <= 32 <= j1 + 3 and j2 <= 111 <= j2 + 3
    where = f"rows {j1} to {j1 + 3} and columns {j2} to {j2 + 3}"
    hint = "Z = G * X is without reversal: G lies on the image as it is written, and Z may be negative."
    assert at_corner, (
        f"The window with the maximum has {where}; the corner pixel (32, 111) is not inside. {hint}"
    )


@pytest.mark.question("q3")
@pytest.mark.points(1)
def test_finds_the_lecture_corner(find_upper_right_corner):
    """Finds the corner of the lecture's rectangle, and of one in another place."""
    for top, bottom, left, right in ((32, 95, 16, 111), (10, 25, 40, 60)):
        X = np.zeros((128, 128))
        X[top : bottom + 1, left : right + 1] = 1
        came = check_numbers(find_upper_right_corner(X), (2,), "find_upper_right_corner(image)")
        asked = f"White: rows {top} to {bottom}, columns {left} to {right}. The corner is ({top}, {right})"
        whole = np.array_equal(came, np.round(came))
        assert whole, f"{asked}; what came is {tuple(came.tolist())}. Answer two integers."
        position = tuple(came.astype(int).tolist())
        hint = "Answer (row, column) of the corner pixel, not of the window's upper left pixel."
        assert position == (top, right), f"{asked}; what came is {position}. {hint}"


@pytest.mark.question("q4")
@pytest.mark.points(1)
def test_sign_of_an_edge(sobel_x, sobel_y):
    """Bright to dark is positive: to the right in Zx, downwards in Zy."""
    falls = np.array([[1, 1, 0, 0]] * 4)
    for name, function, direction in (
        ("sobel_x", sobel_x, "from its left to its right half"),
        ("sobel_y", sobel_y, "from its upper to its lower half"),
    ):
        for image, change, expected in (
            (falls, "falls from 1 to 0", 4),
            (1 - falls, "rises from 0 to 1", -4),
        ):
            came = check_numbers(function(image if name == "sobel_x" else image.T), (2, 2), name)
            opposite = np.allclose(came, -expected)
            assert not opposite, f"{name} has the wrong sign: without reversal, bright to dark is positive."
            asked = f"{name} of an image that {change} {direction} should be {expected} everywhere"
            assert np.allclose(came, expected), f"{asked}; what came is\n{came}"


@pytest.mark.question("q5")
@pytest.mark.points(1)
def test_uniform_kernel(uniform_kernel):
    """The uniform kernel: equal entries that add up to 1."""
    for size in (1, 4, 9):
        came = check_numbers(uniform_kernel(size), (size, size), f"uniform_kernel({size})")
        asked = f"The {size * size} entries of uniform_kernel({size}) should add up to 1"
        assert np.isclose(came.sum(), 1), f"{asked}, but add up to {came.sum():.3g}."
        assert np.ptp(came) < 1e-9, f"The entries of uniform_kernel({size}) should all be equal."


@pytest.mark.question("q5")
@pytest.mark.points(1)
def test_gaussian_kernel(gaussian_kernel):
    """The 3×3 Gaussian kernel with σ = 1."""
    corner, edge, middle = 0.0751136, 0.1238414, 0.2041800
    expected = np.array([[corner, edge, corner], [edge, middle, edge], [corner, edge, corner]])
    came = check_numbers(gaussian_kernel(3, 1.0), (3, 3), "gaussian_kernel(3, 1.0)")
    assert np.isclose(came.sum(), 1), f"The entries should add up to 1, but add up to {came.sum():.4g}."
    assert np.allclose(came, expected, atol=1e-5), f"gaussian_kernel(3, 1.0): {beside(came, expected)}"


@pytest.mark.question("q6")
@pytest.mark.points(1)
def test_feature_maps_of_the_lecture_cross(feature_maps):
    """The lecture's X and two patterns: two feature maps."""
    asked = "feature_maps of a 5×5 image and two 3×3 patterns"
    came = check_numbers(feature_maps(DECK_CROSS, np.array([DIAGONAL, ANTI_DIAGONAL])), (3, 3, 2), asked)
    first = np.array([[3, 0, 1], [0, 3, 0], [1, 0, 3]])
    for index, expected in enumerate((first, first[:, ::-1])):
        text = beside(came[..., index], expected)
        assert np.allclose(came[..., index], expected), f"Feature map {index}, maps[:, :, {index}]: {text}"


@pytest.mark.question("q6")
@pytest.mark.points(1)
def test_match_of_the_lecture_cross(match_pattern):
    """The lecture's X: only the windows on the diagonal's arms are exactly the pattern."""
    expected = np.array([[1, -0.5, 0], [-0.5, 0.6324555, -0.5], [0, -0.5, 1]])
    asked = "match_pattern of the 5×5 X and the 3×3 diagonal"
    came = check_numbers(match_pattern(DECK_CROSS, DIAGONAL), (3, 3), asked)
    assert np.abs(came).max() < 1.001, (
        f"A cosine lies between -1 and 1; yours reaches {np.abs(came).max():.3g}."
    )
    hint = "Does each window lose its own mean, and the pattern its own?"
    assert np.allclose(came, expected, atol=1e-4), f"{asked}: {beside(came, expected)}\n{hint}"
