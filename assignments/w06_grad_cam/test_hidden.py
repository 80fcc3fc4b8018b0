"""Hidden tests of week 6: random nets with a known answer, and laws that always hold.

Messages name the likely mistake, never an input. The oracle of a net is a copy of it whose last activation
is taken off, and the gradient of that; where a head is simple enough, the gradient is also known on paper.
"""

import numpy as np
import pytest
import scipy.stats


def measured(answer, what, shape=None):
    """Check type and shape of an answer; it comes back as an array of floats."""
    try:
        array = np.asarray(answer)
    except ValueError:
        array = np.empty((), dtype=object)
    assert array.dtype.kind in "iufb", (
        f"{what} should answer with an array of numbers or a number, not {type(answer).__name__}."
    )
    assert shape is None or array.shape == shape, (
        f"{what}: wrong shape, {len(array.shape)} axes with {array.size} numbers in all. See the docstring;"
        " heights differ from widths here."
    )
    return array.astype(np.float64)


def agrees(array, oracle, largest=None):
    """Same numbers, as far as float32 has them; NaN agrees with nothing. `largest`: of what was rounded."""
    largest = np.abs(oracle).max(initial=0) if largest is None else largest
    return bool(np.allclose(array, oracle, rtol=1e-3, atol=1e-4 * largest + 1e-12))


def agrees_up_to_scale(array, oracle):
    """Same direction as the oracle."""
    lengths = np.linalg.norm(array) * np.linalg.norm(oracle)
    return bool(lengths > 0 and (array * oracle).sum() / lengths > 0.99999)


# Nets


def randomly_weighted(net, rng):
    """`net` with random weights; statistics and scales of batch norm are positive."""
    for layer in net.layers:
        normalises = type(layer).__name__ == "BatchNormalization"
        layer.set_weights(
            [
                rng.uniform(0.5, 1.5, size=weight.shape)
                if normalises
                else rng.normal(size=weight.shape) / np.sqrt(max(1, np.prod(weight.shape[:-1]) / 3))
                for weight in layer.get_weights()
            ]
        )
    return net


def strided_net(rng, activation="softmax"):
    """Convolutions with stride 2 and a kernel that is not square, GAP, dense. Images of 9×14×3."""
    import keras

    kl = keras.layers
    net = keras.Sequential(
        [
            keras.Input((9, 14, 3)),
            kl.Conv2D(12, 3, padding="same", activation="relu", name="stem"),
            kl.Conv2D(5, (3, 2), strides=2, activation="relu", name="body"),
            kl.GlobalAveragePooling2D(),
            kl.Dense(4, activation=activation, name="last"),
        ]
    )
    return randomly_weighted(net, rng)


def normalised_net(rng, skip=False):
    """A functional net: batch norm and a ReLU before GAP, no last activation. Grey images of 12×7."""
    import keras

    kl = keras.layers
    images = keras.Input((12, 7, 1))
    convolved = kl.Conv2D(6, 3, name="convolution")(images)
    maps = kl.ReLU(name="active")(kl.BatchNormalization(name="norm")(convolved))
    if skip:
        maps = kl.Add()([maps, convolved])
    answers = kl.Dense(3, name="answers")(kl.GlobalAveragePooling2D()(maps))
    return randomly_weighted(keras.Model(images, answers), rng)


def net_with_skip(rng):
    return normalised_net(rng, skip=True)


def flat_net(rng):
    """Flatten and a dense layer with sigmoids. Images of 8×10×2."""
    import keras

    kl = keras.layers
    net = keras.Sequential(
        [
            keras.Input((8, 10, 2)),
            kl.Conv2D(4, 3, strides=2, padding="same", name="only"),
            kl.Flatten(),
            kl.Dropout(0.5),
            kl.Dense(5, activation="sigmoid", name="labels"),
        ]
    )
    return randomly_weighted(net, rng)


def branched_net(rng):
    """A functional net with two branches, a skip and two dense layers. Images of 10×13×3."""
    import keras

    kl = keras.layers
    images = keras.Input((10, 13, 3))
    left = kl.Conv2D(4, 3, padding="same", activation="relu", name="left")(images)
    right = kl.Conv2D(4, 5, padding="same", activation="tanh", name="right")(images)
    both = kl.Concatenate(name="both")([kl.Add(name="sum")([left, right]), images])
    top = kl.Conv2D(6, 3, strides=2, name="top")(both)
    hidden = kl.Dense(8, activation="relu")(kl.GlobalMaxPooling2D()(kl.MaxPooling2D(2)(top)))
    return randomly_weighted(keras.Model(images, kl.Dense(3, activation="softmax")(hidden)), rng)


def random_image(net, rng):
    return rng.uniform(size=net.input_shape[1:])


