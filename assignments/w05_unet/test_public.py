"""Public tests of week 5: numbers that can be checked by hand. Students run them with `grader.check`."""

import numpy as np
import pytest

# Two little masks: 4 pixels and 4 pixels, 2 in common, 6 in all.
TRUTH = np.array([[0, 1, 1, 0], [0, 1, 1, 0], [0, 0, 0, 0]])
FOUND = np.array([[0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 0, 0]])
EMPTY = np.zeros((3, 4), dtype=int)


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
    """The parts of an answer that should be a tuple."""
    kind = type(answer).__name__
    assert isinstance(answer, (tuple, list)), (
        f"{asked} should return {count} things; what came is of type {kind}."
    )
    assert len(answer) == count, f"{asked} should return {count} things; what came are {len(answer)}."
    return answer


# q1


@pytest.mark.question("q1")
@pytest.mark.points(1)
def test_iou_of_little_masks(iou):
    """IoU of two little masks, of a mask with itself and with nothing."""
    truth, found = np.array([TRUTH, TRUTH, TRUTH]), np.array([FOUND, TRUTH, EMPTY])
    came = check_numbers(iou(truth, found), (3,), "iou of three pairs of masks")
    assert not np.allclose(came, [0.5, 1, 0]), (
        "This is the Dice coefficient, 2 |T ∩ P| / (|T| + |P|), not IoU."
    )
    hint = "The first pair has 2 pixels in common and 6 in all."
    assert np.allclose(came, [2 / 6, 1, 0], atol=1e-5), (
        f"Expected 0.333, 1 and 0; what came is {np.round(came, 3)}. {hint}"
    )


@pytest.mark.question("q1")
@pytest.mark.points(1)
def test_boundary_of_a_rectangle(boundary):
    """The boundary of a rectangle is its frame, one or two pixels wide."""
    mask = np.zeros((1, 8, 9), dtype=int)
    mask[0, 1:7, 1:8] = 1
    for width, inside in ((1, (slice(2, 6), slice(2, 7))), (2, (slice(3, 5), slice(3, 6)))):
        expected = mask[0].copy()
        expected[inside] = 0
        answer = boundary(mask, width)
        came = check_numbers(answer, (1, 8, 9), f"boundary of one 8×9 mask, width {width}")[0]
        kind = np.asarray(answer).dtype
        assert kind.kind == "b", f"A boundary should be booleans, True at its pixels; what came is {kind}."
        assert not np.any(came > mask[0]), (
            "The boundary has pixels outside of the mask; it is part of the mask."
        )
        text = f"Expected\n{expected}\nand what came is\n{came.astype(int)}"
        assert np.array_equal(came, expected), f"The boundary of width {width} is wrong. {text}"


@pytest.mark.question("q1")
@pytest.mark.points(1)
def test_boundary_iou_of_a_shifted_square(boundary_iou):
    """Boundary IoU of a 4×4 square and the same one a pixel to the right."""
    truth = np.zeros((1, 6, 8), dtype=int)
    truth[0, 1:5, 1:5] = 1
    came = check_numbers(boundary_iou(truth, np.roll(truth, 1, axis=2)), (1,), "boundary_iou of one pair")
    hint = "Each boundary has 12 pixels, and 6 are common to both."
    assert np.allclose(came, 6 / 18, atol=1e-5), f"Expected 6/18 = 0.333; what came is {came[0]:.3f}. {hint}"


# q2


@pytest.mark.question("q2")
@pytest.mark.points(1)
def test_dice_loss_by_hand(dice_loss):
    """Dice loss of two pixels, and of two little masks."""
    truth, predicted = np.array([[[[1.0], [0.0]]]]), np.array([[[[0.8], [0.4]]]])
    came = check_numbers(dice_loss(truth, predicted), (1,), "dice_loss of a batch of one")
    assert not np.allclose(came, 2.6 / 3.2), "This is the Dice coefficient; the loss is 1 minus it."
    hint = "1 - (2 · 0.8 + 1) / (1 + 1.2 + 1)"
    assert np.allclose(came, 0.1875, atol=1e-5), f"Expected {hint} = 0.1875; what came is {came[0]:.4f}."
    truth, found = TRUTH.reshape(1, 3, 4, 1), FOUND.reshape(1, 3, 4, 1).astype("float32")
    came = check_numbers(dice_loss(truth, found), (1,), "dice_loss of a batch of one")
    hint = "2 pixels in common, 4 + 4 in both: 1 - (2 · 2 + 1) / (8 + 1)"
    assert np.allclose(came, 4 / 9, atol=1e-5), f"Expected {hint} = 0.4444; what came is {came[0]:.4f}."


