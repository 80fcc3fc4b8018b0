"""Hidden tests of week 2: layers drawn at random beside the same layers of Keras, and laws that always hold.

Messages name the likely mistake, never an input.
"""

import itertools
import math
import re

import keras
import numpy as np
import pytest
import sklearn.datasets

CLASSES = {
    "conv2d": "Conv2D",
    "max_pooling2d": "MaxPooling2D",
    "flatten": "Flatten",
    "dense": "Dense",
    "batch_normalization": "BatchNormalization",
    "depthwise_conv2d": "DepthwiseConv2D",
    "separable_conv2d": "SeparableConv2D",
    "conv2d_transpose": "Conv2DTranspose",
}
DEFAULTS = {
    "conv2d": {
        "strides": (1, 1),
        "padding": "valid",
        "dilation_rate": (1, 1),
        "groups": 1,
        "use_bias": True,
    },
    "max_pooling2d": {"pool_size": (2, 2), "strides": None, "padding": "valid"},
    "flatten": {},
    "dense": {"use_bias": True},
}
PAIRS = ("kernel_size", "pool_size", "strides", "dilation_rate")
OF_SIZES = {
    "dense": "All axes but the last stay as they are.",
    "batch_normalization": "Nothing changes its size here.",
    "conv2d_transpose": "Each mode has a rule of its own here, and a stride may be larger than the kernel.",
}


def real(kind, arguments):
    """The layer of Keras, not built yet."""
    return getattr(keras.layers, CLASSES[kind])(**arguments)


def in_keras(kind, input_shape, **arguments):
    """Output shape, number of parameters and the layer itself, as Keras builds it."""
    built = real(kind, arguments)
    answer = built(keras.Input(input_shape))
    return tuple(answer.shape[1:]), built.count_params(), built


def whole(number, what):
    """An integer of the student's, after a look at its type. An array of no axes is one, too."""
    if isinstance(number, np.ndarray) and number.ndim == 0:
        number = number[()]
    right = isinstance(number, int | np.integer) and not isinstance(number, bool)
    assert right, f"{what} should be an integer, not {type(number).__name__}."
    return int(number)


def pair(answer, name):
    """The two parts of an answer."""
    assert isinstance(answer, tuple | list) and len(answer) == 2, (
        f"{name} should answer with two things in a pair."
    )
    return answer


def shape_in(answer, name):
    """The output shape in an answer (output_shape, parameters)."""
    try:
        shape = tuple(pair(answer, name)[0])
    except TypeError:
        raise AssertionError(f"The output shape of {name} should be a tuple.") from None
    return tuple(whole(size, f"Each size in the output shape of {name}") for size in shape)


def count_in(answer, name):
    """The number of parameters in an answer (output_shape, parameters)."""
    return whole(pair(answer, name)[1], f"The number of parameters of {name}")


def same_shape(answer, oracle, name):
    """Compare an output shape with the right one."""
    shape = shape_in(answer, name)
    assert len(shape) == len(oracle), f"{name}: the output shape has the wrong number of axes."
    assert name != "flatten" or shape == oracle, (
        "flatten: the vector has the wrong length. Every entry of the tensor is in it, whatever its order."
    )
    assert shape[-1] == oracle[-1], f"{name}: wrong number of output channels, the last entry of the shape."
    assert shape[:-1] != oracle[-2::-1] or shape == oracle, f"{name}: rows and columns are swapped."
    rule = "'same' keeps one place for every stride, begun or complete."
    rule = f"Rows go with the first entry of each pair and columns with the second; {rule}"
    assert shape == oracle, f"{name}: wrong output size. {OF_SIZES.get(name, rule)}"


def same_count(answer, oracle, name, mistakes=None):
    """Compare a number of parameters with the right one; `mistakes` says what other numbers mean."""
    count = count_in(answer, name)
    hint = (mistakes or {}).get(count, "Which weights and which biases are there, and how many of each?")
    assert count == oracle, f"{name}: wrong number of parameters. {hint}"


def two(rng, low, high):
    """Two different integers from `low` to `high`, both included."""
    return tuple(int(number) for number in rng.choice(np.arange(low, high + 1), size=2, replace=False))