def evidence(net, layer_name, image):
    """Feature maps (H', W', K), scores (classes,) and the gradient of each score, (classes, H', W', K)."""
    import keras
    import tensorflow as tf

    copy = keras.models.clone_model(net)
    copy.set_weights(net.get_weights())
    copy.layers[-1].activation = keras.activations.linear
    both = keras.Model(copy.inputs[0], [copy.get_layer(layer_name).output, copy.outputs[0]])
    images = tf.constant([image], dtype=tf.float32)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(images)
        maps, scores = both(images)
        each = [scores[0, index] for index in range(scores.shape[1])]
    gradients = [tape.gradient(score, maps)[0].numpy() for score in each]
    return maps[0].numpy(), scores[0].numpy(), np.array(gradients)


def telling(net, layer_name, image):
    """Maps, gradients and the classes worth asking for: not the likeliest; weighted maps of both signs."""
    maps, scores, gradients = evidence(net, layer_name, image)
    positive = (maps @ gradients.mean(axis=(1, 2)).T > 0).mean(axis=(0, 1))
    classes = np.flatnonzero((positive > 0.1) & (positive < 0.9))
    return maps, gradients, classes[classes != scores.argmax()]


def check_map(came, maps, gradient, others):
    """Compare a Grad-CAM map with its oracle; a wrong one gets the name of its mistake."""
    weighted = maps @ gradient.mean(axis=(0, 1))
    oracle, largest = np.maximum(weighted, 0), np.abs(weighted).max()
    if agrees(came, oracle, largest):
        return
    assert np.isfinite(came).all(), "Some values are NaN or infinite."
    assert came.min() >= 0 or not agrees(np.maximum(came, 0), oracle, largest), (
        "The map has negative values: the maximum with 0 (ReLU) comes last."
    )
    assert not agrees(came * maps.shape[-1], oracle, largest), "The channels are added up in L, not averaged."
    assert not agrees_up_to_scale(came, oracle), (
        "The map is right up to a factor: α is the mean of the gradient, not its sum, and the map is not"
        " normalised here."
    )
    assert not agrees_up_to_scale(came, np.maximum(maps @ np.abs(gradient).mean(axis=(0, 1)), 0)), (
        "The gradient's sign is lost: a channel that speaks against the class has a negative weight."
    )
    assert not agrees_up_to_scale(came, np.maximum((maps * gradient).sum(axis=-1), 0)), (
        "The gradient is multiplied position by position: its mean over the positions is missing."
    )
    assert not any(
        agrees_up_to_scale(came, np.maximum(maps @ other.mean(axis=(0, 1)), 0)) for other in others
    ), "This is the map of another class."
    raise AssertionError(
        "Wrong map. Is it the gradient of the class's *score* (before the last activation), with respect to"
        " the layer that was asked for, with its mean over the positions?"
    )


# q1


@pytest.mark.question("q1")
@pytest.mark.points(2)
@pytest.mark.parametrize("build", [strided_net, net_with_skip], ids=["strided", "skip"])
def test_cam_of_random_nets(class_activation_map, rng, build):
    """Random nets with images that are not square, also with layers and a skip before the pooling."""
    net = build(rng)
    w, b = net.layers[-1].get_weights()
    net.layers[-1].set_weights([np.abs(w) * (-1) ** np.add.outer(*map(np.arange, w.shape)), b])
    image = random_image(net, rng)
    maps, scores, _ = evidence(net, net.layers[-3].name, image)
    w, b = net.layers[-1].get_weights()
    for class_index in range(len(scores)):
        came = measured(class_activation_map(net, image, class_index), "class_activation_map", maps.shape[:2])
        oracle = maps @ w[:, class_index]
        cut_off = np.maximum(oracle, 0)
        assert agrees(came, oracle) or not agrees(came, cut_off), (
            "CAM has no ReLU: negative values belong to it."
        )
        assert agrees(came, oracle), (
            "Wrong numbers. Are the feature maps those that enter the pooling layer, and the weights those"
            " of the class?"
        )
        assert np.isclose(came.mean() + b[class_index], scores[class_index], atol=1e-3), (
            "The mean of the map plus the bias should be the score."
        )


# q2


