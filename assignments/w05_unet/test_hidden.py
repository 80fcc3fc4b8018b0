"""Hidden tests of week 5: random masks, images and networks of several shapes, against laws that always hold.

How skips are wired is proven by switching levels off, not by how well anything learns. Messages name the
likely mistake, never an input.
"""

import numpy as np
import pytest
import scipy.ndimage

# q1


def measured(answer, what):
    """Check the type of an answer; it comes back as an array of floats."""
    try:
        array = np.asarray(answer)
    except ValueError:
        array = np.empty((), dtype=object)
    assert array.dtype.kind in "iufb", (
        f"{what} should answer with an array of numbers, not {type(answer).__name__}."
    )
    return array.astype(np.float64)


def pair(answer, what):
    """Check that an answer consists of two things."""
    assert isinstance(answer, (tuple, list)) and len(answer) == 2, f"{what} should return two arrays."
    return answer


def held(function, model):
    """The model, kept beside a student's function: of one that is passed to it, the function gets a copy."""
    function.model = model
    return function.model


def pixelwise_model(shape, kernel, bias, activation):
    """A network that looks at each pixel by itself, through a single 1×1 convolution."""
    import keras

    layer = keras.layers.Conv2D(1, 1, activation=activation)
    model = keras.Sequential([keras.Input(shape), layer])
    layer.set_weights([np.full((1, 1, 1, 1), kernel, "float32"), np.array([bias], "float32")])
    return model


def blobs(rng, shape):
    """Masks with pieces of many sizes, some at the border; only the first is empty, only the last full."""
    noise = scipy.ndimage.gaussian_filter(rng.normal(size=shape), (0, 1.3, 1.3))
    lowest, highest = noise.min(axis=(1, 2), keepdims=True), noise.max(axis=(1, 2), keepdims=True)
    threshold = rng.uniform(-0.1, 0.2, size=(shape[0], 1, 1))
    masks = noise > np.clip(threshold, lowest, np.nextafter(highest, lowest))
    masks[0], masks[-1] = False, True
    return masks


def true_iou(truth, prediction):
    """IoU pair by pair, from sets of pixels."""
    scores = []
    for one, other in zip(truth, prediction, strict=True):
        first, second = ({*map(tuple, np.argwhere(mask))} for mask in (one, other))
        scores.append(len(first & second) / len(first | second) if first | second else 1.0)
    return np.array(scores)


def true_boundary(masks, width):
    """The pixels at most `width` steps from the outside, by their distance to it."""
    distances = [
        scipy.ndimage.distance_transform_cdt(np.pad(mask, 1), "taxicab")[1:-1, 1:-1] for mask in masks
    ]
    return masks & (np.array(distances) <= width)


@pytest.mark.question("q1")
@pytest.mark.points(1)
def test_iou_of_random_masks(iou, rng):
    """IoU of masks of any size and type, one number for each pair."""
    for shape in ((5, 7, 11), (1, 16, 9), (3, 4, 4)):
        truth, found = blobs(rng, shape), np.roll(blobs(rng, shape), 1, axis=0)
        came = measured(iou(truth.astype(int), found), "iou")
        assert came.shape == shape[:1], "One number for each pair of masks, so a batch of B gives shape (B,)."
        for one, other in ((truth, found.astype(float)), (truth.astype(float), found)):
            again = measured(iou(one, other), "iou")
            assert again.shape == came.shape and np.allclose(came, again, atol=1e-5), (
                "Floats, integers and booleans should all be taken."
            )
        oracle, accuracy = true_iou(truth, found), (truth == found).mean(axis=(1, 2))
        right = np.allclose(came, oracle, atol=1e-5)
        assert right or not np.allclose(came, accuracy), "This is the accuracy, not IoU."
        assert right, "Wrong numbers for random masks."


@pytest.mark.question("q1")
@pytest.mark.points(1)
def test_iou_of_empty_masks(iou, rng):
    """Both masks empty: 1. One of them empty: 0, also if the other has a single pixel."""
    nothing, dot = np.zeros((2, 3, 6, 4), dtype=int)
    dot[:, rng.integers(6), rng.integers(4)] = 1
    for truth, found, expected in (
        (nothing, nothing, 1),
        (dot, nothing, 0),
        (nothing, dot, 0),
        (dot, dot, 1),
    ):
        came = measured(iou(truth, found), "iou")
        assert np.isfinite(came).all(), "Empty masks give NaN or infinity: 0/0 should count as 1."
        assert came.shape == (3,) and np.allclose(came, expected, atol=1e-5), (
            "Wrong for an empty mask: two empty ones are the same (1), one empty shares nothing (0)."
        )


@pytest.mark.question("q1")
@pytest.mark.points(1)
def test_boundary_of_random_masks(boundary, rng):
    """Boundaries of random masks, some of them at the border of the picture, of several widths."""
    for shape, width in (((4, 17, 23), 1), ((5, 20, 12), 2), ((3, 24, 24), 4)):
        masks = blobs(rng, shape)
        came = measured(boundary(masks.astype(float), width), "boundary")
        again = measured(boundary(masks, width), "boundary")
        assert np.array_equal(came, again), "Floats, integers and booleans should all be taken."
        assert came.shape == shape, "The boundaries should have the shape of the masks."
        assert not (came > masks).any(), "The boundary is part of the mask; yours has pixels outside of it."
        inside = (slice(None), slice(width, -width), slice(width, -width))
        oracle = true_boundary(masks, width)
        assert np.array_equal(came[inside], oracle[inside]), (
            "Wrong boundary. A step goes up, down, left or right; and other masks of the batch do not matter."
        )
        assert np.array_equal(came, oracle), (
            "Wrong at the border of the picture: outside of it nothing is mask."
        )