@pytest.mark.question("q2")
@pytest.mark.points(1)
def test_dice_loss_of_nothing(dice_loss):
    """No horse and none found: a loss of 0, because of the smoothing."""
    nothing = np.zeros((2, 3, 4, 1), dtype="float32")
    came = check_numbers(dice_loss(nothing, nothing), (2,), "dice_loss of a batch of two")
    assert np.isfinite(came).all(), "Two empty masks give 0/0. Where does the smoothing s go?"
    assert np.allclose(came, 0, atol=1e-6), f"Expected a loss of 0 for two empty masks; what came is {came}."


# q3


@pytest.mark.question("q3")
@pytest.mark.points(1)
def test_shapes_of_the_parts(conv_block, down, up):
    """Shapes: a block keeps height and width, down halves them, up doubles them."""
    x = np.ones((2, 8, 12, 3), dtype="float32")
    check_numbers(conv_block(x, 5), (2, 8, 12, 5), "conv_block of (2, 8, 12, 3) with 5 filters")
    skip, pooled = check_parts(down(x, 5), 2, "down")
    check_numbers(skip, (2, 8, 12, 5), "The skip of down")
    check_numbers(pooled, (2, 4, 6, 5), "What down has pooled")
    below = np.ones((2, 4, 6, 7), dtype="float32")
    check_numbers(up(below, x, 4), (2, 8, 12, 4), "up of (2, 4, 6, 7), a skip (2, 8, 12, 3) and 4 filters")
    check_numbers(up(below, None, 4), (2, 8, 12, 4), "up of (2, 4, 6, 7) without a skip and 4 filters")


@pytest.mark.question("q3")
@pytest.mark.points(1)
def test_down_takes_maxima_of_the_skip(down, rng):
    """What goes down are the maxima of the skip over 2×2 pixels."""
    answer = down(rng.uniform(0, 1, size=(1, 4, 6, 2)).astype("float32"), 6)
    skip, pooled = (np.asarray(part, dtype=float) for part in check_parts(answer, 2, "down"))
    assert skip.shape == (1, 4, 6, 6), "The skip should be as large as the image: it is taken before pooling."
    maxima = skip.reshape(1, 2, 2, 3, 2, 6).max(axis=(2, 4))
    assert np.allclose(pooled, maxima), (
        "What down has pooled should be the maxima of its skip over 2×2 pixels."
    )


# q4


def parameters(model, input_shape):
    """How many parameters a model has."""
    model(np.zeros((1, *input_shape), dtype="float32"))
    return sum(weight.size for weight in model.get_weights())


@pytest.mark.question("q4")
@pytest.mark.points(1)
def test_number_of_parameters(unet):
    """The number of parameters of three U-Nets, the first one counted above."""
    shape = (8, 8, 1)
    came = parameters(unet(shape, filters=2, depth=1), shape)
    hint = (
        "That many has one without skips, or whose skips are added instead of concatenated."
        if came == 395
        else ""
    )
    assert came == 431, f"Two filters, depth 1: expected 431 parameters; it has {came}. {hint}"
    came = parameters(unet((12, 8, 3), filters=4, depth=2), (12, 8, 3))
    assert came == 7469, f"Three channels, 4 filters, depth 2: expected 7,469 parameters; it has {came:,}."
    came = parameters(unet((16, 16, 1)), (16, 16, 1))
    assert came == 120681, (
        f"8 filters and depth 3, the defaults: expected 120,681 parameters; it has {came:,}."
    )


@pytest.mark.question("q4")
@pytest.mark.points(1)
def test_probability_for_each_pixel(unet, rng):
    """One probability for each pixel of each picture."""
    model = unet((8, 12, 1), filters=2, depth=2)
    answer = model(rng.uniform(-3, 3, size=(3, 8, 12, 1)).astype("float32"))
    came = check_numbers(answer, (3, 8, 12, 1), "The output for a batch of shape (3, 8, 12, 1)")
    assert not np.allclose(came, 1, atol=1e-5), (
        "Every probability is 1: softmax over a single channel. Use a sigmoid."
    )
    assert came.min() > 0 and came.max() < 1, "The output should be probabilities, between 0 and 1."


@pytest.mark.question("q4")
@pytest.mark.points(1)
def test_skip_at_full_resolution(unet):
    """With the bottom switched off, the output still follows the image pixel by pixel."""
    image = np.array([[1, 0, 0, 0], [0, 0, 0, 0], [0, 1, 0, 0], [1, 0, 0, 1]], dtype="float32")
    model = unet((4, 4, 1), filters=2, depth=1)
    model(image.reshape(1, 4, 4, 1))
    transparent = []
    for weight in model.get_weights():
        new = np.zeros_like(weight)
        if weight.ndim == 4 and weight.shape[:2] == (3, 3) and weight.shape[3] == 2:
            new[1, 1] = 1 / weight.shape[2]
        elif weight.ndim == 4 and weight.shape[:2] == (1, 1):
            new[:] = 1
        transparent.append(new)
    model.set_weights(transparent)
    came = check_numbers(model(image.reshape(1, 4, 4, 1)), (1, 4, 4, 1), "The output")[0, ..., 0]
    switched_off = "All convolutions with 4 filters were set to 0, the others to pass on each pixel as it is."
    assert np.ptp(came) > 1e-6, f"{switched_off} The output is constant: no skip reaches it."
    followed = np.allclose(came[image == 1], came.max()) and np.allclose(came[image == 0], came.min())
    assert followed, f"{switched_off} The output does not follow the image. Is the skip taken before pooling?"


