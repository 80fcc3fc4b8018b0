"""Public tests of week 3: small numbers to check by hand. Students run them with `grader.check`."""

import numpy as np
import pytest

FOUR = np.array([[1.0, 10.0], [3.0, 10.0], [5.0, 10.0], [7.0, 10.0]])


def check_numbers(answer, shape, asked):
    """The answer as an array of floats, after a look at its type and its shape."""
    try:
        numbers = np.asarray(answer)
    except ValueError:
        numbers = np.asarray(None)
    kind = type(answer).__name__
    assert numbers.dtype.kind in "biuf", (
        f"{asked} should be an array of numbers; what came is of type {kind}."
    )
    assert numbers.shape == shape, f"{asked} should have the shape {shape}; what came has {numbers.shape}."
    return numbers.astype(float)


def check_parts(answer, count, asked):
    """The parts of an answer that should have several."""
    kind = type(answer).__name__
    assert isinstance(answer, tuple | list) and len(answer) == count, (
        f"{asked} should return {count} arrays; what came is of type {kind}."
    )
    return answer


def beside(came, expected):
    """Two small arrays as text, for a message."""
    return f"Expected {np.round(expected, 4).tolist()}, and what came is {np.round(came, 4).tolist()}."


@pytest.mark.question("q1")
@pytest.mark.points(1)
def test_statistics_of_four_vectors(batch_statistics):
    """Mean and variance of four vectors with two channels."""
    mean, variance = check_parts(batch_statistics(FOUR), 2, "batch_statistics")
    mean = check_numbers(mean, (2,), "The mean of 4 vectors with 2 channels")
    variance = check_numbers(variance, (2,), "The variance of 4 vectors with 2 channels")
    assert np.allclose(mean, [4, 10]), f"Mean of 1, 3, 5, 7 and of four tens: {beside(mean, [4, 10])}"
    assert not np.allclose(variance, [20 / 3, 0]), (
        "Your variance of 1, 3, 5, 7 is 20 / 3: divide by m, not by m - 1."
    )
    assert not np.allclose(variance, [np.sqrt(5), 0]), "This is the standard deviation, not its square."
    assert np.allclose(variance, [5, 0]), f"Variance of 1, 3, 5, 7 and of tens: {beside(variance, [5, 0])}"


@pytest.mark.question("q1")
@pytest.mark.points(1)
def test_statistics_of_two_images(batch_statistics):
    """Two images of 1×2 pixels with three channels: four numbers in each channel."""
    images = np.array([[[[1.0, 0.0, 2.0], [3.0, 0.0, 2.0]]], [[[5.0, 8.0, 2.0], [7.0, 8.0, 2.0]]]])
    mean, variance = check_parts(batch_statistics(images), 2, "batch_statistics")
    mean = check_numbers(mean, (3,), "The mean of images of shape (2, 1, 2, 3)")
    variance = check_numbers(variance, (3,), "The variance of images of shape (2, 1, 2, 3)")
    hint = "Each channel has one mean, over all images, rows and columns."
    assert np.allclose(mean, [4, 4, 2]), f"{beside(mean, [4, 4, 2])} {hint}"
    assert np.allclose(variance, [5, 16, 0]), f"{beside(variance, [5, 16, 0])} {hint}"


@pytest.mark.question("q1")
@pytest.mark.points(1)
def test_normalize_by_hand(normalize):
    """Numbers 1, 3, 5, 7 with mean 4, variance 5 and ε = 4: the root is 3."""
    arrays = [np.array([value]) for value in (4.0, 5.0, 6.0, 1.0)]
    came = check_numbers(normalize(FOUR[:, :1], *arrays, epsilon=4), (4, 1), "normalize")[:, 0]
    expected = np.array([-5, -1, 3, 7])
    swapped = np.allclose(came, (FOUR[:, 0] - 4) / 3 + 6)
    assert not swapped, "γ and β are swapped: γ multiplies, β is added."
    outside = np.allclose(came, (FOUR[:, 0] - 4) / (np.sqrt(5) + 4) * 6 + 1)
    assert not outside, "ε belongs inside the root: √(variance + ε)."
    assert np.allclose(came, expected), f"γ = 6, β = 1. {beside(came, expected)}"


@pytest.mark.question("q2")
@pytest.mark.points(1)
def test_one_training_step(BatchNorm):
    """Moving statistics after one batch with mean 4 and variance 5, momentum 0.75."""
    layer = BatchNorm(2, momentum=0.75)
    check_numbers(layer(FOUR, training=True), (4, 2), "What the layer gives in training")
    mean = check_numbers(layer.moving_mean, (2,), "moving_mean")
    assert not np.allclose(mean, [3, 7.5]), (
        "The moving mean went three quarters of the way, not one: momentum is the share of the old value."
    )
    assert np.allclose(mean, [1, 2.5]), f"Moving mean: {beside(mean, [1, 2.5])}"
    variance = check_numbers(layer.moving_variance, (2,), "moving_variance")
    assert not np.allclose(variance, [0.75 + 0.25 * 20 / 3, 0.75]), (
        "The moving variance takes in 20 / 3 for 1, 3, 5, 7: divide by m, not by m - 1."
    )
    assert np.allclose(variance, [2, 0.75]), f"Moving variance: {beside(variance, [2, 0.75])}"