@pytest.mark.question("q1")
@pytest.mark.points(1)
def test_boundary_iou_of_random_masks(boundary_iou, rng):
    """Boundary IoU of random masks, by default with a width of 1; empty ones included."""
    for shape, options in (((4, 15, 21), {}), ((5, 22, 14), {"width": 2}), ((3, 20, 20), {"width": 3})):
        truth = blobs(rng, shape)
        found = np.roll(truth, 1, axis=2)
        came = measured(boundary_iou(truth, found, **options), "boundary_iou")
        width = options.get("width", 1)
        oracle = true_iou(true_boundary(truth, width), true_boundary(found, width))
        assert came.shape == shape[:1], "One number for each pair of masks, so a batch of B gives shape (B,)."
        assert np.allclose(came, oracle, atol=1e-5), (
            "Wrong numbers: it is the IoU of the two boundaries, each of `width`."
        )


# q2


def true_dice_loss(t, p, smooth):
    """The formula of the question, picture by picture."""
    return np.array(
        [
            1 - (2 * np.vdot(t_i, p_i) + smooth) / (t_i.sum() + p_i.sum() + smooth)
            for t_i, p_i in zip(t, p, strict=True)
        ]
    )


def random_predictions(rng, shape):
    """Masks, the first of them empty, and probabilities."""
    truth = blobs(rng, shape)[..., np.newaxis].astype("float32")
    return truth, rng.uniform(size=truth.shape).astype("float32")


@pytest.mark.question("q2")
@pytest.mark.points(2)
def test_dice_loss_of_random_predictions(dice_loss, rng):
    """Random predictions, batches of one or more, any smoothing; and a network learns from the loss."""
    for shape, options in (((4, 9, 5), {}), ((3, 4, 12), {"smooth": 0.3}), ((2, 8, 8), {"smooth": 5.0})):
        truth, predicted = random_predictions(rng, shape)
        came = measured(dice_loss(truth, predicted, **options), "dice_loss")
        smooth = options.get("smooth", 1.0)
        oracle = true_dice_loss(truth, predicted, smooth)
        assert came.shape == oracle.shape, "One loss for each picture: a batch of B gives shape (B,)."
        right = np.allclose(came, oracle, atol=1e-5)
        assert right or not np.allclose(came, 1 - oracle, atol=1e-5), (
            "Training makes a loss smaller; this coefficient should become larger."
        )
        hard = true_dice_loss(truth, (predicted > 0.5).astype(float), smooth)
        assert right or not np.allclose(came, hard, atol=1e-5), (
            "The predictions are rounded: then there is nothing to learn from."
        )
        squared = [
            1 - (2 * (t * p).sum() + smooth) / ((t * t).sum() + (p * p).sum() + smooth)
            for t, p in zip(truth, predicted, strict=True)
        ]
        assert right or not np.allclose(came, squared, atol=1e-5), (
            "The sums in the denominator are not of squares here."
        )
        assert right, "Wrong numbers. Is `smooth` in numerator and denominator, once each?"
    masks = np.array([[0, 1, 1], [0, 0, 1]], dtype="float32").reshape(1, 2, 3, 1).repeat(4, axis=0)
    network = held(dice_loss, pixelwise_model((2, 3, 1), 0, 0, "sigmoid"))
    network.compile(optimizer="sgd", loss=dice_loss)
    try:
        losses = network.fit(masks, masks, epochs=3, verbose=0).history["loss"]
    except Exception as error:
        raise AssertionError(
            "The numbers are right, but no network can be trained with them: TensorFlow must be able to"
            " follow every step. Is all of it computed with keras.ops?"
        ) from error
    assert losses[-1] < losses[0] - 1e-5, (
        "The numbers are right, but a network learns nothing from them: TensorFlow cannot follow every step"
        " back to the weights."
    )


@pytest.mark.question("q2")
@pytest.mark.points(1)
def test_dice_loss_takes_masks_of_any_type(dice_loss, rng):
    """Masks of integers or booleans give the same loss as masks of floats."""
    truth, predicted = random_predictions(rng, (3, 6, 7))
    oracle = true_dice_loss(truth, predicted, 1)
    for kind in (bool, np.uint8, np.int64):
        came = measured(dice_loss(truth.astype(kind), predicted), "dice_loss")
        assert came.shape == oracle.shape and np.allclose(came, oracle, atol=1e-5), (
            "Wrong for masks of integers or booleans. Turn them into floats first."
        )


# q3


def reach(outputs):
    """First and last row and column where outputs[1:] differ from outputs[0]."""
    change = np.abs(outputs[1:] - outputs[0]).max(axis=(0, 3))
    changed = np.argwhere(change > 1e-7 * max(change.max(), 1e-30))
    assert len(changed), "The output does not depend on the input."
    return [tuple(int(number) for number in edge) for edge in (changed.min(axis=0), changed.max(axis=0))]


def with_dots(rng, shape, row, column, count=12):
    """A picture of zeros, and `count` ones with a random pixel at one place."""
    pictures = np.zeros((count + 1, *shape), dtype="float32")
    pictures[1:, row, column] = rng.normal(size=(count, shape[2]))
    return pictures