@pytest.mark.question("q2")
@pytest.mark.points(2)
@pytest.mark.parametrize(
    ("build", "layer_names"),
    [
        (strided_net, ("stem", "body")),
        (normalised_net, ("convolution", "norm")),
        (flat_net, ("only",)),
        (branched_net, ("left", "both", "top")),
    ],
    ids=["softmax", "linear", "sigmoid", "branches"],
)
def test_maps_and_scores_of_random_nets(maps_and_scores, rng, build, layer_names):
    """Nets that end in softmax, sigmoid or nothing, with branches, and several layers."""
    net = build(rng)
    images = np.stack([random_image(net, rng) for _ in range(3)])
    for layer_name in layer_names[1:] or layer_names:
        outputs = maps_and_scores(net, layer_name)(images)
        assert len(outputs) == 2, "There should be two outputs: maps, scores."
        expected = [evidence(net, layer_name, image)[:2] for image in images]
        maps, scores = (np.stack(part) for part in zip(*expected, strict=True))
        came = measured(outputs[0], "The first output", maps.shape)
        assert agrees(came, maps), "The first output should be the output of the layer that was asked for."
        came = measured(outputs[1], "The second output", scores.shape)
        assert came.min() < 0 or came.max() > 1 or agrees(came, scores), (
            "The second output looks like probabilities: the scores come before the last activation."
        )
        assert agrees(came, scores), (
            "Wrong scores: what enters the last layer, times its kernel, plus its bias."
        )


# q3


@pytest.mark.question("q3")
@pytest.mark.points(1)
def test_gradient_is_w_over_positions_before_pooling(maps_and_gradient, rng):
    """Before global average pooling the gradient is w / (H'·W'), for a net that ends in softmax, too."""
    net = strided_net(rng)
    image, w = random_image(net, rng), net.layers[-1].get_weights()[0]
    maps, scores, _ = evidence(net, "body", image)
    p = np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum()
    for class_index in (0, 3):
        came = maps_and_gradient(net, image, "body", class_index)
        assert len(came) == 2, "There should be two arrays: maps, gradient."
        assert agrees(measured(came[0], "The maps", maps.shape), maps), "Wrong maps."
        gradient = measured(came[1], "The gradient", maps.shape)
        of_softmax = np.broadcast_to(p[class_index] * (w[:, class_index] - w @ p), maps.shape)
        right = agrees(gradient, np.broadcast_to(w[:, class_index] / maps[..., 0].size, maps.shape))
        assert right or not agrees_up_to_scale(gradient, of_softmax), (
            "This is the gradient of the probability. Take the score, the number before the last activation."
        )
        assert right, (
            "Wrong numbers: with pooling and a dense layer behind it, the gradient is w / (H'·W') everywhere."
        )


@pytest.mark.question("q3")
@pytest.mark.points(1)
def test_gradient_before_flatten_is_the_kernel(maps_and_gradient, rng):
    """Before flatten and a dense layer the gradient is the layer's kernel, position by position."""
    net = flat_net(rng)
    image = random_image(net, rng)
    kernel = net.layers[-1].get_weights()[0].reshape(4, 5, 4, 5)
    for class_index in (1, 4):
        came = maps_and_gradient(net, image, "only", class_index)
        assert len(came) == 2, "There should be two arrays: maps, gradient."
        gradient = measured(came[1], "The gradient", (4, 5, 4))
        assert agrees(gradient, kernel[..., class_index]), (
            "Wrong gradient: that of the class's score, before the last activation, by each entry of the"
            " maps."
        )


@pytest.mark.question("q3")
@pytest.mark.points(1)
def test_channel_weights_of_random_gradients(channel_weights, rng):
    """The mean over all positions, whatever the shape."""
    for shape in ((4, 7, 3), (5, 2, 6), (1, 1, 2)):
        gradient = rng.normal(size=shape)
        came = measured(channel_weights(gradient), "channel_weights", shape[-1:])
        right = agrees(came, gradient.mean(axis=(0, 1)))
        assert right or not agrees(came, np.abs(gradient).mean(axis=(0, 1))), "The gradient's sign is lost."
        assert right, "Wrong numbers: α is the mean over all positions."


@pytest.mark.question("q3")
@pytest.mark.points(4)
@pytest.mark.parametrize(
    ("build", "layer_names"),
    [
        (strided_net, ("stem", "body")),
        (normalised_net, ("convolution", "active")),
        (flat_net, ("only",)),
        (branched_net, ("right", "top")),
    ],
    ids=["softmax", "linear", "flatten", "branches"],
)
def test_grad_cam_of_any_layer(grad_cam, rng, build, layer_names):
    """Random nets, several layers and classes, images that are not square."""
    net = build(rng)
    for layer_name in layer_names:
        classes = []
        while not len(classes):
            image = random_image(randomly_weighted(net, rng), rng)
            maps, gradients, classes = telling(net, layer_name, image)
        class_index = int(rng.choice(classes))
        came = measured(grad_cam(net, image, layer_name, class_index), "grad_cam", maps.shape[:2])
        check_map(came, maps, gradients[class_index], np.delete(gradients, class_index, axis=0))