@pytest.mark.question("q2")
@pytest.mark.points(1)
def test_inference_uses_the_moving_statistics(BatchNorm):
    """In inference mean and variance are the moving ones."""
    layer = BatchNorm(1, epsilon=4)
    layer.moving_mean, layer.moving_variance = np.array([4.0]), np.array([5.0])
    layer.gamma, layer.beta = np.array([6.0]), np.array([1.0])
    came = check_numbers(layer(np.array([[10.0]])), (1, 1), "What the layer gives for one number")
    assert not np.allclose(came, 1), (
        "The batch has lost its own mean: in inference, subtract the moving mean."
    )
    assert np.allclose(came, 13), f"Moving mean 4, moving variance 5, ε = 4. {beside(came, [[13]])}"


@pytest.mark.question("q3")
@pytest.mark.points(1)
def test_gradients_of_gamma_and_beta(batch_norm_gradients):
    """dγ and dβ of four numbers with mean 4, variance 5 and ε = 4."""
    dy = np.array([[1.0], [0.0], [0.0], [3.0]])
    parts = check_parts(
        batch_norm_gradients(dy, FOUR[:, :1], np.array([6.0]), epsilon=4), 3, "batch_norm_gradients"
    )
    dgamma = check_numbers(parts[1], (1,), "dgamma")
    dbeta = check_numbers(parts[2], (1,), "dbeta")
    assert np.allclose(dbeta, 4), f"dβ: {beside(dbeta, [4])} β is added to every output of its channel."
    assert np.allclose(dgamma, 2), f"dγ: {beside(dgamma, [2])} γ multiplies the normalised numbers."


@pytest.mark.question("q3")
@pytest.mark.points(1)
def test_gradient_of_the_input(batch_norm_gradients):
    """dx of four numbers with mean 4, variance 5 and ε = 4."""
    dy = np.array([[1.0], [0.0], [0.0], [3.0]])
    parts = check_parts(
        batch_norm_gradients(dy, FOUR[:, :1], np.array([6.0]), epsilon=4), 3, "batch_norm_gradients"
    )
    dx = check_numbers(parts[0], (4, 1), "dx")[:, 0]
    expected = np.array([1, -5 / 3, -7 / 3, 3])
    assert not np.allclose(dx, 2 * dy[:, 0]), (
        "This is right for a constant mean and a constant variance. But both change with x."
    )
    assert abs(dx.sum()) < 1e-4, (
        f"The dx of a channel should add up to 0; yours add up to {dx.sum():.4g}. Does μ change with x?"
    )
    assert np.allclose(dx, expected), f"dx: {beside(dx, expected)} Does σ² change with x?"


@pytest.mark.question("q4")
@pytest.mark.points(1)
def test_number_of_parameters(build_network):
    """With batch norm: four numbers per channel more, and no bias in the convolutions."""
    for with_batch_norm, expected in ((False, 4970), (True, 5114)):
        asked = f"build_network({with_batch_norm})"
        count = build_network(with_batch_norm).count_params()
        assert count != 5114 + 48, f"{asked}: do the convolutions still have their bias?"
        assert count == expected, f"{asked} should have {expected} parameters; yours has {count}."


@pytest.mark.question("q4")
@pytest.mark.points(1)
def test_one_score_per_class(build_network):
    """One score per class, without softmax."""
    for with_batch_norm in (False, True):
        network = build_network(with_batch_norm, filters=(4,), input_shape=(6, 9, 2), classes=5)
        images = np.linspace(-5, 5, 3 * 6 * 9 * 2).reshape(3, 6, 9, 2).astype("float32")
        scores = check_numbers(np.array(network(images)), (3, 5), "What the network gives for 3 images")
        assert not np.allclose(scores.sum(axis=1), 1), (
            "The scores of an image add up to 1: the softmax is in the loss already."
        )


@pytest.mark.question("q5")
@pytest.mark.points(1)
def test_folding_by_hand(fold_batch_norm):
    """One number in, one out: 3 x + 1, then batch norm with γ = 2, β = 5, mean 4, variance 5 and ε = 4."""
    arrays = [np.array([value]) for value in (1.0, 2.0, 5.0, 4.0, 5.0)]
    parts = check_parts(fold_batch_norm(np.array([[3.0]]), *arrays, epsilon=4), 2, "fold_batch_norm")
    kernel = check_numbers(parts[0], (1, 1), "The kernel")
    bias = check_numbers(parts[1], (1,), "The bias")
    assert np.allclose(kernel, 2), f"2 ((3 x + 1) - 4) / 3 + 5 is 2 x + 3. Kernel: {beside(kernel, [[2]])}"
    assert np.allclose(bias, 3), f"2 ((3 x + 1) - 4) / 3 + 5 is 2 x + 3. Bias: {beside(bias, [3])}"


@pytest.mark.question("q6")
@pytest.mark.points(1)
def test_layer_norm_by_hand(layer_norm):
    """Two vectors with four channels: each has its own mean and variance."""
    x = np.array([[1.0, 3.0, 5.0, 7.0], [13.0, 10.0, 7.0, 10.0]])
    came = check_numbers(layer_norm(x, np.full(4, 6.0), np.ones(4), epsilon=4), (2, 4), "layer_norm")
    hint = "Mean and variance are those of each vector by itself: 4 and 5 in the first."
    assert np.allclose(came[0], [-5, -1, 3, 7]), (
        f"γ = 6, β = 1, ε = 4. {beside(came[0], [-5, -1, 3, 7])} {hint}"
    )
    second = 6 * np.array([3, 0, -3, 0]) / np.sqrt(8.5) + 1
    assert np.allclose(came[1], second), f"γ = 6, β = 1, ε = 4. {beside(came[1], second)} {hint}"
