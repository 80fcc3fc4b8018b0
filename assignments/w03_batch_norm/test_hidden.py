"""Hidden tests of week 3: random batches and layers against Keras, finite differences and what always holds.

Messages name the likely mistake, never an input.
"""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

SHAPES = {
    "vectors": [(9, 4), (2, 1), (5, 7)],
    "images": [(3, 5, 4, 2), (1, 4, 6, 3), (4, 1, 3, 5), (2, 3, 3, 1)],
}
GRADIENT_SHAPES = [(6, 3), (2, 3, 4, 2), (1, 2, 5, 3), (3, 3, 1, 4)]


def measured(answer, what, shape):
    """Check the type of an answer, then its shape; it comes back as an array of floats."""
    try:
        array = np.asarray(answer)
    except ValueError:
        array = np.empty((), dtype=object)
    assert array.dtype.kind in "iufb", f"{what} should be an array of numbers, not {type(answer).__name__}."
    assert array.shape == shape, (
        f"{what} has the wrong shape. Statistics and the gradients of γ and β have one number per channel,"
        " all else has the shape of x."
    )
    return array.astype(np.float64)


def parts_of(answer, count, what):
    """Check that an answer has so many parts."""
    assert isinstance(answer, tuple | list) and len(answer) == count, f"{what} should return {count} arrays."
    return answer


def agrees(array, oracle):
    """Same numbers in each channel, as far as float32 has them; NaN agrees with nothing.

    Where a channel has one number only, the largest one of the array says what is small: it may be near 0.
    """
    alone = oracle.size == oracle.shape[-1]
    largest = np.abs(oracle).max(axis=None if alone else tuple(range(oracle.ndim - 1)))
    return bool((np.abs(array - oracle) <= 1e-4 * np.abs(oracle) + 1e-4 * largest + 1e-7).all())


def batch(rng, shape):
    """A batch whose channels have means and standard deviations of their own."""
    channels = shape[-1]
    return rng.normal(size=shape) * rng.uniform(0.5, 4, size=channels) + rng.normal(scale=3, size=channels)


def scale_and_shift(rng, channels):
    """γ and β of either sign, none near 0."""
    return rng.uniform(0.5, 2, size=channels) * rng.choice([-1, 1], size=channels), rng.normal(size=channels)


def keras_layer(x, **settings):
    """Keras' own layer, in double precision, for batches like x."""
    layer = layers.BatchNormalization(dtype="float64", **settings)
    layer.build((None, *x.shape[1:]))
    return layer


# q1


@pytest.mark.question("q1")
@pytest.mark.points(2)
@pytest.mark.parametrize("kind", ["vectors", "images"])
def test_statistics_like_keras(batch_statistics, rng, kind):
    """Mean and variance of random batches, images and vectors, are those of Keras."""
    for shape in SHAPES[kind]:
        x, C = batch(rng, shape), shape[-1]
        layer = keras_layer(x, momentum=0)
        layer(x, training=True)
        parts = parts_of(batch_statistics(x), 2, "batch_statistics")
        mean = measured(parts[0], "The mean", (C,))
        variance = measured(parts[1], "The variance", (C,))
        assert agrees(mean, np.array(layer.moving_mean)), (
            "Wrong mean. It is taken over all axes but the last one, for vectors and for images of any shape."
        )
        oracle, m = np.array(layer.moving_variance), x.size // C
        right = agrees(variance, oracle)
        assert right or not agrees(variance, oracle * m / (m - 1)), (
            "The squares are divided by m - 1: divide by m."
        )
        assert right or not agrees(variance, np.sqrt(oracle)), (
            "This is the standard deviation, not the variance."
        )
        assert right, "Wrong variance: the mean of the squared distances from the mean."


@pytest.mark.question("q1")
@pytest.mark.points(1)
def test_statistics_of_a_single_vector(batch_statistics, rng):
    """A batch of one vector: its mean is itself, its variance 0."""
    x = rng.normal(size=(1, 6))
    parts = parts_of(batch_statistics(x), 2, "batch_statistics")
    mean, variance = (measured(part, "Mean and variance", (6,)) for part in parts)
    assert np.allclose(mean, x[0], atol=1e-5), "The mean of one number is this number."
    assert np.abs(variance).max() < 1e-6, "One number does not vary. NaN? Is something divided by m - 1?"