@pytest.mark.question("q3")
@pytest.mark.points(1)
def test_grad_cam_of_a_net_that_is_sure(grad_cam, rng):
    """A net that is so sure that the gradient of its probability is 0."""
    net = strided_net(rng)
    share, gap = 0, 0
    while not (0.1 < share < 0.9 and gap > 200):  # weighted maps of both signs, and no gradient left
        image = random_image(randomly_weighted(net, rng), rng)
        net.layers[-1].set_weights([500 * weight for weight in net.layers[-1].get_weights()])
        maps, scores, gradients = evidence(net, "stem", image)
        sure = int(scores.argmax())
        weighted = maps @ gradients[sure].mean(axis=(0, 1))
        share, gap = (weighted > 0).mean(), np.diff(np.sort(scores)[-2:])
    came = measured(grad_cam(net, image, "stem", sure), "grad_cam", maps.shape[:2])
    assert came.any(), (
        "All zeros: the softmax of a sure net has no gradient left. Take the score, before the softmax."
    )
    check_map(came, maps, gradients[sure], np.delete(gradients, sure, axis=0))


@pytest.mark.question("q3")
@pytest.mark.points(1)
def test_grad_cam_without_evidence_is_zero(grad_cam, rng):
    """A class against which every channel speaks: zeros, and no NaN."""
    net = strided_net(rng, activation=None)
    w, b = net.layers[-1].get_weights()
    w[:, 0], w[:, 1] = np.abs(w[:, 0]), -np.abs(w[:, 1])
    b[0] = 9
    net.layers[-1].set_weights([w, b])
    came = measured(grad_cam(net, random_image(net, rng), "body", 1), "grad_cam", (4, 7))
    assert np.isfinite(came).all(), "Some values are NaN: a map of zeros must not be normalised by 0."
    assert not came.any(), "All channels speak against the class, so the map should be 0 everywhere."


@pytest.mark.question("q3")
@pytest.mark.points(1)
def test_grad_cam_before_the_first_weights(grad_cam, rng):
    """A pooling layer in front of all weights, in a net that is frozen."""
    import keras

    kl = keras.layers
    convolution = kl.Conv2D(6, 3, strides=2, activation="relu")
    head = [convolution, kl.GlobalAveragePooling2D(), kl.Dense(3)]
    net = keras.Sequential([keras.Input((11, 15, 3)), kl.AveragePooling2D((1, 2), name="narrow"), *head])
    net.trainable = False
    classes = []
    while not len(classes):
        image = random_image(randomly_weighted(net, rng), rng)
        maps, gradients, classes = telling(net, "narrow", image)
    for class_index in range(3):
        came = measured(grad_cam(net, image, "narrow", class_index), "grad_cam", maps.shape[:2])
        check_map(came, maps, gradients[class_index], np.delete(gradients, class_index, axis=0))


# q4


def bilinear(heat_map, height, width):
    """Bilinear interpolation between pixel centres; beyond the outermost centres the border is repeated."""
    rows, columns = (
        (np.arange(new) + 0.5) * old / new - 0.5
        for new, old in zip((height, width), heat_map.shape, strict=True)
    )
    wide = np.array([np.interp(columns, np.arange(heat_map.shape[1]), row) for row in heat_map])
    return np.array([np.interp(rows, np.arange(heat_map.shape[0]), column) for column in wide.T]).T


@pytest.mark.question("q4")
@pytest.mark.points(1)
def test_normalised_random_maps(normalised, rng):
    """The largest value becomes 1, the others keep their ratio to it; zeros stay zeros."""
    for scale in (0.01, 1, 250):
        heat_map = scale * rng.uniform(0.2, 1, size=(3, 5))
        came = measured(normalised(heat_map), "normalised", (3, 5))
        assert np.isclose(came.max(), 1, atol=1e-4), "The largest value should become 1."
        assert agrees(came, heat_map / heat_map.max()), (
            "The ratios of the values should stay: divide only, and subtract nothing."
        )
    came = measured(normalised(rng.integers(1, 9, size=(4, 2)) * 0), "normalised", (4, 2))
    assert np.isfinite(came).all(), "A map of zeros gives NaN: what is 0/0?"
    assert not came.any(), "A map of zeros should stay one."


@pytest.mark.question("q4")
@pytest.mark.points(1)
def test_resized_random_maps(resized, rng):
    """Bilinear interpolation to any size."""
    for (height, width), shape in (((7, 20), (3, 5)), ((12, 9), (6, 9)), ((5, 4), (1, 2))):
        heat_map = rng.uniform(size=shape)
        came = measured(resized(heat_map, height, width), "resized", (height, width))
        assert agrees(came, bilinear(heat_map, height, width)), (
            "Wrong numbers: bilinear interpolation between pixel centres, as by keras.ops.image.resize."
        )