@pytest.mark.question("q3")
@pytest.mark.points(1)
def test_block_sees_five_by_five(conv_block, rng):
    """Through a block a pixel reaches 5×5 pixels: two convolutions 3×3, with same padding."""
    for shape, filters in (((11, 13, 2), 16), ((9, 15, 3), 24)):
        pictures = with_dots(rng, shape, 4, 6)
        came = measured(conv_block(pictures, filters), "conv_block")
        assert came.shape == (len(pictures), *shape[:2], filters), (
            "Wrong shape. Same padding keeps height and width; the channels become `filters`."
        )
        assert reach(came) == [(2, 4), (6, 8)], (
            "A pixel should reach 5×5 pixels, those around it: two 3×3 convolutions."
        )


@pytest.mark.question("q3")
@pytest.mark.points(1)
def test_relu_after_each_convolution(conv_block, rng):
    """A ReLU follows each of the two convolutions."""
    x, y = rng.normal(size=(2, 8, 6, 3))
    came = measured(conv_block(np.array([x, -x, y, -y, x + y, -x - y], dtype="float32"), 12), "conv_block")
    assert came.shape == (6, 8, 6, 12), "Wrong shape. Same padding keeps height and width."
    assert came.min() >= 0, "There are negative outputs: ReLU is missing after the second convolution."
    assert came.max() > 0 and came.min() == 0, "The output is not that of a ReLU."
    odd = came[::2] - came[1::2]
    assert np.abs(odd[2] - odd[0] - odd[1]).max() > 1e-3 * np.abs(odd).max(), (
        "ReLU is missing after the first convolution: two convolutions in a row are only one."
    )