@pytest.mark.question("q1")
@pytest.mark.points(1)
def test_normalize_like_keras(normalize, rng):
    """Any mean, variance, γ, β and ε, for vectors and images."""
    for shape in [(6, 3), (2, 4, 3, 5), (1, 3, 2, 1)]:
        x, C, epsilon = batch(rng, shape), shape[-1], float(rng.uniform(0.1, 2))
        gamma, beta = scale_and_shift(rng, C)
        mean, variance = rng.normal(size=C), rng.uniform(0.2, 3, size=C)
        layer = keras_layer(x, epsilon=epsilon)
        layer.set_weights([gamma, beta, mean, variance])
        oracle = np.array(layer(x))
        y = measured(normalize(x, mean, variance, gamma, beta, epsilon=epsilon), "The result", shape)
        right = agrees(y, oracle)
        swapped = (oracle - beta) / gamma * beta + gamma
        assert right or not agrees(y, swapped), "γ and β are swapped."
        outside = gamma * (x - mean) / (np.sqrt(variance) + epsilon) + beta
        assert right or not agrees(y, outside), "ε belongs inside the root."
        own = normalised(x, epsilon, gamma, beta)
        assert right or not agrees(y, own), (
            "normalize must use the mean and the variance it is given, not those of x."
        )
        assert right, "Wrong numbers: γ (x - mean) / √(variance + ε) + β."


@pytest.mark.question("q1")
@pytest.mark.points(1)
def test_nearly_constant_channels(normalize, rng):
    """Channels that hardly vary or do not vary at all: there ε decides, by default 0.001."""
    spread, C = np.array([0.0, 0.003, 0.02, 0.1]), 4
    x = rng.normal(size=(5, 3, 2, C)) * spread + rng.normal(size=C)
    gamma, beta = scale_and_shift(rng, C)
    mean, variance = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
    y = measured(normalize(x, mean, variance, gamma, beta), "The result", x.shape)
    assert np.isfinite(y).all(), "A constant channel gives NaN or infinity: where is ε?"
    layer = keras_layer(x)
    layer.set_weights([gamma, beta, mean, variance])
    assert agrees(y, np.array(layer(x))), (
        "Wrong numbers in channels that hardly vary. ε is 0.001 if nothing else is said, and inside the root."
    )


def normalised(x, epsilon, gamma, beta):
    """Batch norm of x in training."""
    layer = keras_layer(x, epsilon=epsilon)
    layer.gamma.assign(gamma)
    layer.beta.assign(beta)
    return np.array(layer(x, training=True))


# q2


def filled_layer(BatchNorm, rng, x, **settings):
    """The student's layer and Keras' one for batches like x, with the same γ, β and moving statistics."""
    channels = x.shape[-1]
    gamma, beta = scale_and_shift(rng, channels)
    mean, variance = rng.normal(size=channels), rng.uniform(0.5, 3, size=channels)
    layer, oracle = BatchNorm(channels, **settings), keras_layer(x, **settings)
    layer.gamma, layer.beta, layer.moving_mean, layer.moving_variance = gamma, beta, mean, variance
    oracle.set_weights([gamma, beta, mean, variance])
    return layer, oracle


def settings_from(rng):
    return {"momentum": float(rng.uniform(0.6, 0.8)), "epsilon": float(rng.uniform(0.1, 1))}


@pytest.mark.question("q2")
@pytest.mark.points(1)
def test_training_normalises_with_the_batch(BatchNorm, rng):
    """In training, mean and variance are those of the batch."""
    for shape in [(7, 3), (2, 3, 4, 2), (1, 5, 2, 4)]:
        layer, oracle = filled_layer(BatchNorm, rng, np.empty(shape), **settings_from(rng))
        for _ in range(2):
            x = batch(rng, shape)
            y = measured(layer(x, training=True), "The result", shape)
            moving, expected = (np.array(oracle(x, training=mode)) for mode in (False, True))
            right = agrees(y, expected)
            assert right or not agrees(y, moving), "In training, the moving statistics must not be used."
            assert right, (
                "Wrong numbers in training. Statistics of the batch, and the layer's own γ, β and ε?"
            )


