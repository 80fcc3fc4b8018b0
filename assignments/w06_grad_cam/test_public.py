"""Public tests of week 6: nets small enough for paper and pencil. Students run them with `grader.check`."""

import numpy as np
import pytest

# A net of two channels that copies its image of 2×3 pixels: GAP and a dense layer, for two classes.
IMAGE = np.stack([[[1.0, 2.0, 0.0], [0.0, 3.0, 6.0]], [[0.0, 1.0, 2.0], [3.0, 0.0, 0.0]]], axis=-1)
KERNEL = np.array([[2.0, -1.0], [-3.0, 1.0]])
BIAS = np.array([0.5, -2.0])
MAPS = np.array([[[2.0, 1.0, -6.0], [-9.0, 6.0, 12.0]], [[-1.0, -1.0, 2.0], [3.0, -3.0, -6.0]]])
SCORES = np.array([1.5, -3.0])


def small_net(activation=None):
    """The net of the constants above."""
    import keras

    net = keras.Sequential(
        [
            keras.Input((2, 3, 2)),
            keras.layers.Conv2D(2, 1, name="copy"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(2, activation=activation),
        ]
    )
    net.set_weights([np.eye(2).reshape(1, 1, 2, 2), np.zeros(2), KERNEL, BIAS])
    return net


def functional_net():
    """The net of the constants above without activation, built by the functional API."""
    import keras

    images = keras.Input((2, 3, 2))
    maps = keras.layers.Conv2D(2, 1, name="copy")(images)
    net = keras.Model(images, keras.layers.Dense(2)(keras.layers.GlobalAveragePooling2D()(maps)))
    net.set_weights(small_net().get_weights())
    return net


def read_from_file(net):
    """The same net as Keras reads it from a file."""
    import keras

    copy = keras.models.model_from_json(net.to_json())
    copy.set_weights(net.get_weights())
    return copy


def check_numbers(answer, shape, asked):
    """The answer as an array of floats, after a look at its type and its shape."""
    try:
        numbers = np.asarray(answer)
    except ValueError:
        numbers = np.asarray(None)
    kind = type(answer).__name__
    assert numbers.dtype.kind in "biuf", (
        f"{asked} should be an array of numbers or a number; what came is of type {kind}."
    )
    assert numbers.shape == shape, f"{asked} should have the shape {shape}; what came has {numbers.shape}."
    return numbers.astype(float)


def beside(came, expected):
    """Two small arrays as text, for a message."""
    return f"Expected\n{np.round(expected, 3)}\nand what came is\n{np.round(came, 3)}"


@pytest.mark.question("q1")
@pytest.mark.points(1)
def test_cam_of_two_channels(class_activation_map):
    """The maps of a net with two channels, by hand."""
    for class_index, expected in enumerate(MAPS):
        asked = f"class_activation_map of a 2×3 image for class {class_index}"
        came = check_numbers(class_activation_map(small_net(), IMAGE, class_index), (2, 3), asked)
        cut = np.allclose(came, np.maximum(expected, 0), atol=1e-5)
        assert not cut, f"{asked}: the negative values are missing. CAM has no ReLU; it speaks against, too."
        text = beside(came, expected)
        assert np.allclose(came, expected, atol=1e-5), (
            f"{asked}: the channels, times {KERNEL[0, class_index]:g} and {KERNEL[1, class_index]:g}. {text}"
        )


@pytest.mark.question("q1")
@pytest.mark.points(1)
def test_cam_adds_up_to_the_score(class_activation_map):
    """The map's mean plus the bias is the score, also when the net ends in softmax."""
    for class_index, score in enumerate(SCORES):
        asked = f"class_activation_map for class {class_index}"
        came = check_numbers(class_activation_map(small_net("softmax"), IMAGE, class_index), (2, 3), asked)
        total = came.mean() + BIAS[class_index]
        assert np.isclose(total, score, atol=1e-5), (
            f"mean + bias of {asked} should be the score {score:g}; it is {total:.4g}."
        )


@pytest.mark.question("q2")
@pytest.mark.points(1)
def test_maps_and_scores_of_two_channels(maps_and_scores):
    """Maps and scores of a net with two channels, with and without softmax."""
    for activation in (None, "softmax"):
        outputs = maps_and_scores(small_net(activation), "copy")(IMAGE[np.newaxis])
        count = len(outputs)
        assert count == 2, f"The net should have two outputs, maps and scores; it has {count}."
        asked = f"of a net that ends in {activation or 'no activation'}"
        maps = check_numbers(outputs[0], (1, 2, 3, 2), f"The first output, the maps, {asked}")
        assert np.allclose(maps, IMAGE), (
            "The layer 'copy' copies the image; the first output should be equal to it."
        )
        scores = check_numbers(outputs[1], (1, 2), f"The second output, the scores, {asked}")[0]
        probabilities = np.exp(SCORES) / np.exp(SCORES).sum()
        softmax = np.allclose(scores, probabilities, atol=1e-4)
        assert not softmax, f"The scores {asked} are probabilities: stop *before* the last activation."
        assert np.allclose(scores, SCORES, atol=1e-4), f"The scores {asked}: {beside(scores, SCORES)}"


@pytest.mark.question("q3")
@pytest.mark.points(1)
def test_gradient_before_global_average_pooling(maps_and_gradient):
    """With global average pooling and a dense layer, the gradient is w / (H'·W') at every position."""
    for class_index in (0, 1):
        asked = f"for class {class_index} of a net with two channels of 2×3"
        outputs = maps_and_gradient(read_from_file(small_net()), IMAGE, "copy", class_index)
        count = len(outputs)
        assert count == 2, f"maps_and_gradient {asked} should return maps and gradient, not {count} things."
        maps = check_numbers(outputs[0], (2, 3, 2), f"The maps {asked}")
        assert np.allclose(maps, IMAGE), "The layer 'copy' copies the image; the maps should be equal to it."
        gradient = check_numbers(outputs[1], (2, 3, 2), f"The gradient {asked}")
        w = KERNEL[:, class_index]
        text = beside(gradient[0, 0], w / 6)
        assert np.allclose(gradient, w / 6, atol=1e-5), (
            f"The gradient {asked}, at the upper left position: {text}"
        )


@pytest.mark.question("q3")
@pytest.mark.points(1)
def test_channel_weights_of_two_channels(channel_weights):
    """The mean over six positions, for each of two channels."""
    asked = "channel_weights of a gradient of shape (2, 3, 2)"
    came = check_numbers(channel_weights(IMAGE), (2,), asked)
    summed = np.allclose(came, [12, 6])
    assert not summed, f"{asked}: these are sums over the positions; α is the mean."
    assert np.allclose(came, [2, 1]), f"{asked}: {beside(came, np.array([2, 1]))}"


@pytest.mark.question("q3")
@pytest.mark.points(1)
def test_grad_cam_of_two_channels(grad_cam):
    """The Grad-CAM maps of a net with two channels, by hand."""
    for class_index in (0, 1):
        asked = f"grad_cam for class {class_index} of a net with two channels of 2×3"
        came = check_numbers(grad_cam(functional_net(), IMAGE, "copy", class_index), (2, 3), asked)
        assert came.min() >= 0, f"{asked} has negative values: the maximum with 0 is missing."
        expected = np.maximum(MAPS[class_index], 0) / 6
        averaged = np.allclose(came, expected / 2, atol=1e-5)
        assert not averaged, (
            f"{asked}: half of what is expected. The channels are added up in L, not averaged."
        )
        assert np.allclose(came, expected, atol=1e-5), f"{asked}: {beside(came, expected)}"


@pytest.mark.question("q4")
@pytest.mark.points(1)
def test_normalised(normalised):
    """A map divided by its largest value, and a map of zeros."""
    for heat_map, expected in (
        (np.array([[0.5, 2.0, 1.0]]), np.array([[0.25, 1.0, 0.5]])),
        (np.zeros((2, 2)), np.zeros((2, 2))),
    ):
        asked = f"normalised({heat_map.tolist()})"
        came = check_numbers(normalised(heat_map), expected.shape, asked)
        assert np.isfinite(came).all(), f"{asked} has values that are no numbers: what is 0/0?"
        hint = "Divide by the largest value; the smallest one is not subtracted."
        assert np.allclose(came, expected, atol=1e-5), f"{asked}: {beside(came, expected)}\n{hint}"


@pytest.mark.question("q4")
@pytest.mark.points(1)
def test_overlay_of_one_pixel(overlay):
    """One pixel under the heat colour, and one without heat."""
    image = np.full((1, 2, 3), 100, dtype=np.uint8)
    asked = "overlay of a grey image of 1×2 pixels, opacity 0.5 and colour (200, 100, 0)"
    answer = overlay(image, np.array([[3.0, 0.0]]), 0.5, (200, 100, 0))
    came = check_numbers(answer, (1, 2, 3), asked)
    kind = np.asarray(answer).dtype
    assert kind == np.uint8, f"{asked} should be of dtype uint8, not {kind}."
    expected = np.array([[[150, 100, 50], [100, 100, 100]]])
    assert np.abs(came - expected).max() <= 1, f"{asked}: {beside(came, expected)}"


@pytest.mark.question("q5")
@pytest.mark.points(1)
def test_occlusion_of_the_lecture_elephant(occlusion_map):
    """The lecture's elephant: covering the right pixel takes P from 0.95 to 0.75."""
    import keras

    net = keras.Sequential([keras.Input((3, 4, 1)), keras.layers.Flatten(), keras.layers.Dense(2)])
    kernel = np.zeros((3, 4, 2))
    kernel[2, 1] = 0.2, -0.2
    net.set_weights([kernel.reshape(12, 2), np.array([0.75, 0.25])])
    image = np.ones((3, 4, 1))
    for size, class_index, expected in (
        (1, 0, np.array([[0, 0, 0, 0], [0, 0, 0, 0], [0, 0.2, 0, 0]])),
        (2, 0, np.array([[0, 0, 0], [0.2, 0.2, 0]])),
        (2, 1, np.array([[0, 0, 0], [-0.2, -0.2, 0]])),
    ):
        asked = (
            f"occlusion_map of a 3×4 image, squares of {size}×{size}, stride 1, fill 0, class {class_index}"
        )
        answer = occlusion_map(net, image, class_index, size, 1, fill=0.0)
        came = check_numbers(answer, expected.shape, asked)
        opposite = class_index == 0 and np.allclose(came, -expected, atol=1e-4)
        assert not opposite, f"{asked} has the wrong sign: a drop is positive."
        assert np.allclose(came, expected, atol=1e-4), f"{asked}: {beside(came, expected)}"
        assert image.min() == 1, f"{asked}: the image that was passed has changed. Cover a copy of it."


@pytest.mark.question("q6")
@pytest.mark.points(1)
def test_rank_correlation(rank_correlation):
    """Ranks count, not values; equal values share their mean rank."""
    ascending = np.array([[1.0, 2.0], [3.0, 40.0]])
    for map_b, expected in (
        (ascending**3, 1.0),
        (-ascending, -1.0),
        (np.array([[0.0, 0.0], [5.0, 9.0]]), 0.9486833),
    ):
        asked = f"rank_correlation({ascending.tolist()}, {map_b.tolist()})"
        came = check_numbers(rank_correlation(ascending, map_b), (), asked)
        assert np.isclose(came, expected, atol=1e-5), f"{asked} should be {expected:.4f}; it is {came:.4f}."


@pytest.mark.question("q6")
@pytest.mark.points(1)
def test_randomised_touches_the_named_layer_only(randomised):
    """Only the named layers change, and keep their numbers in another order."""
    import keras

    net = keras.Sequential(
        [
            keras.Input((4, 4, 1)),
            keras.layers.Conv2D(20, 3, name="one"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(3, name="two"),
        ]
    )
    net.set_weights([np.arange(180.0).reshape(3, 3, 1, 20), np.arange(20.0), np.ones((20, 3)), np.ones(3)])
    weights = {name: net.get_layer(name).get_weights() for name in ("one", "two")}
    copy = randomised(net, ["one"], seed=1)
    for name, arrays in weights.items():
        came = copy.get_layer(name).get_weights()
        for before, after in zip(arrays, came, strict=True):
            numbers = check_numbers(after, before.shape, f"An array of weights of layer {name!r}")
            same = np.array_equal(numbers, before)
            assert same == (name == "two"), (
                f"layer_names=['one']: layer {name!r} should {'stay as it is' if name == 'two' else 'change'}"
            )
            assert np.array_equal(np.sort(numbers, axis=None), np.sort(before, axis=None)), (
                f"Layer {name!r} should keep its numbers, in another order; there are new ones."
            )


@pytest.mark.question("q7")
@pytest.mark.points(1)
def test_mass_of_three_pixels(mass_on_object):
    """A map of three pixels, of which the object covers two."""
    mask = np.array([[True, False, True]])
    for heat_map, expected in ((np.array([[1.0, 3.0, 4.0]]), 0.625), (np.zeros((1, 3)), 0.0)):
        asked = f"mass_on_object({heat_map.tolist()}, {mask.tolist()})"
        came = check_numbers(mass_on_object(heat_map, mask), (), asked)
        assert np.isfinite(came), f"{asked} is not a number: a map of zeros has no mass at all, answer 0."
        assert np.isclose(came, expected, atol=1e-5), f"{asked} should be {expected}; it is {came:.4g}."


@pytest.mark.question("q7")
@pytest.mark.points(1)
def test_cut_and_paste(on_new_backgrounds):
    """White objects on black backgrounds."""
    mask = np.array([[[True, False, False], [True, True, False]]])
    came = on_new_backgrounds(np.ones((1, 2, 3, 2)), mask, np.zeros((1, 2, 3, 2)))
    came = check_numbers(came, (1, 2, 3, 2), "on_new_backgrounds of one image of 2×3 pixels and 2 channels")
    swapped = np.array_equal(came[0, ..., 0], 1 - mask[0])
    assert not swapped, "Object and background are exchanged: the mask is True on the object."
    for channel in (0, 1):
        assert np.array_equal(came[0, ..., channel], mask[0]), (
            f"Channel {channel}: {beside(came[0, ..., channel], mask[0])}"
        )


@pytest.mark.question("q7")
@pytest.mark.points(1)
def test_accuracy_of_four_images(accuracy):
    """Three of four answers are right."""
    images = np.array([IMAGE, IMAGE[::-1], 0 * IMAGE, 2 * IMAGE])
    came = check_numbers(accuracy(small_net(), images, np.array([0, 0, 0, 1])), (), "accuracy of four images")
    assert np.isclose(came, 0.75), f"Three of the four answers are right: 0.75, not {came:.4g}."


@pytest.mark.question("q7")
@pytest.mark.points(1)
def test_verdict_has_the_right_form(looks_at):
    """The verdict names each detector, and each of the three things once."""
    form = (
        "a dictionary with the keys 'A', 'B', 'C' and the values 'object', 'background' and 'tag', once each"
    )
    assert isinstance(looks_at, dict), f"looks_at should be {form}; it is of type {type(looks_at).__name__}."
    assert sorted(looks_at) == ["A", "B", "C"], f"looks_at should be {form}."
    told = sorted(str(value) for value in looks_at.values())
    assert told == ["background", "object", "tag"], f"looks_at should be {form}; its values are {told}."