@pytest.mark.question("q3")
@pytest.mark.points(1)
def test_down_gives_skip_and_maxima(down, rng):
    """Down gives a block's result as the skip, and its maxima over 2×2."""
    for shape, filters in (((2, 8, 14, 3), 5), ((1, 6, 4, 1), 9)):
        skip, pooled = pair(down(rng.normal(size=shape).astype("float32"), filters), "down")
        skip, pooled = measured(skip, "down"), measured(pooled, "down")
        batch, height, width, _ = shape
        assert skip.shape == (batch, height, width, filters), (
            "The skip should have the height and width of the image. Is it from before pooling, and first?"
        )
        assert pooled.shape == (batch, height // 2, width // 2, filters), (
            "Pooling should halve height and width."
        )
        blocks = skip.reshape(batch, height // 2, 2, width // 2, 2, filters)
        assert not np.allclose(pooled, blocks.mean(axis=(2, 4))), "These are means; max pooling takes maxima."
        assert np.allclose(pooled, blocks.max(axis=(2, 4))), (
            "What is pooled should be the maxima of the skip over 2×2."
        )
    pictures = with_dots(rng, (12, 10, 2), 5, 4)
    skip, _ = pair(down(pictures, 16), "down")
    assert reach(measured(skip, "down")) == [(3, 2), (7, 6)], (
        "The skip should be what a block makes of the image."
    )


@pytest.mark.question("q3")
@pytest.mark.points(1)
def test_up_joins_both(up, rng):
    """Up uses what comes from below and each channel of the skip, whatever their number."""
    for channels, skip_channels, filters in ((6, 3, 16), (4, 8, 20)):
        below = with_dots(rng, (5, 7, channels), 2, 3)
        quiet = np.zeros((len(below), 10, 14, skip_channels), dtype="float32")
        came = measured(up(below, quiet, filters), "up")
        assert came.shape == (len(below), 10, 14, filters), (
            "Wrong shape: height and width are those of the skip, the channels become `filters`."
        )
        assert came.min() >= 0, "There are negative outputs: a block, with its ReLU, comes last."
        assert reach(came) == [(2, 4), (7, 9)], (
            "A pixel from below should become 2×2 pixels, and reach two more around them through the block."
        )
        for channel in range(skip_channels):
            skip = np.zeros((13, 10, 14, skip_channels), dtype="float32")
            skip[1:, 4, 6, channel] = rng.normal(size=12)
            came = measured(up(np.zeros((13, 5, 7, channels), dtype="float32"), skip, filters), "up")
            assert reach(came) == [(2, 4), (6, 8)], (
                "Each channel of the skip should go through the block, as it is."
            )


@pytest.mark.question("q3")
@pytest.mark.points(1)
def test_up_without_skip(up, rng):
    """Up without a skip: doubled, then a block."""
    below = with_dots(rng, (4, 6, 5), 2, 2)
    came = measured(up(below, None, 16), "up")
    assert came.shape == (len(below), 8, 12, 16), "Wrong shape: height and width are doubled."
    assert came.min() >= 0, "There are negative outputs: a block, with its ReLU, comes last."
    assert reach(came) == [(2, 2), (7, 7)], (
        "A pixel from below should reach 6×6: 2×2 pixels, and a block's five."
    )


BEGIN = "begin"


def symbolic(function, shape):
    """A tensor of Keras' functional API, of shape (None, *shape), for the student's `function`."""
    import keras

    inputs = keras.Input(shape)
    return held(function, keras.Model(inputs, keras.layers.Identity(name=BEGIN)(inputs))).output


def parameters_behind(tensor):
    """How many parameters the layers between `symbolic` tensors and this one have."""
    counted, waiting = {}, [tensor]
    while waiting:
        layer, *_ = waiting.pop()._keras_history
        if layer.name != BEGIN and layer.name not in counted:
            count = getattr(layer, "count_params", None)  # an operation of keras.ops has none
            counted[layer.name] = count() if count else 0
            inputs = layer.input
            waiting += inputs if isinstance(inputs, list | tuple) else [inputs]
    return sum(counted.values())


@pytest.mark.question("q3")
@pytest.mark.points(1)
def test_parts_of_a_functional_model(conv_block, down, up):
    """The parts take the tensors of Keras' functional API, and have the right number of parameters."""
    images, below, skip = symbolic(conv_block, (8, 12, 3)), symbolic(up, (4, 6, 7)), symbolic(up, (8, 12, 2))
    try:
        block, ways = conv_block(images, 5), pair(down(images, 5), "down")
        joined, alone = up(below, skip, 4), up(below, None, 4)
        shapes = [tuple(part.shape) for part in (block, *ways, joined, alone)]
        counts = [parameters_behind(part) for part in (block, ways[1], joined, alone)]
    except Exception as error:
        raise AssertionError(
            "The three functions should take the tensors of Keras' functional API, too: a network is made of"
            " them. Use the layers of Keras or keras.ops, and look at the sizes of what is joined."
        ) from error
    full, half = (None, 8, 12), (None, 4, 6)
    assert shapes == [(*full, 5), (*full, 5), (*half, 5), (*full, 4), (*full, 4)], (
        "Some part of a functional model has the wrong shape."
    )
    assert counts[0] == counts[1] == 140 + 230, (
        "A block has two convolutions 3×3, with biases; yours has another number of parameters."
    )
    assert counts[2] == 116 + 220 + 148, (
        "`up` with a skip has another number of parameters than a transposed convolution 2×2 and a block,"
        " with biases, whose first convolution sees both: what came up and the skip."
    )
    assert counts[3] == 116 + 148 + 148, (
        "`up` without a skip has another number of parameters than a transposed convolution 2×2 and a block,"
        " with biases."
    )


# q4

NETS = [
    ((16, 24, 1), 3, 2),
    ((24, 8, 2), 3, 3),
    ((10, 6, 3), 5, 1),
]  # no image with as many channels as filters
GAIN = 4.0


def true_parameters(channels, filters, depth, skips):
    """Parameters of a U-Net, layer by layer."""
    sizes = [(3, channels, filters)]
    sizes += [(3, filters << level, filters << level) for level in range(depth + 1)]
    sizes += [(3, filters << level, filters << (level + 1)) for level in range(depth)]
    for level in range(depth):
        F = filters << level
        sizes += [(2, 2 * F, F), (3, 2 * F if skips else F, F), (3, F, F)]
    return sum(
        size * size * inputs * outputs + outputs for size, inputs, outputs in [*sizes, (1, filters, 1)]
    )


def images_for(rng, input_shape):
    """Two pictures of random pixels."""
    return rng.uniform(0, 1, size=(2, *input_shape)).astype("float32")


def run(model, images):
    """The model's answer for some images, after a look at its shape."""
    came = measured(model(images), "The network")
    assert came.shape == (*images.shape[:3], 1), (
        "The output should have the height and width of the image, and one channel."
    )
    return came


def transparent(weight, too_many, lowering):
    """Weights that pass on the mean of the channels at each pixel, or 0 with `too_many` filters or more.

    With `lowering`, convolutions with as many channels as filters take the pixel above instead. With skips
    those are the second ones of the blocks, and what has gone through one is a row lower.
    """
    new = np.zeros_like(weight)
    size = weight.shape[0] if weight.ndim == 4 else 0
    if size % 2 and size > 1 and weight.shape[3] < too_many:
        above = lowering and weight.shape[2] == weight.shape[3]
        new[size // 2 - above, size // 2] = 1 / weight.shape[2]
    if size == 2:
        new[:] = 1 / weight.shape[3]
    if size == 1:
        new[:] = GAIN / weight.shape[2]
    return new


def probabilities(model, images):
    """The model's answer for some images, after a look whether it is probabilities."""
    came = run(model, images)[..., 0]
    assert not np.allclose(came, 1, atol=1e-5), (
        "Every probability is 1. Softmax over one channel? Use a sigmoid."
    )
    assert (came > 0).all() and (came < 1).all(), (
        "The output should be probabilities between 0 and 1. Is a sigmoid at the end?"
    )
    return came


def carried(model, images, filters, depth, lowering=False):
    """What each level, and at last the bottom, adds to the output before the sigmoid."""
    probabilities(model, images)
    logits = []
    for switched_on in range(depth + 2):
        weights = [transparent(weight, filters << switched_on, lowering) for weight in model.get_weights()]
        model.set_weights(weights)
        probability = run(model, images)[..., 0]
        assert (probability > 0).all() and (probability < 1).all(), (
            "With weights that pass on the mean of the channels, the output should be between 0 and 1, and"
            " neither of them. Is a sigmoid at the end, and is every layer before it one of those asked for?"
        )
        logits.append(np.log(probability / (1 - probability)))
    return np.diff(logits, axis=0)


def lowered(maps):
    """One row down, as by the second convolution of a block."""
    return np.pad(maps, ((0, 0), (1, 0), (0, 0)))[:, :-1]


def pooled(maps):
    """Maxima over 2×2."""
    batch, height, width = maps.shape
    return maps.reshape(batch, height // 2, 2, width // 2, 2).max(axis=(2, 4))


def doubled(maps):
    """Each pixel over 2×2."""
    return np.kron(maps, np.ones((1, 2, 2)))


def coarse(images, level):
    """The mean of the channels, then maxima over 2×2, `level` times; at full size again."""
    maps = images.mean(axis=3)
    for _ in range(level):
        maps = pooled(maps)
    for _ in range(level):
        maps = doubled(maps)
    return maps


def brought(images, level, depth, skip=lambda before, block: block):
    """What a level brings to the output: down with maxima to that level, and up again.

    `skip` makes it of the maps before and after the second convolution of that level on the way down.
    """
    maps = images.mean(axis=3)
    for _ in range(level):
        maps = pooled(lowered(maps))
    maps = skip(maps, lowered(maps))
    for above in range(level, 0, -1):
        maps = doubled(maps if above == depth else lowered(maps))
    return lowered(maps)


@pytest.mark.question("q4")
@pytest.mark.points(1)
def test_parameters_of_other_sizes(unet, rng):
    """The number of parameters for other depths, filters and channels, with and without skips."""
    for input_shape, filters, depth in NETS:
        for skips in (True, False):
            model = unet(input_shape, filters=filters, depth=depth, skips=skips)
            run(model, images_for(rng, input_shape))
            came = sum(weight.size for weight in model.get_weights())
            expected = true_parameters(input_shape[2], filters, depth, skips)
            unjoined = true_parameters(input_shape[2], filters, depth, False)
            assert came == expected or came != unjoined, (
                "As many parameters as without skips. Are they there, and concatenated instead of added?"
            )
            assert came == expected, (
                f"{'With' if skips else 'Without'} skips: a wrong number of parameters. Level l has F·2**l"
                " filters on both ways, a block has two convolutions, and the last layer one filter."
            )


@pytest.mark.question("q4")
@pytest.mark.points(3)
@pytest.mark.parametrize(("input_shape", "filters", "depth"), NETS, ids=["depth 2", "depth 3", "depth 1"])
def test_each_skip_carries_its_level(unet, rng, input_shape, filters, depth):
    """Level by level: each skip carries what was there before pooling to the same level on the way up."""
    images = images_for(rng, input_shape)
    model = unet(input_shape, filters=filters, depth=depth)
    levels = carried(model, images, filters, depth, lowering=True)
    for level, came in enumerate(levels[:depth]):
        share = GAIN / 2 ** (level + 1)
        right = np.allclose(came, share * brought(images, level, depth), atol=1e-3)
        assert np.ptp(came) > 1e-4, (
            f"With all below switched off, nothing of level {level} reaches the output: no skip from there,"
            " or one to another level."
        )
        after = brought(images, level, depth, lambda before, block: doubled(pooled(block)))
        assert right or not np.allclose(came, share * after, atol=1e-3), (
            f"The skip of level {level} has been pooled already: it is taken after pooling, not before."
        )
        early = brought(images, level, depth, lambda before, block: before)
        assert right or not np.allclose(came, share * early, atol=1e-3), (
            f"The skip of level {level} has gone through one convolution only: it is the result of the block."
        )
        assert right, (
            f"What the skip of level {level} carries to the output is not what was there on the way down."
            " Is it concatenated, not added, and at the same level?"
        )
    assert np.allclose(levels[depth], GAIN / 2**depth * brought(images, depth, depth), atol=1e-3), (
        "What comes up from the bottom is not what was pooled on the way down."
    )


def convolved(x, kernel, bias):
    """The convolution 3×3 of maps (B, H, W, C), padded with zeros."""
    windows = np.lib.stride_tricks.sliding_window_view(
        np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0))), (3, 3), (1, 2)
    )
    return np.einsum("bhwcij,ijcf->bhwf", windows, kernel) + bias