@pytest.mark.question("q2")
@pytest.mark.points(2)
@pytest.mark.parametrize("settings", ["default", "given"])
def test_moving_statistics_over_several_batches(BatchNorm, rng, settings):
    """Moving mean and variance after batches of several sizes, with the default momentum or another one."""
    keywords = {} if settings == "default" else settings_from(rng)
    for shape in [(4, 3), (3, 2, 5, 2)]:
        C = shape[-1]
        layer, oracle = BatchNorm(C, **keywords), keras_layer(np.empty(shape), **keywords)
        one_less = np.ones(C)  # the moving variance if squares were divided by m - 1
        for size in (shape[0], shape[0] + 3, 2):
            x = batch(rng, (size, *shape[1:]))
            layer(x, training=True)
            oracle(x, training=True)
            one_less += (1 - oracle.momentum) * (np.var(x.reshape(-1, C), axis=0, ddof=1) - one_less)
        mean = measured(layer.moving_mean, "moving_mean", (C,))
        variance = measured(layer.moving_variance, "moving_variance", (C,))
        assert not (np.all(mean == 0) or np.all(variance == 1)), (
            "The moving statistics do not move. In training each batch should update both."
        )
        assert agrees(mean, np.array(oracle.moving_mean)), (
            "Wrong moving mean. The momentum, the layer's own, is the share of the *old* value."
        )
        right = agrees(variance, np.array(oracle.moving_variance))
        assert right or not agrees(variance, one_less), (
            "The moving variance collects variances that are divided by m - 1, as in PyTorch."
        )
        assert right, (
            "Wrong moving variance. It is updated like the mean, with variances (over m), not with roots."
        )


@pytest.mark.question("q2")
@pytest.mark.points(1)
def test_inference_like_keras(BatchNorm, rng):
    """Inference with given moving statistics, also for a single image or vector."""
    for shape in [(5, 3), (1, 4), (2, 3, 4, 2), (1, 2, 3, 3)]:
        x = batch(rng, shape)
        layer, oracle = filled_layer(BatchNorm, rng, x, **settings_from(rng))
        y = measured(layer(x, training=False), "The result", shape)
        inference, training = (np.array(oracle(x, training=mode)) for mode in (False, True))
        right = agrees(y, inference)
        assert right or not agrees(y, training), (
            "In inference, the batch's own statistics must not be used: take the moving ones."
        )
        assert right, (
            "Wrong numbers in inference. The moving variance is a variance; γ, β and ε are the layer's own."
        )
        assert agrees(measured(layer(x), "The result", shape), y), (
            "Without training=True, the layer should do inference."
        )


@pytest.mark.question("q2")
@pytest.mark.points(1)
def test_inference_changes_nothing(BatchNorm, rng):
    """Inference leaves the layer as it was."""
    layer, _ = filled_layer(BatchNorm, rng, np.empty((6, 3)))
    layer(batch(rng, (6, 3)), training=True)
    mean, variance = np.array(layer.moving_mean), np.array(layer.moving_variance)
    for shape in [(4, 3), (1, 2, 3, 3)]:
        layer(batch(rng, shape))
        layer(batch(rng, shape), training=False)
    assert np.array_equal(layer.moving_mean, mean) and np.array_equal(layer.moving_variance, variance), (
        "Inference has changed the moving statistics: they are updated in training only."
    )


# q3


def gradients_of(batch_norm_gradients, dy, x, gamma, **settings):
    """The student's three gradients, checked for type and shape."""
    parts = parts_of(batch_norm_gradients(dy, x, gamma, **settings), 3, "batch_norm_gradients")
    shapes = (x.shape, gamma.shape, gamma.shape)
    return [
        measured(part, name, shape)
        for part, name, shape in zip(parts, ("dx", "dgamma", "dbeta"), shapes, strict=True)
    ]