def two_primes(rng):
    """Two different sizes that no stride divides."""
    return tuple(int(number) for number in rng.choice([17, 19, 23, 29, 31, 37], size=2, replace=False))


def whole_steps(sizes, kernel_size, strides):
    """Whether the last place ends at the border on both axes, so that no rounding can be seen."""
    return not any(
        (size - kernel) % stride for size, kernel, stride in zip(sizes, kernel_size, strides, strict=True)
    )


def random_conv2d(rng, padding, groups=1, spread="strides"):
    """An input shape and the arguments of a convolution that is square in nothing."""
    sizes, kernel_size, steps = two_primes(rng), two(rng, 2, 5), two(rng, 1, 4)
    while spread == "strides" and whole_steps(sizes, kernel_size, steps):
        sizes, kernel_size, steps = two_primes(rng), two(rng, 2, 5), two(rng, 1, 4)
    arguments = {
        "filters": groups * int(rng.integers(2, 7)),
        "kernel_size": kernel_size,
        spread: steps,
        "padding": padding,
        "groups": groups,
        "use_bias": bool(rng.integers(2)),
    }
    return (*sizes, groups * int(rng.integers(2, 7))), arguments


def conv2d_mistakes(input_shape, output_shape, filters, kernel_size, groups, use_bias, **_):
    """Numbers of parameters that come from well-known mistakes, with what to say."""
    area, channels = math.prod(kernel_size), input_shape[-1]
    weights, biases = area * channels // groups * filters, filters if use_bias else 0
    return {
        weights + filters - biases: "The biases depend on use_bias.",
        2 * weights: "That is a bias for every weight; there is one for every output channel.",
        area * filters
        + biases: "The input channels are forgotten: every filter sees all those of its group.",
        (weights + biases) * math.prod(output_shape[:2]): "The parameters are the same at every place.",
        weights * math.prod(output_shape[:2]) + biases: "The weights are the same at every place.",
        kernel_size[0] ** 2 * channels // groups * filters + biases: "The kernel need not be square.",
        kernel_size[1] ** 2 * channels // groups * filters + biases: "The kernel need not be square.",
        weights * groups + biases: "With groups, a filter sees only the input channels of its own group.",
        weights // groups
        + biases: "With groups, the input channels are divided by G, the output channels are not.",
    }


# q1


def random_lines(rng, padding):
    """Sixty lines (size, kernel, stride, dilation), the first ones without stride and dilation.

    In same mode, some are certain to be shorter than what the kernel covers.
    """
    for number in range(60):
        kernel, stride, dilation = (int(drawn) for drawn in rng.integers(1, 6, size=3))
        if number < 5:
            stride = dilation = 1
        if number % 10 == 9:
            kernel += 1
        reach = dilation * (kernel - 1) + 1
        if padding == "valid":
            size = rng.integers(reach, reach + 30)
        else:
            size = rng.integers(1, reach if number % 10 == 9 else reach + 30)
        yield int(size), kernel, stride, dilation