@pytest.mark.question("q4")
@pytest.mark.points(2)
def test_overlay_of_random_images(overlay, rng):
    """Random images, maps, opacities and colours, not square; the image stays where the map is 0."""
    for (height, width), shape in (((11, 16), (4, 5)), ((9, 6), (9, 6))):
        image = rng.integers(0, 256, size=(height, width, 3), dtype=np.uint8)
        heat_map = rng.uniform(1, 20, size=shape)
        heat_map[0, 0], heat_map[1, 2] = 0, 40  # a peak between the pixels of the larger image
        opacity, colour = rng.uniform(0.4, 0.9), tuple(rng.integers(0, 256, size=3).tolist())
        answer = overlay(image, heat_map, opacity, colour)
        came = measured(answer, "overlay", image.shape)
        assert np.asarray(answer).dtype == np.uint8, "The overlay should be of dtype uint8."
        enlarged = bilinear(heat_map, height, width)
        late = opacity * (enlarged / enlarged.max())[..., np.newaxis]
        cover = opacity * (enlarged / heat_map.max())[..., np.newaxis]
        right = np.rint((1 - cover) * image + cover * colour)
        if np.abs(came - right).max() <= 1:
            continue
        assert np.abs(came - np.rint((1 - late) * image + late * colour)).max() > 1, (
            "The map is normalised after it was resized; step 1 comes before step 2."
        )
        even = np.rint((1 - opacity) * image + cover * colour)
        assert np.abs(came - even).max() > 1, (
            "The whole image gets darker: the opacity goes with the map, pixel by pixel."
        )
        raise AssertionError("Wrong numbers: see step 3 for the blend. Does uint8 overflow somewhere?")


@pytest.mark.question("q4")
@pytest.mark.points(1)
def test_overlay_is_rounded_and_has_defaults(overlay, rng):
    """Opacity 0.7 and magenta unless told otherwise, rounded to the nearest; nothing to see for zeros."""
    image = rng.integers(0, 256, size=(30, 40, 3), dtype=np.uint8)
    heat_map = np.ones((3, 4))
    right = 0.3 * image + 0.7 * np.array([255, 0, 255])
    came = measured(overlay(image, heat_map), "overlay", image.shape)
    assert np.abs(came - right).max() <= 1.01, "By default the opacity is 0.7 and the colour (255, 0, 255)."
    assert np.abs((came - right).mean()) < 0.1, (
        "Round to the nearest integer; the conversion to uint8 cuts off."
    )
    same = measured(overlay(image, 0 * heat_map), "overlay", image.shape)
    assert np.array_equal(same, image), "Where the map is 0, the image should stay as it is."


# q5


@pytest.mark.question("q5")
@pytest.mark.points(2)
def test_occlusion_of_random_linear_nets(occlusion_map, rng):
    """Nets whose answer is a weighted sum of the pixels: the drop is known exactly, for any class."""
    import keras

    for shape, size, stride, fill in (
        ((9, 14, 3), 4, 3, 0.2),
        ((12, 7, 1), 3, 2, 0.0),
        ((6, 8, 2), 6, 1, 1.0),
    ):
        net = keras.Sequential([keras.Input(shape), keras.layers.Flatten(), keras.layers.Dense(3)])
        net = randomly_weighted(net, rng)
        image = rng.uniform(size=shape)
        class_index = int(rng.choice(np.argsort(net.predict(image[np.newaxis], verbose=0)[0])[:-1]))
        weights = net.layers[-1].get_weights()[0][:, class_index].reshape(shape)
        lost = (weights * (image - fill)).sum(axis=-1)
        windows = np.lib.stride_tricks.sliding_window_view(lost, (size, size))[::stride, ::stride]
        oracle = windows.sum(axis=(2, 3))
        came = occlusion_map(net, image, class_index, size, stride, fill)
        came = measured(came, "occlusion_map", oracle.shape)
        right = agrees(came, oracle)
        assert right or not agrees(came, -oracle), "Wrong sign: a drop is positive."
        assert right, (
            "Wrong numbers. Is each square filled with `fill`, at (i·stride, j·stride), in a fresh copy of"
            " the image, and is it the class that was asked for?"
        )


@pytest.mark.question("q5")
@pytest.mark.points(1)
def test_occlusion_takes_the_answer_as_it_is(occlusion_map, rng):
    """With softmax the drop is one of probabilities; the square is grey, 0.5, unless told otherwise."""
    net = strided_net(rng)
    image = random_image(net, rng)
    batch = [image]
    for top, left in np.ndindex(2, 3):
        batch.append(image.copy())
        batch[-1][4 * top : 4 * top + 5, 4 * left : 4 * left + 5] = 0.5
    outputs = net.predict(np.array(batch), verbose=0)
    class_index = int(np.argsort(outputs[0])[-2])  # not the likeliest
    outputs = outputs[:, class_index]
    came = measured(occlusion_map(net, image, class_index, 5, 4), "occlusion_map", (2, 3))
    assert agrees(came, (outputs[0] - outputs[1:]).reshape(2, 3)), (
        "Wrong numbers: the model's own output for the class without the square, minus the one with it."
    )