def output_without_skips(images, filters, depth, weight, changed=None):
    """What a U-Net without skips gives, and where a ReLU could be.

    Args:
        weight: gives for a shape the weights that all layers with that shape have.
        changed: at this place a ReLU is missing, or is one too many.
    """
    places = []

    def layer(maps, relu):
        places.append(relu)
        return np.maximum(maps, 0) if relu != (len(places) - 1 == changed) else maps

    def block(maps, count):
        for _ in range(2):
            maps = layer(convolved(maps, weight((3, 3, maps.shape[3], count)), weight((count,))), relu=True)
        return maps

    maps = images.astype(float)
    for level in range(depth):
        maps = block(maps, filters << level)
        batch, height, width, count = maps.shape
        maps = maps.reshape(batch, height // 2, 2, width // 2, 2, count).max(axis=(2, 4))
    maps = block(maps, filters << depth)
    for level in reversed(range(depth)):
        batch, height, width, inputs = maps.shape
        count = filters << level
        stamps = np.einsum("bhwc,ijfc->bhiwjf", maps, weight((2, 2, count, inputs)))
        stamps = stamps.reshape(batch, 2 * height, 2 * width, count) + weight((count,))
        maps = block(layer(stamps, relu=False), count)
    logits = maps @ weight((1, 1, filters, 1))[0, 0] + weight((1,))
    return 1 / (1 + np.exp(-logits[..., 0])), len(places)


def drawn_by_shape(rng):
    """Random kernels, the same ones whenever the same shape is asked for, and biases of 0."""
    made = {}

    def weight(shape):
        if shape not in made:
            inputs = shape[-1] if shape[:2] == (2, 2) else np.prod(shape[:-1])
            made[shape] = rng.normal(scale=np.sqrt(2 / inputs), size=shape) * (len(shape) == 4)
        return made[shape]

    return weight


def telling_weights(rng, images, filters, depth):
    """Weights by shape with which a ReLU more or less is seen in the output, wherever it is."""
    for _ in range(300):
        weight = drawn_by_shape(rng)
        oracle, places = output_without_skips(images, filters, depth, weight)
        others = (output_without_skips(images, filters, depth, weight, place)[0] for place in range(places))
        if all(np.abs(other - oracle).max() > 0.01 for other in others):
            break
    return weight, oracle


@pytest.mark.question("q4")
@pytest.mark.points(1)
def test_without_skips(unet, rng):
    """Without skips, all comes from the bottom; a ReLU follows each 3×3 convolution and nothing else."""
    for input_shape, filters, depth in NETS[:2]:
        images = images_for(rng, input_shape)
        model = unet(input_shape, filters=filters, depth=depth, skips=False)
        levels = carried(model, images, filters, depth)
        assert np.abs(levels[:depth]).max() < 1e-4, (
            "With the bottom switched off, something reaches the output still."
        )
        assert np.allclose(levels[depth], GAIN * coarse(images, depth), atol=1e-3), (
            "Without skips, the output is not what comes up from the bottom."
        )
    (input_shape, filters, depth), images = (NETS[0], images_for(rng, NETS[0][0]))
    model = unet(input_shape, filters=filters, depth=depth, skips=False)
    run(model, images)
    weight, oracle = telling_weights(rng, images, filters, depth)
    model.set_weights([weight(old.shape) for old in model.get_weights()])
    assert np.allclose(run(model, images)[..., 0], oracle, atol=1e-3), (
        "All is wired rightly, but with weights of both signs the output is wrong. Does a ReLU follow each"
        " 3×3 convolution, and none the transposed ones?"
    )


# q5


def pictures_of_places(height, width):
    """An image whose channels say in which row and column a pixel is; interpolation keeps them exact."""
    return np.stack(np.mgrid[:height, :width], axis=-1).astype("float64")


def random_mask(rng, height, width):
    """A mask of large and small pieces, 0 at the place (0, 0): black that comes in is tested by itself."""
    noise = scipy.ndimage.gaussian_filter(rng.normal(size=(height, width)), 1.5)
    noise[0, 0] = -1
    return (noise > 0).astype("float32")[..., np.newaxis]


def both(answer, shape, what):
    """Image and mask as arrays, after a look at their shapes and at the mask's values."""
    image, mask = (measured(part, what) for part in pair(answer, what))
    assert image.shape == (*shape, 2), f"The image that {what} returns has the wrong shape."
    assert mask.shape == (*shape, 1), f"The mask that {what} returns has the wrong shape."
    assert np.isin(mask, (0, 1)).all(), (
        f"{what}: the mask has other values than 0 and 1. It takes the nearest pixel."
    )
    return image, mask[..., 0]


def turned(height, width, angle):
    """The place in an image that comes to each pixel when it is turned counter-clockwise."""
    middle = (np.array([height, width]) - 1) / 2
    r, c = np.moveaxis(pictures_of_places(height, width) - middle, -1, 0)
    cos, sin = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
    return np.stack([r * cos + c * sin, c * cos - r * sin], axis=-1) + middle


def is_inside(places, height, width):
    """Where places are in the image."""
    return ((places >= 0) & (places <= np.array([height, width]) - 1)).all(axis=-1)


def nearest_in(image, mask, original, where=True):
    """Whether the mask is that of the nearest place to the image's, at each pixel that is not halfway."""
    near = np.abs(image - np.floor(image) - 0.5).min(axis=-1) > 0.02
    rows, columns = (
        np.clip(np.rint(image[..., axis]).astype(int), 0, original.shape[axis] - 1) for axis in (0, 1)
    )
    return (mask == original[rows, columns, 0])[near & where]


def check_together(image, mask, original, what):
    """The mask at each pixel is that of the place where the image's pixel comes from, but for a few."""
    assert nearest_in(image, mask, original).mean() > 0.9, (
        f"{what}: image and mask are no longer together. The same flip, angle and window for both?"
    )


@pytest.mark.question("q5")
@pytest.mark.points(2)
@pytest.mark.parametrize("sign", [1, -1])
def test_rotates_by_any_angle(rotate, rng, sign):
    """Images that are not square, turned by any angle: bilinear the image, nearest the mask."""
    for height, width in ((31, 44), (40, 28)):
        angle = sign * float(rng.uniform(8, 40))
        places, original = pictures_of_places(height, width), random_mask(rng, height, width)
        image, mask = both(rotate(places, original, angle), (height, width), "rotate")
        source, backwards = turned(height, width, angle), turned(height, width, -angle)
        inside = is_inside(source, height, width)
        also = inside & is_inside(backwards, height, width)
        assert not np.allclose(image[also], backwards[also], atol=0.01), "The image turns clockwise."
        assert not np.allclose(image[inside], np.rint(source[inside]), atol=0.01), (
            "The image takes the nearest pixel, too; only the mask should."
        )
        assert np.allclose(image[inside], source[inside], atol=0.01), (
            "The image is not turned by the angle, in degrees, about its middle."
        )
        spotted = measured(rotate(np.repeat(original, 3, axis=2), original, angle)[0], "rotate")
        assert spotted.shape == (height, width, 3), (
            "The image keeps its shape, whatever its number of channels."
        )
        assert spotted.min() > -1e-6 and spotted.max() < 1 + 1e-6, (
            "Interpolation goes beyond the brightness of its neighbours: it is not bilinear."
        )
        assert not np.array_equal(mask, original[..., 0]), "The mask stays as it is, while the image turns."
        check_together(image, mask, original, "rotate")
        assert nearest_in(image, mask, original, inside).all(), (
            "At some pixels the mask is not that of the nearest one. Was it interpolated and cut at one half?"
        )


@pytest.mark.question("q5")
@pytest.mark.points(1)
def test_nothing_black_comes_in(rotate, rng):
    """What comes in at the corners is the reflected image, and no black."""
    brightness = float(rng.uniform(0.3, 0.9))
    image, mask = both(
        rotate(np.full((20, 33, 2), brightness), np.ones((20, 33, 1)), float(rng.uniform(15, 75))),
        (20, 33),
        "rotate",
    )
    assert np.allclose(image, brightness, atol=1e-5), "At the corners something else than the image comes in."
    assert (mask == 1).all(), "At the corners the mask becomes 0. It is reflected, like the image."
    angle, original = float(rng.uniform(25, 65)), random_mask(rng, 20, 33)
    image, mask = both(rotate(pictures_of_places(20, 33), original, angle), (20, 33), "rotate")
    fitting = []
    for source in (turned(20, 33, angle), turned(20, 33, -angle)):  # which way is tested elsewhere
        for mode in ("reflect", "mirror"):  # with the pixels at the edge once more, or without
            reflected = [
                scipy.ndimage.map_coordinates(places, np.moveaxis(source, -1, 0), order=1, mode=mode)
                for places in np.moveaxis(pictures_of_places(20, 33), -1, 0)
            ]
            if np.allclose(image, np.stack(reflected, axis=-1), atol=0.01):
                fitting.append(source)
    assert fitting, "What comes in at the corners is not the image reflected at its edges."
    inside = is_inside(fitting[0], 20, 33)
    within, corners = (nearest_in(image, mask, original, where).mean() for where in (inside, ~inside))
    assert corners > 0.9 or within < 0.9, (
        "What comes in at the corners of the mask is not what comes in at those of the image."
    )


def variants(augment, original, size, max_angle, seeds):
    """Many variants of pictures of places, with their masks, each checked for itself."""
    height, width = original.shape[:2]
    for seed in seeds:
        answer = augment(pictures_of_places(height, width), original, size, max_angle, int(seed))
        image, mask = both(answer, (size, size), "augment")
        check_together(image, mask, original, "augment")
        yield image


@pytest.mark.question("q5")
@pytest.mark.points(2)
def test_random_flips_and_angles(augment, rng):
    """Half of the variants are mirrored, none stands on its head, all angles up to the largest occur."""
    original = random_mask(rng, 38, 46)
    angles, mirrored = np.zeros(0), np.zeros(0, dtype=bool)
    for image in variants(augment, original, 24, 20, rng.integers(1 << 30, size=200)):
        down_rows, down_columns = np.median(np.diff(image, axis=0), axis=(0, 1))
        right_rows, right_columns = np.median(np.diff(image, axis=1), axis=(0, 1))
        assert down_rows > 0, "Some variant stands on its head: top and bottom are never swapped."
        mirrored = np.append(mirrored, down_rows * right_columns - down_columns * right_rows < 0)
        angle = np.rad2deg(np.arctan2(-down_columns * (-1 if mirrored[-1] else 1), down_rows))
        angles = np.append(angles, angle)
        kinds = {*zip(mirrored, angles > 0, strict=True)}
        if len(angles) >= 60 and len(kinds) == 4:
            break
    assert max(np.abs(angles)) < 20.5, "Some variant is turned by more than max_angle degrees."
    assert min(angles) < -8 and max(angles) > 8, "The angles do not cover -max_angle to max_angle."
    assert np.abs(angles - np.rint(angles)).max() > 0.02, (
        "All angles are whole degrees; drawn uniformly, those between occur, too."
    )
    share = mirrored.mean()
    assert 0.1 < share < 0.9, "About half of the variants should be mirrored, left and right swapped."
    assert len(kinds) == 4, (
        "Those that are mirrored always turn one way and the others the other: draw the angle by itself."
    )


@pytest.mark.question("q5")
@pytest.mark.points(1)
def test_random_windows(augment, rng):
    """Every window that fits occurs, and also the only one that does."""
    original = random_mask(rng, 13, 17)
    windows = set()
    for image in variants(augment, original, 12, 0, rng.integers(1 << 30, size=200)):
        rows, columns = image[..., 0], image[..., 1]
        windows.add((round(float(rows.min())), round(float(columns.min()))))
    expected = {(top, left) for top in range(2) for left in range(6)}
    assert windows == expected, "Some window of the given size never occurs, or one goes beyond the image."
    whole = random_mask(rng, 9, 9)
    for image in variants(augment, whole, 9, 0, range(3)):
        assert np.ptp(image[..., 0]) == 8 and np.ptp(image[..., 1]) == 8, (
            "A window as large as the image is all of it."
        )


@pytest.mark.question("q5")
@pytest.mark.points(1)
def test_seed_decides(augment, rng):
    """The same seed gives the same variant, another seed another one."""
    original = random_mask(rng, 26, 30)
    seeds = rng.integers(1 << 30, size=8)
    first, second = (list(variants(augment, original, 16, 30, seeds)) for _ in range(2))
    assert np.array_equal(first, second), "The same seed should give the same variant each time."
    assert len({image.tobytes() for image in first}) == 8, "Other seeds should give other variants."


# q6


def losses_with_adam(image, mask, kernel, bias, batches, epochs, learning_rate):
    """Mean loss of each epoch when `pixelwise_model` sees one picture again and again (Kingma and Ba)."""
    weights, m, v = np.array([kernel, bias]), np.zeros(2), np.zeros(2)
    step, losses = 0, []
    for _ in range(epochs):
        total = 0.0
        for count in batches:
            p = 1 / (1 + np.exp(-(weights[0] * image + weights[1])))
            total -= count * np.mean(mask * np.log(p) + (1 - mask) * np.log(1 - p))
            gradient = np.array([np.mean((p - mask) * image), np.mean(p - mask)])
            step += 1
            m, v = 0.9 * m + 0.1 * gradient, 0.999 * v + 0.001 * gradient**2
            weights = weights - learning_rate * (m / (1 - 0.9**step)) / (
                np.sqrt(v / (1 - 0.999**step)) + 1e-7
            )
        losses.append(total / sum(batches))
    return np.array(losses)


@pytest.mark.question("q6")
@pytest.mark.points(2)
@pytest.mark.parametrize("defaults", [False, True])
def test_training_follows_adam(train, rng, defaults):
    """The losses are those of Adam with this learning rate, batch size and number of epochs."""
    image = rng.uniform(-4, 4, size=(1, 4, 6, 1)).astype("float32")
    mask = (image + rng.normal(size=image.shape) > 0).astype("float32")
    kernel, bias = -0.5, 0.3
    if defaults:
        options, batches, epochs, learning_rate = {}, [16, 16, 16], 1, 0.003
    else:
        learning_rate = float(rng.uniform(0.02, 0.06))
        options = {"epochs": 4, "batch_size": 3, "learning_rate": learning_rate}
        batches, epochs = [3, 3, 3], 4
    count = sum(batches)
    model = pixelwise_model(image.shape[1:], kernel, bias, "sigmoid")
    images, masks = (np.repeat(array, count, axis=0) for array in (image, mask))
    came = measured(train(model, images, masks, "binary_crossentropy", **options), "train")
    assert came.shape == (epochs,), "One loss for each epoch, as a list of numbers."
    oracle = losses_with_adam(image, mask, kernel, bias, batches, epochs, learning_rate)
    assert np.abs(came / came[0] - 1).max() > 1e-6 or epochs == 1, (
        "The loss never changes: nothing is learned."
    )
    assert np.allclose(came, oracle, rtol=2e-5), (
        "The losses are not those of Adam. Are learning rate, batch size, epochs and loss handed on?"
    )


@pytest.mark.question("q6")
@pytest.mark.points(1)
def test_threshold_of_predicted_masks(predict_masks, rng):
    """True where the probability is over 0.5, for many pictures that are not square."""
    probabilities = rng.uniform(size=(35, 6, 9, 1)).astype("float32")
    probabilities[0, :2] = 0.5
    answer = predict_masks(pixelwise_model((6, 9, 1), 1, 0, None), probabilities)
    came = measured(answer, "predict_masks")
    assert came.shape == (35, 6, 9), (
        "One mask for each picture, of shape (B, H, W), without the channels' axis."
    )
    assert np.asarray(answer).dtype.kind == "b", "Masks should be booleans."
    assert np.array_equal(came, probabilities[..., 0] > 0.5), (
        "Not those pixels are True whose probability is over one half."
    )
    alone = measured(
        predict_masks(pixelwise_model((6, 9, 1), 1, 0, None), probabilities[:1]), "predict_masks"
    )
    assert alone.shape == (1, 6, 9), (
        "A batch of one picture is still a batch: its mask has the shape (1, H, W)."
    )
    assert np.array_equal(alone, came[:1]), "Alone, a picture has another mask than among others."


@pytest.mark.question("q6")
@pytest.mark.points(1)
def test_trained_network_finds_squares(train, predict_masks, rng):
    """A network learns from pairs of image and mask to find bright squares in images it has not seen."""

    def squares(count):
        images = rng.normal(scale=0.15, size=(count, 16, 16, 1))
        masks = np.zeros_like(images)
        for mask in masks:
            top, left = rng.integers(1, 9, size=2)
            height, width = rng.integers(3, 7, size=2)
            mask[top : top + height, left : left + width] = 1
        return (images + masks).astype("float32"), masks.astype("float32")

    training, (images, masks) = squares(40), squares(20)
    model = held(train, pixelwise_model((16, 16, 1), 1, 0, "sigmoid"))
    losses = measured(
        train(model, *training, "binary_crossentropy", epochs=30, batch_size=40, learning_rate=0.2), "train"
    )
    assert losses.shape == (30,), "One loss for each epoch, as a list of numbers."
    assert np.allclose(losses, losses_with_adam(*training, 1, 0, [40], 30, 0.2), rtol=1e-3), (
        "The losses are not those of Adam, with all images in one batch. Does each keep its own mask?"
    )
    came = measured(predict_masks(model, images), "predict_masks")
    assert came.shape == (20, 16, 16), "One mask for each picture, of shape (B, H, W)."
    assert true_iou(masks[..., 0] > 0.5, came > 0.5).mean() > 0.5, (
        "After training, the masks of new pictures are poor. Have the weights of the given model changed?"
    )