def places_hint(padding, lines, came, places):
    """What wrong numbers of places have in common."""
    wrong = [line for line, mine, right in zip(lines, came, places, strict=True) if mine != right]
    short = [line for line, mine, right in zip(lines, came, places, strict=True) if mine == right - 1]
    if padding == "same" and came == [size // stride for size, _, stride, _ in lines]:
        return "These are all N / S rounded down. Does the last place count, begun or complete?"
    if all(dilation * (kernel - 1) >= size for size, kernel, _, dilation in wrong):
        return "They are wrong where the kernel is larger than the line."
    if any(stride == dilation == 1 for _, _, stride, dilation in short):
        return "One place is missing: the first one counts too."
    if padding == "same":
        return "For which pixels is there a place, whatever the kernel?"
    return "With dilation, how many pixels does the kernel cover? Where do the places begin?"


@pytest.mark.question("q1")
@pytest.mark.points(2)
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_sizes_of_any_line(output_size, rng, padding):
    """Any size, kernel, stride and dilation: as many places as one can count."""
    lines = [*random_lines(rng, padding)]
    came = [
        whole(output_size(size, kernel, stride, padding, dilation), "output_size")
        for size, kernel, stride, dilation in lines
    ]
    places = [
        sum(padding == "same" or start + dilation * (kernel - 1) < size for start in range(0, size, stride))
        for size, kernel, stride, dilation in lines
    ]
    assert came == places, (
        f"Wrong numbers of places in {padding} mode. {places_hint(padding, lines, came, places)}"
    )


# q2


@pytest.mark.question("q2")
@pytest.mark.points(2)
@pytest.mark.parametrize("spread", ["strides", "dilation_rate"])
def test_shapes_of_random_convolutions(conv2d, rng, spread):
    """Output shapes of random convolutions, of any stride, padding and dilation, are those of Keras."""
    for padding in ("valid", "same", "valid", "same"):
        shape, arguments = random_conv2d(rng, padding, spread=spread)
        output_shape, _, _ = in_keras("conv2d", shape, **arguments)
        same_shape(conv2d(shape, **arguments), output_shape, "conv2d")


@pytest.mark.question("q2")
@pytest.mark.points(1)
def test_counts_of_random_convolutions(conv2d, rng):
    """Parameters of random convolutions are those of Keras."""
    for use_bias, padding in itertools.product((True, False), ("same", "valid")):
        shape, arguments = random_conv2d(rng, padding)
        arguments["use_bias"] = use_bias
        output_shape, count, _ = in_keras("conv2d", shape, **arguments)
        mistakes = conv2d_mistakes(shape, output_shape, **arguments)
        same_count(conv2d(shape, **arguments), count, "conv2d", mistakes)


@pytest.mark.question("q2")
@pytest.mark.points(1)
def test_groups(conv2d, rng):
    """Parameters of convolutions in groups are those of Keras."""
    for groups, padding in ((2, "same"), (3, "valid"), (5, "same")):
        shape, arguments = random_conv2d(rng, padding, groups)
        arguments["use_bias"] = groups != 3
        output_shape, count, _ = in_keras("conv2d", shape, **arguments)
        mistakes = conv2d_mistakes(shape, output_shape, **arguments)
        same_count(conv2d(shape, **arguments), count, "conv2d with groups", mistakes)


def plain_count(conv2d, input_shape, filters, kernel_size):
    """The right number of parameters of a convolution without options, after a look at the student's."""
    _, count, _ = in_keras("conv2d", input_shape, filters=filters, kernel_size=kernel_size)
    places = tuple(size - kernel + 1 for size, kernel in zip(input_shape[:2], kernel_size, strict=True))
    mistakes = conv2d_mistakes(input_shape, places, filters, kernel_size, groups=1, use_bias=True)
    same_count(conv2d(input_shape, filters, kernel_size), count, "conv2d", mistakes)
    return count


@pytest.mark.question("q2")
@pytest.mark.points(1)
def test_counts_do_not_depend_on_the_image(conv2d, rng):
    """The number of parameters does not change with the image, the stride, the padding or the dilation."""
    for _ in range(4):
        channels, filters = (int(number) for number in rng.integers(2, 9, size=2))
        kernel_size = two(rng, 2, 5)
        expected = plain_count(conv2d, (*two(rng, 20, 30), channels), filters, kernel_size)
        for size, options, what in (
            (two(rng, 20, 30), {"strides": two(rng, 2, 4)}, "the stride"),
            (two(rng, 20, 30), {"padding": "same"}, "the padding"),
            (two(rng, 20, 30), {"dilation_rate": two(rng, 2, 4)}, "the dilation"),
            (two(rng, 50, 90), {}, "the size of the image"),
        ):
            came = count_in(conv2d((*size, channels), filters, kernel_size, **options), "conv2d")
            assert came == expected, f"Does the count really not depend on {what}?"


@pytest.mark.question("q2")
@pytest.mark.points(1)
def test_layers_too_large_to_build(conv2d, rng):
    """Layers that no machine could build: computed, not looked up in Keras."""
    for _ in range(3):
        channels, filters = (int(number) for number in rng.integers(10**6, 2 * 10**6, size=2))
        kernel_size = two(rng, 3, 9)
        plain_count(conv2d, (60, 50, 3), 4, kernel_size)
        expected = (math.prod(kernel_size) * channels + 1) * filters
        came = count_in(conv2d((60, 50, channels), filters, kernel_size), "conv2d")
        assert came == expected, "Wrong number of parameters of a very large layer. Does a number overflow?"


# q3


@pytest.mark.question("q3")
@pytest.mark.points(1)
def test_random_poolings(max_pooling2d, rng):
    """Random pooling layers, with and without strides, valid and same: as in Keras, and nothing to learn."""
    for padding in ("valid", "same", "valid", "same"):
        shape = (*two_primes(rng), int(rng.integers(1, 9)))
        for strides in (None, two(rng, 1, 5)):
            arguments = {"pool_size": two(rng, 2, 6), "strides": strides, "padding": padding}
            output_shape, count, _ = in_keras("max_pooling2d", shape, **arguments)
            came = max_pooling2d(shape, **arguments)
            same_shape(came, output_shape, "max_pooling2d")
            same_count(came, count, "max_pooling2d", {})


@pytest.mark.question("q3")
@pytest.mark.points(1)
def test_random_dense_layers(dense, flatten, rng):
    """Random dense layers on vectors and on whole tensors, and flatten: as in Keras. One is very large."""
    for axes in (1, 3, 2, 4):
        shape = tuple(int(size) for size in rng.integers(2, 9, size=axes))
        output_shape, count, _ = in_keras("flatten", shape)
        came = flatten(shape)
        same_shape(came, output_shape, "flatten")
        same_count(came, count, "flatten")
        for use_bias in (True, False):
            arguments = {"units": int(rng.integers(9, 20)), "use_bias": use_bias}
            output_shape, count, _ = in_keras("dense", shape, **arguments)
            came = dense(shape, **arguments)
            same_shape(came, output_shape, "dense")
            flattened = math.prod(shape) * arguments["units"]
            weights = shape[-1] * arguments["units"]
            mistakes = {
                flattened
                + use_bias * arguments["units"]: "Keras does not flatten: only the last axis counts.",
                weights + (not use_bias) * arguments["units"]: "The biases depend on use_bias.",
            }
            same_count(came, count, "dense", mistakes)
    inputs, units = (int(number) for number in rng.integers(10**6, 2 * 10**6, size=2))
    came = count_in(dense((inputs,), units), "dense")
    assert came == (inputs + 1) * units, "Wrong number of parameters of a dense layer too large to build."


@pytest.mark.question("q3")
@pytest.mark.points(1)
def test_random_batch_normalizations(batch_normalization, rng):
    """Batch normalisation of tensors of any order: as in Keras."""
    for axes in (1, 3, 2):
        shape = tuple(int(size) for size in rng.choice(np.arange(2, 40), size=axes, replace=False))
        output_shape, count, _ = in_keras("batch_normalization", shape)
        came = batch_normalization(shape)
        same_shape(came, output_shape, "batch_normalization")
        mistakes = {
            2 * shape[-1]: "Those that no gradient changes count too.",
            4 * math.prod(shape): "There are four for each channel, not for each entry.",
            4 * shape[0]: "The channels are the last axis.",
        }
        same_count(came, count, "batch_normalization", mistakes)


# q4


def relatives(rng, kind, cases):
    """Random layers of a kind: input shape, arguments, and what Keras makes of them."""
    for padding, use_bias in cases:
        shape = (*two_primes(rng), int(rng.integers(2, 7)))
        arguments = {"kernel_size": two(rng, 2, 5), "padding": padding, "use_bias": use_bias}
        if kind == "conv2d_transpose":
            strides = two(rng, 5, 7) if use_bias else two(rng, 1, 3)
            arguments |= {"filters": int(rng.integers(7, 12)), "strides": strides}
        else:
            strides = (int(rng.integers(2, 4)),) * 2
            while whole_steps(shape[:2], arguments["kernel_size"], strides):
                shape, arguments["kernel_size"] = (*two_primes(rng), shape[-1]), two(rng, 2, 5)
            arguments |= {"depth_multiplier": int(rng.integers(2, 5)), "strides": strides}
        if kind == "separable_conv2d":
            arguments["filters"] = int(rng.integers(7, 12))
        yield shape, arguments, in_keras(kind, shape, **arguments)


CASES = [("valid", True), ("same", True), ("valid", False), ("same", True), ("valid", True)]


@pytest.mark.question("q4")
@pytest.mark.points(1)
def test_random_depthwise_layers(depthwise_conv2d, rng):
    """Random depthwise layers, with several kernels for each channel: as in Keras."""
    for shape, arguments, (output_shape, count, _) in relatives(rng, "depthwise_conv2d", CASES):
        came = depthwise_conv2d(shape, **arguments)
        same_shape(came, output_shape, "depthwise_conv2d")
        weights = math.prod(arguments["kernel_size"]) * output_shape[-1]
        mistakes = {
            weights + shape[-1]: "There is one bias for every output channel.",
            weights * shape[-1] + arguments["use_bias"] * output_shape[-1]: "No kernel sees two channels.",
        }
        same_count(came, count, "depthwise_conv2d", mistakes)


@pytest.mark.question("q4")
@pytest.mark.points(1)
def test_random_separable_layers(separable_conv2d, rng):
    """Random separable layers, with several kernels for each channel: as in Keras."""
    for shape, arguments, (output_shape, count, _) in relatives(rng, "separable_conv2d", CASES):
        came = separable_conv2d(shape, **arguments)
        same_shape(came, output_shape, "separable_conv2d")
        between = shape[-1] * arguments["depth_multiplier"]
        mistakes = {
            count + between: "The biases are counted twice: the depthwise step has none.",
            count + output_shape[-1]: "Are there biases in one step too many, or although use_bias says no?",
        }
        same_count(came, count, "separable_conv2d", mistakes)


@pytest.mark.question("q4")
@pytest.mark.points(1)
def test_random_transposed_layers(conv2d_transpose, rng):
    """Random transposed convolutions, also with strides beyond the kernel: as in Keras."""
    for shape, arguments, (output_shape, count, _) in relatives(rng, "conv2d_transpose", CASES):
        came = conv2d_transpose(shape, **arguments)
        same_shape(came, output_shape, "conv2d_transpose")
        weights = math.prod(arguments["kernel_size"]) * shape[-1] * arguments["filters"]
        mistakes = {weights + shape[-1]: "One bias for every output channel: which way does the layer go?"}
        same_count(came, count, "conv2d_transpose", mistakes)


@pytest.mark.question("q4")
@pytest.mark.points(1)
def test_relatives_too_large_to_build(separable_conv2d, conv2d_transpose, rng):
    """Layers that no machine could build: computed, not looked up in Keras."""
    channels, filters = (int(number) for number in rng.integers(10**6, 2 * 10**6, size=2))
    K1, K2 = two(rng, 3, 9)
    expected = K1 * K2 * channels + (channels + 1) * filters
    came = count_in(separable_conv2d((60, 50, channels), filters, (K1, K2)), "separable_conv2d")
    assert came == expected, "Wrong number of parameters of a very large separable layer."
    expected = (K1 * K2 * channels + 1) * filters
    came = count_in(conv2d_transpose((60, 50, channels), filters, (K1, K2)), "conv2d_transpose")
    assert came == expected, "Wrong number of parameters of a very large transposed layer."


# q5


@pytest.mark.question("q5")
@pytest.mark.points(1)
def test_dense_between_random_tensors(dense_instead, rng):
    """The dense layer between two tensors of different size has the weights and biases of Keras' own."""
    for _ in range(3):
        input_shape = tuple(int(size) for size in rng.choice(np.arange(2, 9), size=3, replace=False))
        output_shape = tuple(int(size) for size in rng.choice(np.arange(2, 9), size=3, replace=False))
        _, _, layer = in_keras("dense", (math.prod(input_shape),), units=math.prod(output_shape))
        parts = pair(dense_instead(input_shape, output_shape), "dense_instead")
        weights, biases = (whole(part, "Each part of dense_instead") for part in parts)
        assert weights == math.prod(layer.kernel.shape), (
            "Wrong number of weights: one for each input and output."
        )
        assert biases == layer.bias.shape[0], (
            "Wrong number of biases: one for each entry of the output, which may be smaller or larger."
        )


def multiplications_of(layer, output_shape):
    """One for each weight and place of the output."""
    weights = sum(math.prod(weight.shape) for weight in layer.weights)
    return math.prod(output_shape[:2]) * weights


@pytest.mark.question("q5")
@pytest.mark.points(1)
def test_multiplications_of_random_convolutions(conv2d_multiplications, rng):
    """Multiplications of random convolutions: each weight once at every place of the output."""
    for groups, padding, spread in (
        (1, "same", "strides"),
        (1, "valid", "dilation_rate"),
        (3, "valid", "strides"),
    ):
        shape, arguments = random_conv2d(rng, padding, groups, spread)
        output_shape, _, layer = in_keras("conv2d", shape, **{**arguments, "use_bias": False})
        expected = multiplications_of(layer, output_shape)
        del arguments["use_bias"]
        came = whole(conv2d_multiplications(shape, **arguments), "conv2d_multiplications")
        hints = {
            expected + math.prod(output_shape): "Adding a bias is no multiplication.",
            expected * groups: "With groups, a filter sees only the channels of its own group.",
            expected // shape[-1] * groups: "The input channels are forgotten.",
        }
        assert came == expected, (
            f"conv2d_multiplications: wrong number. {hints.get(came, 'How often is each weight used?')}"
        )


@pytest.mark.question("q5")
@pytest.mark.points(1)
def test_multiplications_of_random_separable_layers(separable_conv2d_multiplications, rng):
    """Multiplications of random separable layers, both steps."""
    for shape, arguments, _ in relatives(rng, "separable_conv2d", CASES[:3]):
        output_shape, _, layer = in_keras("separable_conv2d", shape, **{**arguments, "use_bias": False})
        expected = multiplications_of(layer, output_shape)
        del arguments["use_bias"]
        came = whole(separable_conv2d_multiplications(shape, **arguments), "separable_conv2d_multiplications")
        assert came == expected, (
            "separable_conv2d_multiplications: wrong number. Both steps count, without biases, and both"
            " work at every place of the output."
        )


# q6


def random_network(rng):
    """A description of a network with each kind of layer, and an input shape.

    The dense layers have fewer units than the separable one has filters: with v units at the end and v + 2
    filters, a dense layer that flattens would give as many parameters in all.
    """
    return [
        {"layer": "conv2d", "filters": 4 * int(rng.integers(1, 4)), "kernel_size": two(rng, 1, 4)},
        {"layer": "batch_normalization"},
        {"layer": "max_pooling2d", "pool_size": two(rng, 2, 3), "padding": "same"},
        {"layer": "conv2d", "filters": 8, "kernel_size": (3, 3), "groups": 4, "use_bias": False},
        {"layer": "depthwise_conv2d", "kernel_size": two(rng, 2, 3), "depth_multiplier": 2},
        {"layer": "conv2d_transpose", "filters": 6, "kernel_size": two(rng, 2, 4), "strides": two(rng, 1, 2)},
        {"layer": "separable_conv2d", "filters": int(rng.integers(11, 17)), "kernel_size": two(rng, 1, 3)},
        {"layer": "dense", "units": int(rng.integers(3, 9))},
        {"layer": "flatten"},
        {"layer": "batch_normalization"},
        {"layer": "dense", "units": int(rng.integers(3, 9)), "use_bias": bool(rng.integers(2))},
    ], (*two(rng, 24, 40), 3)


def keras_network(layers, input_shape):
    """The same network, built."""
    built = [
        real(layer["layer"], {name: layer[name] for name in layer if name != "layer"}) for layer in layers
    ]
    return keras.Sequential([keras.Input(input_shape), *built])


@pytest.mark.question("q6")
@pytest.mark.points(1)
def test_tables_of_random_networks(table, rng):
    """Tables of random networks with every kind of layer are those of Keras."""
    for _ in range(2):
        layers, input_shape = random_network(rng)
        model = keras_network(layers, input_shape)
        rows = table(layers, input_shape)
        assert isinstance(rows, list | tuple) and len(rows) == len(layers) + 1, (
            "The table should be a list with a row for the input and one for each layer."
        )
        oracle = [("input", input_shape, 0)]
        oracle += [
            (layer["layer"], tuple(built.output.shape[1:]), built.count_params())
            for layer, built in zip(layers, model.layers, strict=True)
        ]
        for row, (name, shape, count) in zip(rows, oracle, strict=True):
            assert isinstance(row, list | tuple) and len(row) == 3, (
                "A row should have three entries: name, output shape, parameters."
            )
            assert row[0] == name, "Wrong name in a row: the layers come in their order, the input first."
            assert shape_in(row[1:], "table") == shape, (
                "Wrong shape in a row: does each layer get what the one before gives?"
            )
            assert count_in(row[1:], "table") == count, (
                "Wrong number of parameters in a row. Do all arguments reach the layer?"
            )


@pytest.mark.question("q6")
@pytest.mark.points(1)
def test_trainable_parameters_of_random_networks(trainable_parameters, rng):
    """The parameters that training changes are those that Keras calls trainable."""
    for _ in range(2):
        layers, input_shape = random_network(rng)
        model = keras_network(layers, input_shape)
        expected = sum(math.prod(weight.shape) for weight in model.trainable_weights)
        came = whole(trainable_parameters(layers, input_shape), "trainable_parameters")
        assert came != model.count_params(), (
            "These are all parameters. Which of them does no gradient change?"
        )
        assert came == expected, (
            "Wrong number. Of what a batch normalisation counts, training changes γ and β only."
        )


def complete(layer):
    """A layer of a description with the defaults filled in. One number stands for a pair of equal ones."""
    kind = layer["layer"]
    full = {**DEFAULTS[kind], **layer}
    full |= {key: (full[key],) * 2 for key in PAIRS if isinstance(full.get(key), int)}
    if kind == "max_pooling2d":
        full["strides"] = full["strides"] or full["pool_size"]
    return {key: tuple(value) if isinstance(value, list) else value for key, value in full.items()}


@pytest.mark.question("q6")
@pytest.mark.points(1)
def test_descriptions_of_the_vgg_family(vgg, rng):
    """Any network of the family: blocks of convolutions, each with a pooling, and the top if there is one."""
    for top in ((int(rng.integers(20, 90)), int(rng.integers(20, 90))), (7,), ()):
        blocks = [(int(filters), int(rng.integers(1, 5))) for filters in rng.integers(2, 90, size=4)]
        oracle = []
        for filters, convolutions in blocks:
            for _ in range(convolutions):
                oracle.append(
                    {"layer": "conv2d", "filters": filters, "kernel_size": (3, 3), "padding": "same"}
                )
            oracle.append({"layer": "max_pooling2d"})
        oracle += [{"layer": "flatten"}] * bool(top)
        oracle += [{"layer": "dense", "units": units} for units in top]
        came = vgg(blocks, top=top)
        assert isinstance(came, list | tuple), "vgg should return a list of dictionaries."
        for layer in came:
            assert isinstance(layer, dict) and layer.get("layer") in DEFAULTS, (
                'vgg: each layer is a dictionary, and its "layer" one of the four kinds that VGG has.'
            )
        kinds = [layer["layer"] for layer in came]
        assert kinds == [layer["layer"] for layer in oracle], (
            "vgg: layers missing, too many or in another order. Blocks can have any number of convolutions;"
            " without a top there is no flatten."
        )
        for layer, expected in zip(came, oracle, strict=True):
            assert complete(layer) == complete(expected), (
                "vgg: a layer has wrong arguments. Which filters, kernels, padding, windows and units"
                " does the text ask for?"
            )


@pytest.mark.question("q6")
@pytest.mark.points(1)
def test_sisters_of_vgg16(vgg, table):
    """The larger and the smaller sisters of VGG16, and images of other sizes."""
    for convolutions, input_shape, total in (
        ((2, 2, 4, 4, 4), (224, 224, 3), 143_667_240),
        ((1, 1, 2, 2, 2), (224, 224, 3), 132_863_336),
        ((2, 2, 3, 3, 3), (96, 160, 3), 14_714_688 + (3 * 5 * 512 + 1) * 4096 + 20_878_312),
    ):
        blocks = list(zip((64, 128, 256, 512, 512), convolutions, strict=True))
        rows = table(vgg(blocks), input_shape)
        assert isinstance(rows, list | tuple) and len(rows) == sum(convolutions) + 10, "Wrong number of rows."
        came = sum(count_in(row[1:], "table") for row in rows)
        assert came == total, (
            "Wrong number of parameters in all, for a network that is like VGG16 but not the same."
        )


# q7


def unseen_digits(rng, copies):
    """Digits of people whose writing no student's network has seen, each at `copies` of the 25 places.

    The places are the same for everybody, or a network close to a bar would pass it by luck.
    """
    everybody = sklearn.datasets.load_digits()
    scans, labels = everybody.images[1300:] / 16, everybody.target[1300:]
    images = rng.normal(scale=0.05, size=(copies, len(scans), 12, 12))
    for copy, number in np.ndindex(copies, len(scans)):
        row, column = divmod((number + 7 * copy) % 25, 5)
        images[copy, number, row : row + 8, column : column + 8] += scans[number]
    return images.reshape(-1, 12, 12, 1).astype("float32"), np.tile(labels, copies)


def probabilities(digit_net, images):
    """What the network says, after a look at the shape."""
    answer = np.asarray(digit_net.predict(images, batch_size=256, verbose=0))
    assert answer.shape == (len(images), 10), "The network should give ten probabilities for each picture."
    return answer


@pytest.mark.question("q7")
@pytest.mark.points(3)
@pytest.mark.parametrize("percent", [75, 82, 88])
def test_digits_of_people_it_has_never_seen(digit_net, rng, percent):
    """Enough of the digits that new people have written, at new places."""
    count = whole(digit_net.count_params(), "digit_net.count_params()")
    assert count < 5000, "More parameters than the budget allows."
    images, labels = unseen_digits(rng, copies=10)
    right = np.mean(probabilities(digit_net, images).argmax(axis=1) == labels)
    assert right >= percent / 100, f"Fewer than {percent} % of the new digits are right."


def kind_of_layer(layer):
    """Name of a layer's class, such as Conv2D."""
    found = re.search(r"<(\w+) name=", repr(layer))
    return found[1] if found else ""


def layers_of(network):
    """The layers of a network in their order, with those of networks inside it."""
    for layer in network.layers:
        nested = kind_of_layer(layer) in ("Sequential", "Functional")
        yield from layers_of(layer) if nested else [layer]


def tells_apart(digit_net, images):
    """Whether the network answers differently to different pictures. Zero by zero is an answer, too."""
    return np.ptp(np.nan_to_num(probabilities(digit_net, images)), axis=0).max() > 1e-6


@pytest.mark.question("q7")
@pytest.mark.points(1)
def test_network_knows_nothing_but_its_parameters(digit_net, rng):
    """With all its parameters set to zero, the network can no longer tell one picture from another."""
    images, _ = unseen_digits(rng, copies=1)
    weights = [np.asarray(weight) for weight in digit_net.get_weights()]
    assert sum(weight.size for weight in weights) < 5000, (
        "More numbers in its weights than the budget allows."
    )
    layers = [*layers_of(digit_net)]
    kinds = [kind_of_layer(layer) for layer in layers]
    assert "Lambda" not in kinds, "There is a Lambda: what that knows is not counted."
    learned = [layer.get_weights() for layer in layers]
    last = max((place for place, own in enumerate(learned) if own), default=0)
    unknown = any(
        not own and not hasattr(keras.layers, kind)
        for kind, own in zip(kinds[:last], learned[:last], strict=True)
    )
    digit_net.set_weights([np.zeros_like(weight) for weight in weights])
    try:
        assert not tells_apart(digit_net, images[:100]), (
            "It still can: it knows something that is not counted."
        )
        if unknown:
            layers[last].set_weights(learned[last])
            assert not tells_apart(digit_net, images[:100]), (
                "With those of one layer alone it still can. In front of that stands a layer of its own"
                " without parameters: what does it know?"
            )
    finally:
        digit_net.set_weights(weights)