def central_differences(dy, x, gamma, epsilon, step=1e-4):
    """dx by finite differences in double precision: every number of x moved up and down."""
    axes = tuple(range(1, x.ndim))
    nudges = step * np.eye(x.size).reshape(x.size, *x.shape)
    losses = []
    for moved in (x + nudges, x - nudges):
        distance = moved - moved.mean(axis=axes, keepdims=True)
        root = np.sqrt((distance**2).mean(axis=axes, keepdims=True) + epsilon)
        losses.append((dy * gamma * distance / root).sum(axis=(*axes, x.ndim)))
    return ((losses[0] - losses[1]) / (2 * step)).reshape(x.shape)


@pytest.mark.question("q3")
@pytest.mark.points(2)
def test_gradient_of_x_by_finite_differences(batch_norm_gradients, rng):
    """dx for vectors and images, one or several in a batch, also of tiny numbers, by finite differences."""
    for shape in GRADIENT_SHAPES:
        x, dy, epsilon = batch(rng, shape), rng.normal(size=shape), float(rng.uniform(0.05, 1))
        gamma, _ = scale_and_shift(rng, shape[-1])
        dx, _, _ = gradients_of(batch_norm_gradients, dy, x, gamma, epsilon=epsilon)
        root = np.sqrt(x.var(axis=tuple(range(x.ndim - 1))) + epsilon)
        oracle = central_differences(dy, x, gamma, epsilon)
        right = agrees(dx, oracle)
        assert right or not agrees(dx, dy * gamma / root), (
            "μ and σ² are taken for constants. They change with every x of their channel."
        )
        one_way = gamma / root * (dy - dy.mean(axis=tuple(range(x.ndim - 1))))
        assert right or not agrees(dx, one_way), (
            "σ² is taken for a constant. It changes with every x of its channel."
        )
        assert right, "Wrong dx. Means over all axes but the last one, γ as a factor, ε inside the root?"
        # In units of `tiny` the batch is the same one, and its dx is as many times larger.
        tiny = 1e-8
        dx, _, _ = gradients_of(batch_norm_gradients, dy, tiny * x, gamma, epsilon=tiny**2 * epsilon)
        assert agrees(tiny * dx, oracle), (
            "Wrong dx where all numbers, and ε, are tiny. Finite differences? Their step is too large there."
        )


@pytest.mark.question("q3")
@pytest.mark.points(1)
def test_gradients_like_keras(batch_norm_gradients, rng):
    """dγ and dβ, and dx where a channel hardly varies, against TensorFlow's gradients, with the default ε."""
    for shape in GRADIENT_SHAPES:
        C = shape[-1]
        x, dy = batch(rng, shape), rng.normal(size=shape)
        x[..., 0] = rng.normal() + 0.02 * rng.normal(size=shape[:-1])
        gamma, beta = scale_and_shift(rng, C)
        layer = keras_layer(x)
        layer.gamma.assign(gamma)
        layer.beta.assign(beta)
        with tf.GradientTape() as watched:
            inside = tf.constant(x)
            watched.watch(inside)
            loss = tf.reduce_sum(layer(inside, training=True) * dy)
        variables = [inside, layer.gamma.value, layer.beta.value]
        oracles = [np.array(gradient) for gradient in watched.gradient(loss, variables)]
        gradients = gradients_of(batch_norm_gradients, dy, x, gamma)
        assert agrees(gradients[2], oracles[2]), "Wrong dβ: it is the sum of dy over its channel."
        assert agrees(gradients[1], oracles[1]), (
            "Wrong dγ: it is a sum over its channel; what does γ multiply?"
        )
        assert agrees(gradients[0], oracles[0]), (
            "Wrong dx with the default ε = 0.001. Look at channels that hardly vary."
        )