# q6


@pytest.mark.question("q6")
@pytest.mark.points(1)
def test_rank_correlation_of_random_maps(rank_correlation, rng):
    """Random maps, many of their values equal."""
    for shape in ((4, 7), (9, 3)):
        oracle = values = ordinal = 0
        while not min(abs(oracle - values), abs(oracle - ordinal)) > 0.01:  # until the numbers differ
            map_a = np.maximum(rng.normal(size=shape), 0)
            map_b = np.maximum(map_a + rng.normal(size=shape), 0)
            oracle = scipy.stats.spearmanr(map_a, map_b, axis=None).statistic
            values = np.corrcoef(map_a.ravel(), map_b.ravel())[0, 1]
            places = (np.argsort(np.argsort(some, axis=None, kind="stable")) for some in (map_a, map_b))
            ordinal = np.corrcoef(*places)[0, 1]
        came = measured(rank_correlation(map_a, map_b), "rank_correlation", ())
        assert not np.isclose(came, values, atol=1e-4), (
            "This is the correlation of the values, not of their ranks."
        )
        assert np.isclose(came, oracle, atol=1e-4), (
            "Wrong number. Do equal values share their mean rank, and are the ranks taken over the whole map?"
        )


@pytest.mark.question("q6")
@pytest.mark.points(1)
def test_rank_correlation_with_a_constant_map_is_zero(rank_correlation, rng):
    """A constant map has no ranks: 0, not NaN."""
    map_a, zeros = rng.normal(size=(3, 5)), np.zeros((3, 5))
    for pair in ((map_a, zeros), (zeros + 2, map_a), (zeros, zeros)):
        came = measured(rank_correlation(*pair), "rank_correlation", ())
        assert np.isfinite(came), "With a constant map the answer should be 0, not NaN."
        assert abs(came) < 1e-9, "With a constant map the answer should be 0."


def lines(array, axis):
    """The lines of an array along an axis, without their order and that of their entries."""
    ordered = np.sort(np.moveaxis(array, axis, -1).reshape(-1, array.shape[axis]), axis=1)
    return ordered[np.lexsort(ordered.T)]


@pytest.mark.question("q6")
@pytest.mark.points(2)
def test_randomised_shuffles_all_entries(randomised, rng):
    """The named layers are shuffled through and through, the others and the model itself stay."""
    net = strided_net(rng)
    copy = randomised(net, ["stem", "last"], int(rng.integers(1000)))
    for layer in net.layers:
        for before, after in zip(layer.get_weights(), copy.get_layer(layer.name).get_weights(), strict=True):
            after = measured(after, "The copy's layer", before.shape)
            if layer.name not in ("stem", "last"):
                assert np.array_equal(before, after), "A layer that was not named has changed."
                continue
            assert np.allclose(np.sort(before, axis=None), np.sort(after, axis=None)), (
                "Each array should keep its own numbers, in another order."
            )
            for axis in range(before.ndim if before.ndim > 1 else 0):
                assert not np.array_equal(lines(before, axis), lines(after, axis)), (
                    "Only whole rows or columns, or only the entries along one axis, are shuffled; it should"
                    " be all entries."
                )
        if layer.name == "stem":
            assert not np.array_equal(layer.get_weights()[1], copy.get_layer("stem").get_weights()[1]), (
                "The bias is an array of weights, too: shuffle it."
            )
    weights = copy.get_weights()
    randomised(copy, ["stem"], 1)
    unchanged = all(np.array_equal(a, b) for a, b in zip(weights, copy.get_weights(), strict=True))
    assert unchanged, "The model that was passed has changed; shuffle a copy of it."


@pytest.mark.question("q6")
@pytest.mark.points(1)
def test_randomised_is_repeatable(randomised, rng):
    """The same seed gives the same copy, another seed another one."""
    net = strided_net(rng)
    kernels = [measured(randomised(net, ["stem"], seed).get_weights()[0], "The copy") for seed in (3, 3, 4)]
    assert np.array_equal(kernels[0], kernels[1]), "The same seed should give the same copy."
    assert not np.array_equal(kernels[0], kernels[2]), "Another seed should give another copy."


def grad_cam_of(maps, gradient):
    return np.maximum(maps @ gradient.mean(axis=(0, 1)), 0)