# q5


@pytest.mark.question("q5")
@pytest.mark.points(1)
def test_quarter_turn(rotate, rng):
    """By 90° counter-clockwise: the upper right corner becomes the upper left one."""
    image = rng.uniform(size=(6, 6, 2))
    mask = (rng.uniform(size=(6, 6, 1)) < 0.5).astype("float32")
    came, came_mask = check_parts(rotate(image, mask, 90), 2, "rotate")
    came = check_numbers(came, (6, 6, 2), "The rotated image")
    came_mask = check_numbers(came_mask, (6, 6, 1), "The rotated mask")
    wrong_way = np.allclose(came, np.rot90(image, -1), atol=1e-5)
    assert not wrong_way, "The image is turned clockwise; 90° should be counter-clockwise."
    assert np.allclose(came, np.rot90(image), atol=1e-5), "The image turned by 90° is wrong."
    assert not np.allclose(came_mask, mask), "The mask is not turned."
    assert np.allclose(came_mask, np.rot90(mask), atol=1e-5), "The mask is not turned like the image."


@pytest.mark.question("q5")
@pytest.mark.points(1)
def test_image_and_mask_stay_together(augment, rng):
    """A mask that equals its image still does, whatever happens to both."""
    mask = np.zeros((40, 48, 1), dtype="float32")
    mask[8:30, 10:38] = 1
    mask[8:18, 10:24] = 0
    for seed in range(12):
        parts = check_parts(augment(mask.copy(), mask.copy(), 32, 25, seed), 2, "augment")
        image = check_numbers(parts[0], (32, 32, 1), "The augmented image")
        came = check_numbers(parts[1], (32, 32, 1), "The augmented mask")
        assert set(np.unique(came)) <= {0, 1}, "A mask has other values than 0 and 1. Was it interpolated?"
        apart = np.mean((image > 0.5) != (came > 0.5))
        hint = "Do both get the same flip, the same angle and the same window?"
        assert apart < 0.03, f"Image and mask no longer fit: {apart:.0%} of the pixels differ. {hint}"


# q6


def pixelwise_model(kernel, bias, activation):
    """A network of one 1×1 convolution: each pixel by itself."""
    import keras

    layer = keras.layers.Conv2D(1, 1, activation=activation)
    model = keras.Sequential([keras.Input((2, 2, 1)), layer])
    layer.set_weights([np.full((1, 1, 1, 1), kernel, "float32"), np.array([bias], "float32")])
    return model


@pytest.mark.question("q6")
@pytest.mark.points(1)
def test_one_step_of_adam(train):
    """A network of a single weight: the loss before and after one step of Adam."""
    image = np.array([[0, 1], [1, 0]], dtype="float32").reshape(1, 2, 2, 1)
    images = np.repeat(image, 6, axis=0)
    model = pixelwise_model(0, 0, "sigmoid")
    losses = train(model, images, images, "binary_crossentropy", epochs=2, batch_size=6, learning_rate=0.1)
    came = check_numbers(losses, (2,), "train(…, epochs=2)")
    assert abs(came[0] - 0.6931) < 1e-3, (
        f"At first all is 0.5, a loss of log 2 = 0.693; what came is {came[0]:.4f}."
    )
    assert came[1] < came[0] - 1e-5, "The loss has not fallen: the weights do not change."
    hint = "Adam's first step changes the weight by the learning rate, 0 to 0.1. One batch is one step."
    assert abs(came[1] - 0.6688) < 1e-3, f"Then the loss should be 0.6688; what came is {came[1]:.4f}. {hint}"


@pytest.mark.question("q6")
@pytest.mark.points(1)
def test_predicted_masks_are_masks(predict_masks):
    """Predicted masks are booleans, True where the probability is over one half."""
    images = np.array([[[0.1, 0.6], [0.4, 0.9]], [[0.2, 0.3], [0.7, 0.45]]], dtype="float32")
    answer = predict_masks(pixelwise_model(1, 0, None), images[..., np.newaxis])
    came = check_numbers(answer, (2, 2, 2), "predict_masks of two pictures of 2×2 pixels")
    kind = np.asarray(answer).dtype
    assert kind.kind == "b", (
        f"Masks should be booleans, True where the probability is over 0.5; they are {kind}."
    )
    text = f"Probabilities\n{images}\nand the masks that came\n{came.astype(int)}"
    assert np.array_equal(came, images > 0.5), f"{text}\nTrue belongs where the probability is over 0.5."