@pytest.mark.question("q3")
@pytest.mark.points(1)
def test_gradient_of_a_channel_adds_up_to_zero(batch_norm_gradients, rng):
    """A shift of a channel changes nothing; neither does anything in a batch of one vector."""
    shape = (3, 2, 4, 3)
    x, dy = batch(rng, shape), rng.normal(size=shape)
    dx, _, _ = gradients_of(batch_norm_gradients, dy, x, np.ones(3))
    assert np.abs(dx).max() > 1e-3, "dx is 0 everywhere."
    assert np.abs(dx.sum(axis=(0, 1, 2))).max() < 1e-4, (
        "Add a constant to a channel and y stays the same: the dx of each channel must add up to 0."
    )
    single, dy = rng.normal(size=(1, 5)), rng.normal(size=(1, 5))
    dx, dgamma, dbeta = gradients_of(batch_norm_gradients, dy, single, np.ones(5))
    assert np.abs(dx).max() < 1e-4 and np.abs(dgamma).max() < 1e-4 and agrees(dbeta, dy[0]), (
        "A batch of one vector: after normalisation it is 0, whatever it was. So dx and dγ are 0, dβ is dy."
    )


# q4


def layers_of(network):
    """Convolutions, batch norms and dense layers, each in order, those inside models and layers included."""
    found = {"kernel_size": [], "moving_mean": [], "units": []}

    def search(layer):
        """Whether there is one of them here. A layer made of such layers is none itself."""
        inside = [search(inner) for inner in layer._layers]
        if any(inside):
            return True
        marks = [mark for mark in found if hasattr(layer, mark)]
        for mark in marks:
            found[mark].append(layer)
        return bool(marks)

    search(network)
    return found.values()


def oracle_network(with_batch_norm, filters, input_shape, classes, swapped=False):
    """The network of question 4; `swapped`: with batch norm behind the ReLU."""
    network = keras.Sequential([keras.Input(input_shape)])
    for count in filters:
        network.add(layers.Conv2D(count, 3, 2, "same", use_bias=not with_batch_norm))
        block = [layers.BatchNormalization(momentum=0.9)] * with_batch_norm + [layers.Activation("relu")]
        for layer in block[::-1] if swapped else block:
            network.add(layer)
    for layer in (layers.GlobalAveragePooling2D(), layers.Dense(classes)):
        network.add(layer)
    return network


def random_weights(rng, network):
    """Weights for each layer that has any, in order; the moving variances are positive."""
    weights = []
    for layer in network.layers:
        own = [rng.normal(scale=0.5, size=array.shape).astype("float32") for array in layer.get_weights()]
        if len(own) == 4:
            own[3] = np.abs(own[3]) + 0.5
        if own:
            weights.append(own)
    return weights


def share_weights(rng, build_network, with_batch_norm, filters, input_shape, classes):
    """The student's network and two oracles, the second with batch norm behind ReLU, of equal weights."""
    arguments = (with_batch_norm, filters, input_shape, classes)
    network = build_network(with_batch_norm, filters=filters, input_shape=input_shape, classes=classes)
    convolutions, norms, dense = layers_of(network)
    named = f"with_batch_norm={with_batch_norm}"
    assert len(convolutions) == len(filters), (
        f"{named}: there should be one convolution for each of `filters`."
    )
    assert len(norms) == len(filters) * with_batch_norm, (
        f"{named}: each block has one batch norm with batch norm, and none without."
    )
    assert len(dense) == 1, f"{named}: there should be one dense layer, for the scores."
    oracle, swapped = (oracle_network(*arguments, swapped=order) for order in (False, True))
    weights = random_weights(rng, oracle)
    for each in (oracle, swapped):
        each.set_weights([array for own in weights for array in own])
    blocks = (
        [layer for block in zip(convolutions, norms, strict=True) for layer in block]
        if norms
        else convolutions
    )
    for layer, own in zip([*blocks, *dense], weights, strict=True):
        shapes = [array.shape for array in own]
        assert [np.shape(array) for array in layer.get_weights()] == shapes, (
            f"{named}: a kernel, bias, γ or β has the wrong shape, or there is a bias too many or too few."
            " Is there global average pooling?"
        )
        layer.set_weights(own)
    return network, oracle, swapped, list(norms)