def no_near_ties(heat_map):
    """No two values so close that rounding could exchange their ranks."""
    return np.diff(np.sort(heat_map, axis=None)).min() > 2e-5 * heat_map.max()


@pytest.mark.question("q6")
@pytest.mark.points(1)
def test_map_correlation_compares_before_and_after(map_correlation, randomised, rng):
    """The correlation of Grad-CAM before and after; 1 when nothing is randomised."""
    import keras

    layer_names = ["body", "last"]
    for _ in range(12):  # until the numbers can tell; never, perhaps, where `randomised` is wrong
        net = strided_net(rng)
        (kernel, bias), (weights, scores) = (net.get_layer(name).get_weights() for name in layer_names)
        # maps without zeros, so without equal ranks
        net.get_layer("body").set_weights([kernel, 3 + np.abs(bias)])
        net.get_layer("last").set_weights([np.abs(weights), scores])
        image, seed = random_image(net, rng), int(rng.integers(100))
        copy = keras.models.clone_model(net)
        copy.set_weights(randomised(net, layer_names, seed).get_weights())
        (maps, before, gradients), (maps_after, after, gradients_after) = (
            evidence(one, "body", image) for one in (net, copy)
        )
        class_index = int(rng.choice([c for c in range(4) if c not in (before.argmax(), after.argmax())]))
        first = grad_cam_of(maps, gradients[class_index])
        later = [grad_cam_of(maps_after, gradient) for gradient in gradients_after]
        oracle, *others = (
            scipy.stats.spearmanr(first, second, axis=None).statistic
            for second in (later[class_index], later[before.argmax()], later[after.argmax()], first)
        )
        if (
            no_near_ties(first)
            and no_near_ties(later[class_index])
            and not np.isclose(oracle, others, atol=0.01).any()
        ):
            break
    unchanged = measured(map_correlation(net, image, "body", class_index, [], seed), "map_correlation", ())
    changed = measured(
        map_correlation(net, image, "body", class_index, layer_names, seed), "map_correlation", ()
    )
    assert np.isclose(unchanged, 1, atol=1e-4), (
        "When no layer is randomised, the maps are the same: the answer is 1."
    )
    assert np.isclose(changed, oracle, atol=1e-3), (
        "Wrong number: rank_correlation of grad_cam of the model and of randomised(model, randomise, seed),"
        " both for the class that was asked for."
    )


@pytest.mark.question("q6")
@pytest.mark.points(1)
def test_the_model_answers_as_before(map_correlation, randomised, rng):
    """The model that was examined still gives the same probabilities."""
    net = strided_net(rng)
    examined, image = randomised(net, ["stem"], 1), random_image(net, rng)
    before = measured(examined(image[np.newaxis]), "The model", (1, 4))
    map_correlation(examined, image, "body", 0, ["last"], 2)
    after = measured(examined(image[np.newaxis]), "The model", (1, 4))
    assert np.isclose(after.sum(), 1, atol=1e-4), (
        "After map_correlation the model no longer answers with probabilities: its last activation was"
        " taken off."
    )
    assert agrees(after, before), (
        "After map_correlation the model answers differently: its weights were changed."
    )


# q7