@pytest.mark.question("q4")
@pytest.mark.points(1)
def test_network_without_batch_norm(build_network, rng):
    """Without batch norm: the scores for other images, filters and classes, in inference and in training."""
    images = rng.normal(size=(3, 9, 14, 2)).astype("float32")
    network, oracle, _, _ = share_weights(rng, build_network, False, (5, 3), (9, 14, 2), 4)
    scores = measured(network(images, training=False), "What the network gives", (3, 4))
    assert agrees(scores, np.array(oracle(images))), (
        "Wrong scores. Kernels of 3×3, stride 2, padding same, ReLU in each block, then the average over all"
        " pixels and a dense layer without activation?"
    )
    scores = measured(network(images, training=True), "What the network gives", (3, 4))
    assert agrees(scores, np.array(oracle(images))), (
        "Wrong scores in training: without batch norm, they are those of inference. A layer too many?"
    )


@pytest.mark.question("q4")
@pytest.mark.points(2)
def test_network_with_batch_norm(build_network, rng):
    """With batch norm: the scores in inference and in training, and the moving statistics afterwards."""
    images = rng.normal(size=(4, 10, 7, 1)).astype("float32")
    network, oracle, swapped, norms = share_weights(rng, build_network, True, (4, 6, 3), (10, 7, 1), 3)
    scores = measured(network(images, training=False), "What the network gives", (4, 3))
    right = agrees(scores, np.array(oracle(images)))
    assert right or not agrees(scores, np.array(swapped(images))), "Batch norm should come before the ReLU."
    assert right, "Wrong scores in inference. In each block: convolution, batch norm with Keras' own ε, ReLU."
    scores = measured(network(images, training=True), "What the network gives", (4, 3))
    assert agrees(scores, np.array(oracle(images, training=True))), (
        "Wrong scores in training: does each batch norm use the statistics of the batch?"
    )
    expected = [np.array(layer.moving_mean) for layer in oracle.layers if hasattr(layer, "moving_mean")]
    for norm, moving_mean in zip(norms, expected, strict=True):
        assert agrees(np.array(norm.moving_mean), moving_mean), (
            "The moving mean moves too fast or too slowly: is the momentum 0.9?"
        )


# q5


def folded_like_keras(rng, fold_batch_norm, make, x, use_bias, **settings):
    """Fold batch norm into a layer of Keras, and compare that with layer and batch norm one by one."""
    layer = make(use_bias)
    before = np.array(layer(x))
    C = before.shape[-1]
    gamma, beta = scale_and_shift(rng, C)
    mean, variance = rng.normal(size=C), rng.uniform(0.02, 2, size=C)
    variance[0] = 0.003
    kernel = rng.normal(size=layer.kernel.shape)
    bias = rng.normal(size=C) if use_bias else None
    layer.set_weights([kernel, bias] if use_bias else [kernel])
    norm = keras_layer(before, **settings)
    norm.set_weights([gamma, beta, mean, variance])
    oracle = np.array(norm(layer(x), training=False))
    answer = fold_batch_norm(kernel, bias, gamma, beta, mean, variance, **settings)
    parts = parts_of(answer, 2, "fold_batch_norm")
    new_kernel = measured(parts[0], "The kernel (it keeps its shape)", kernel.shape)
    new_bias = measured(parts[1], "The bias", (C,))
    folded = make(True)
    folded.build(x.shape)
    folded.set_weights([new_kernel, new_bias])
    came = np.array(folded(x))
    offset = np.ptp(came - oracle, axis=tuple(range(came.ndim - 1)))
    assert (offset > 1e-3 * np.abs(oracle).max()).any() or agrees(came, oracle), (
        "Right but for a constant in each channel: the new bias is wrong. Solve for it again, with ε, and"
        " with the old bias going through batch norm like everything else."
    )
    assert agrees(came, oracle), (
        "The new kernel is wrong: each output channel (last axis) has a factor of its own, with γ and the"
        " root of moving variance + ε. ε is 0.001 if nothing else is said."
    )