@pytest.mark.question("q7")
@pytest.mark.points(1)
def test_mass_on_random_objects(mass_on_object, rng):
    """Random maps and masks, also an empty mask, a full one and a map of zeros."""
    for shape, (height, width) in (((3, 5), (12, 10)), ((4, 4), (4, 9))):
        mask = np.zeros((height, width), dtype=bool)
        mask[1 : height // 2, 2 : width // 2 + 1] = True
        fraction = mean = 0
        while abs(fraction - mean) < 0.01:
            heat_map = rng.uniform(size=shape) ** 4
            mass = bilinear(heat_map, height, width)
            fraction, mean = mass[mask].sum() / mass.sum(), mass[mask].mean() / mass.max()
        came = measured(mass_on_object(heat_map, mask), "mass_on_object", ())
        assert not np.isclose(came, mean, atol=1e-4), "This is a mean, not a fraction."
        assert np.isclose(came, fraction, atol=1e-4), (
            "Wrong fraction: sum of the resized map on the object, divided by its sum over the whole image."
        )
    for object_mask, any_map, fraction in (
        (~mask | mask, heat_map, 1),
        (~mask & mask, heat_map, 0),
        (mask, 0 * heat_map, 0),
    ):
        came = measured(mass_on_object(any_map, object_mask), "mass_on_object", ())
        assert np.isfinite(came), "Not a number: a map of zeros has no mass at all, answer 0."
        assert np.isclose(came, fraction, atol=1e-4), "Wrong fraction for a mask that covers all or nothing."


def net_of_two_signs(rng, images):
    """A strided net whose weighted maps have about the mean 0 for each class, and which answers 0."""
    net = strided_net(rng)
    kernel, bias = net.get_layer("body").get_weights()
    net.get_layer("body").set_weights([kernel, 1 + np.abs(bias)])  # no channel is 0 everywhere
    channels = np.mean([evidence(net, "body", image)[0] for image in images], axis=(0, 1, 2))
    w, b = net.layers[-1].get_weights()
    w -= np.outer(channels, channels @ w) / (channels @ channels)
    net.layers[-1].set_weights([w, b + 9 * (np.arange(4) == 0)])
    return net


def fractions_of_two_signs(net, images, masks):
    """The fraction of each image's map on the object, (images, classes); NaN where it has only one sign."""
    fractions = np.full((len(images), 4), np.nan)
    for n, (image, mask) in enumerate(zip(images, masks, strict=True)):
        maps, _, gradients = evidence(net, "body", image)
        for class_index, weights in enumerate(gradients.mean(axis=(1, 2))):
            if 0.1 < (maps @ weights > 0).mean() < 0.9:
                mass = bilinear(np.maximum(maps @ weights, 0), 9, 14)
                fractions[n, class_index] = (mass * mask).sum() / mass.sum()
    return fractions


@pytest.mark.question("q7")
@pytest.mark.points(2)
@pytest.mark.parametrize("count", [3, 1])
def test_object_mass_of_random_nets(object_mass, rng, count):
    """Several nets, the maps of each image's own class, the mean over the images."""
    images, masks = rng.uniform(size=(count, 9, 14, 3)), np.zeros((count, 9, 14), dtype=bool)
    masks[:, 2:6, 3:10] = True
    labels = (np.arange(count) + rng.integers(2, 4)) % 4  # never all of them class 0, or class 1
    nets, means = {}, {}
    for name in ("left", "right")[: 1 + count // 2]:
        right, others = 0, np.zeros(4)
        # until each image's own map has both signs, and no one class for all gives the same
        while not (np.isfinite(right) and np.abs(others[np.isfinite(others)] - right).min(initial=1) > 0.005):
            nets[name] = net_of_two_signs(rng, images)
            fractions = fractions_of_two_signs(nets[name], images, masks)
            right, others = fractions[np.arange(count), labels].mean(), fractions.mean(axis=0)
            if count == 1:
                others[labels] = np.nan
        means[name] = right
    came = object_mass(nets, images, masks, labels, "body")
    assert isinstance(came, dict) and sorted(came) == sorted(nets), (
        "object_mass should answer with a dictionary that has the keys of `models`."
    )
    for name, mean in means.items():
        number = measured(came[name], "Each value of object_mass", ())
        assert np.isclose(number, mean, atol=1e-4), (
            "Wrong fraction: the mean over the images of mass_on_object, each with the map of its own label."
        )


@pytest.mark.question("q7")
@pytest.mark.points(1)
def test_random_objects_on_random_backgrounds(on_new_backgrounds, rng):
    """Object n of image n on background n."""
    images, backgrounds = rng.uniform(size=(2, 3, 5, 7, 2))
    masks = rng.uniform(size=(3, 5, 7)) < 0.4
    came = measured(on_new_backgrounds(images, masks, backgrounds), "on_new_backgrounds", images.shape)
    assert not np.allclose(came[masks], backgrounds[masks]), "Object and background are exchanged."
    assert np.allclose(came[masks], images[masks]), "On the object the image should stay as it is."
    assert np.allclose(came[~masks], backgrounds[~masks]), "Beside the object there should be background n."


@pytest.mark.question("q7")
@pytest.mark.points(1)
def test_accuracy_of_random_nets(accuracy, rng):
    """Random nets and labels."""
    for net in (strided_net(rng), normalised_net(rng)):
        images = np.stack([random_image(net, rng) for _ in range(20)])
        answers = net.predict(images, verbose=0).argmax(axis=1)
        labels = np.where(np.arange(20) < rng.integers(3, 17), answers, (answers + 1) % 3)
        came = measured(accuracy(net, images, labels), "accuracy", ())
        assert np.isclose(came, (answers == labels).mean()), (
            "Wrong fraction: how often is the largest output that of the label?"
        )


@pytest.mark.question("q7")
@pytest.mark.points(3)
@pytest.mark.parametrize(
    ("name", "looks"), [("A", "tag"), ("B", "object"), ("C", "background")], ids=list("ABC")
)
def test_verdict(looks_at, name, looks):
    """What this detector looks at."""
    assert isinstance(looks_at, dict), "looks_at should be a dictionary."
    assert looks_at.get(name) == looks, (
        "Look at the maps again, over many pictures, and at the accuracies: which detectors fail when only"
        " the tag is gone, which when only the background changes?"
    )