@pytest.mark.question("q5")
@pytest.mark.points(2)
@pytest.mark.parametrize("use_bias", [True, False])
def test_folding_into_convolutions(fold_batch_norm, rng, use_bias):
    """Convolutions with stride, dilation, either padding, kernels not square; with bias or without."""
    x = rng.normal(size=(2, 9, 12, 3))
    for settings in (
        {"filters": 4, "kernel_size": (3, 2), "strides": (2, 3), "padding": "same"},
        {"filters": 3, "kernel_size": (1, 4), "padding": "valid", "dilation_rate": 2},
    ):

        def make(with_bias, settings=settings):
            return layers.Conv2D(use_bias=with_bias, dtype="float64", **settings)

        folded_like_keras(rng, fold_batch_norm, make, x, use_bias)
        folded_like_keras(rng, fold_batch_norm, make, x, use_bias, epsilon=float(rng.uniform(0.1, 1)))


@pytest.mark.question("q5")
@pytest.mark.points(1)
def test_folding_into_dense_layers(fold_batch_norm, rng):
    """Dense layers, with bias and without."""

    def make(with_bias):
        return layers.Dense(4, use_bias=with_bias, dtype="float64")

    for use_bias in (True, False):
        folded_like_keras(rng, fold_batch_norm, make, rng.normal(size=(6, 5)), use_bias)


# q6


def layer_norm_of_keras(x, gamma, beta, **settings):
    """What Keras' own layer gives."""
    layer = layers.LayerNormalization(dtype="float64", **settings)
    layer.build(x.shape)
    layer.set_weights([gamma, beta])
    return np.array(layer(x))


@pytest.mark.question("q6")
@pytest.mark.points(1)
def test_layer_norm_over_channels(layer_norm, rng):
    """Over the channels, for vectors and images, with the default ε and others."""
    for shape in [(4, 6), (1, 3), (2, 3, 4, 5)]:
        x = rng.normal(size=shape) * 0.1 + rng.normal(size=(*shape[:-1], 1))
        gamma, beta = scale_and_shift(rng, shape[-1])
        for settings in ({}, {"epsilon": float(rng.uniform(0.1, 1))}):
            y = measured(layer_norm(x, gamma, beta, **settings), "The result", shape)
            oracle = layer_norm_of_keras(x, gamma, beta, **settings)
            right = agrees(y, oracle)
            swapped = (oracle - beta) / gamma * beta + gamma
            assert right or not agrees(y, swapped), "γ and β are swapped."
            assert right, (
                "Wrong numbers with axis=-1. Mean and variance (not divided by one less) of each"
                " pixel or vector over its channels; ε inside the root, 0.001 if nothing else is said."
            )


@pytest.mark.question("q6")
@pytest.mark.points(1)
def test_layer_norm_over_other_axes(layer_norm, rng):
    """Over whole images, over rows of them, and over the last axis by its number."""
    images, vectors = (3, 2, 5, 4), (4, 6)
    for shape, axis in [
        (images, (1, 2, 3)),
        (images, (2, 3)),
        (images, (-2, -1)),
        (images, 3),
        (vectors, 1),
    ]:
        x, inner = batch(rng, shape) / 10, shape[np.min(axis) :]
        gamma, beta = rng.uniform(0.5, 2, size=inner), rng.normal(size=inner)
        y = measured(layer_norm(x, gamma, beta, axis=axis), "The result", shape)
        assert agrees(y, layer_norm_of_keras(x, gamma, beta, axis=axis)), (
            "Wrong numbers when `axis` names several axes, or the last one by its number: mean and variance"
            " go over all that it names."
        )


@pytest.mark.question("q6")
@pytest.mark.points(1)
def test_layer_norm_does_not_look_across_the_batch(layer_norm, rng):
    """What comes out for a sample does not depend on the others."""
    x, gamma, beta = rng.normal(size=(5, 6)), rng.uniform(0.5, 2, size=6), rng.normal(size=6)
    together = measured(layer_norm(x, gamma, beta), "The result", x.shape)
    alone = np.concatenate(
        [measured(layer_norm(row[np.newaxis], gamma, beta), "The result", (1, 6)) for row in x]
    )
    assert agrees(together, alone), "A sample comes out differently when others are in the batch."
    assert np.ptp(together, axis=1).min() > 0.1, "All channels of a sample come out the same."
