"""Public tests of week 2: the numbers of the lectures. Students run them with `grader.check`."""

import numpy as np
import pytest

DECK_ROWS = [
    ("input", (224, 224, 3), 0),
    ("conv2d", (224, 224, 64), 1792),
    ("conv2d", (224, 224, 64), 36928),
    ("max_pooling2d", (112, 112, 64), 0),
    ("conv2d", (112, 112, 128), 73856),
    ("conv2d", (112, 112, 128), 147584),
    ("max_pooling2d", (56, 56, 128), 0),
    ("conv2d", (56, 56, 256), 295168),
    ("conv2d", (56, 56, 256), 590080),
    ("conv2d", (56, 56, 256), 590080),
    ("max_pooling2d", (28, 28, 256), 0),
    ("conv2d", (28, 28, 512), 1180160),
    ("conv2d", (28, 28, 512), 2359808),
    ("conv2d", (28, 28, 512), 2359808),
    ("max_pooling2d", (14, 14, 512), 0),
    ("conv2d", (14, 14, 512), 2359808),
    ("conv2d", (14, 14, 512), 2359808),
    ("conv2d", (14, 14, 512), 2359808),
    ("max_pooling2d", (7, 7, 512), 0),
    ("flatten", (25088,), 0),
    ("dense", (4096,), 102764544),
    ("dense", (4096,), 16781312),
    ("dense", (1000,), 4097000),
]
CIFAR_NET = [
    {"layer": "conv2d", "filters": 32, "kernel_size": (3, 3)},
    {"layer": "max_pooling2d"},
    {"layer": "conv2d", "filters": 32, "kernel_size": (3, 3)},
    {"layer": "max_pooling2d"},
    {"layer": "flatten"},
    {"layer": "dense", "units": 512},
    {"layer": "dense", "units": 10},
]


def is_whole(number):
    """Whether this is an integer: of Python, of NumPy, or an array or tensor of no axes."""
    if isinstance(number, int | np.integer):
        return not isinstance(number, bool)
    return getattr(number, "shape", None) == () and np.asarray(number).dtype.kind in "iu"


def sizes_in(shape):
    """The sizes in a shape as integers; none where it is no shape."""
    try:
        sizes = tuple(shape)
    except TypeError:
        return ()
    return tuple(int(size) for size in sizes) if all(is_whole(size) for size in sizes) else ()


def check_whole(answer, asked):
    """The answer as an int, after a look at its type."""
    kind = type(answer).__name__
    assert is_whole(answer), f"{asked} should be an integer; what came is {answer!r}, of type {kind}."
    return int(answer)


def check_pair(answer, asked):
    """The two parts of an answer (output_shape, parameters)."""
    right = isinstance(answer, tuple | list) and len(answer) == 2
    assert right, f"{asked} should be a pair (output_shape, parameters); what came is {answer!r}."
    return answer


def check_shape(answer, expected, asked):
    """Compare the output shape of an answer (output_shape, parameters)."""
    shape = check_pair(answer, asked)[0]
    sizes = sizes_in(shape)
    assert sizes, f"The output shape of {asked} should be a tuple of integers; what came is {shape!r}."
    same = sizes == expected
    assert same, f"The output shape of {asked} should be {expected}; what came is {sizes}."


def check_count(answer, expected, asked, mistakes=()):
    """Compare the number of parameters; `mistakes` are pairs of a likely wrong number and what it means."""
    count = check_whole(check_pair(answer, asked)[1], f"The number of parameters of {asked}")
    hint = dict(mistakes).get(count, "")
    text = f"{asked} has {expected:,} parameters; what came is {count:,}."
    assert count == expected, f"{text} {hint}".strip()


def check_rows(rows, count, asked):
    """The rows of a table as triples, after a look at their type and number."""
    kind = type(rows).__name__
    assert isinstance(rows, list | tuple), f"{asked} should give a list of rows; what came is of type {kind}."
    for row in rows:
        triple = isinstance(row, tuple | list) and len(row) == 3 and sizes_in(row[1])
        assert triple, f"A row of {asked} should be (name, output_shape, parameters); what came is {row!r}."
    assert len(rows) == count, (
        f"{asked} should give {count} rows, the input first; what came are {len(rows)}."
    )
    return [
        (name, sizes_in(shape), check_whole(number, "A number of parameters")) for name, shape, number in rows
    ]


@pytest.mark.question("q1")
@pytest.mark.points(1)
def test_sizes_of_the_lecture(output_size):
    """Sizes from the lecture, and some that you can count on paper."""
    for arguments, expected in (
        ((512, 3), 510),
        ((512, 9), 504),
        ((487, 9), 479),
        ((10, 3, 2), 4),
        ((10, 3, 2, "same"), 5),
        ((11, 3, 2, "same"), 6),
        ((55, 5, 1, "same"), 55),
        ((10, 3, 1, "valid", 3), 4),
    ):
        asked = f"output_size{arguments}"
        came = check_whole(output_size(*arguments), asked)
        assert came == expected, f"{asked} should be {expected}; what came is {came}."


@pytest.mark.question("q2")
@pytest.mark.points(1)
def test_shapes_of_the_lecture(conv2d):
    """Output shapes of the lecture's layers."""
    for shape, filters, kernel_size, expected in (
        ((512, 512, 1), 2, (3, 3), (510, 510, 2)),
        ((368, 487, 3), 4, (9, 9), (360, 479, 4)),
        ((48, 64, 10), 20, (3, 3), (46, 62, 20)),
    ):
        asked = f"conv2d({shape}, {filters}, {kernel_size})"
        check_shape(conv2d(shape, filters, kernel_size), expected, asked)


@pytest.mark.question("q2")
@pytest.mark.points(1)
def test_counts_of_the_lecture(conv2d):
    """Parameters of the lecture's layers: 20, 976, 1,820 and 614,656."""
    for shape, filters, kernel_size, padding, expected in (
        ((512, 512, 1), 2, (3, 3), "valid", 20),
        ((368, 487, 3), 4, (9, 9), "valid", 976),
        ((48, 64, 10), 20, (3, 3), "valid", 1820),
        ((55, 55, 96), 256, (5, 5), "same", 614656),
    ):
        weights = expected - filters
        mistakes = (
            (2 * weights, "That is a bias for every weight; there is one for every output channel."),
            (weights, "The biases are missing."),
            (weights // shape[2] + filters, "The input channels are missing: each filter sees all of them."),
            (weights + 1, "There is one bias for every output channel, not one for the layer."),
        )
        asked = f"conv2d({shape}, {filters}, {kernel_size}, padding={padding!r})"
        check_count(conv2d(shape, filters, kernel_size, padding=padding), expected, asked, mistakes)


@pytest.mark.question("q3")
@pytest.mark.points(1)
def test_pooling_and_flatten_of_vgg16(max_pooling2d, flatten):
    """Pooling and flatten as in VGG16: shapes, and nothing to learn."""
    for shape in ((224, 224, 64), (28, 28, 512), (15, 9, 32)):
        asked = f"max_pooling2d({shape})"
        came = max_pooling2d(shape)
        check_shape(came, (shape[0] // 2, shape[1] // 2, shape[2]), asked)
        check_count(came, 0, asked)
    came = flatten((7, 7, 512))
    check_shape(came, (25088,), "flatten((7, 7, 512))")
    check_count(came, 0, "flatten((7, 7, 512))")


@pytest.mark.question("q3")
@pytest.mark.points(1)
def test_dense_of_vgg16(dense):
    """The three dense layers of VGG16."""
    for inputs, units, expected in ((25088, 4096, 102764544), (4096, 4096, 16781312), (4096, 1000, 4097000)):
        asked = f"dense(({inputs},), {units})"
        came = dense((inputs,), units)
        check_shape(came, (units,), asked)
        mistakes = ((inputs * units, "The biases are missing."), (2 * inputs * units, "One bias per output."))
        check_count(came, expected, asked, mistakes)


@pytest.mark.question("q3")
@pytest.mark.points(1)
def test_batch_normalization_of_the_lecture(batch_normalization):
    """The three batch normalisations that the lecture's network for CIFAR-10 has: 6,784 parameters."""
    for shape, expected in (((15, 15, 32), 128), ((1152,), 4608), ((512,), 2048)):
        asked = f"batch_normalization({shape})"
        came = batch_normalization(shape)
        check_shape(came, shape, asked)
        mistakes = (
            (expected // 2, "The running mean and variance count too, although no gradient changes them."),
        )
        check_count(came, expected, asked, mistakes)


@pytest.mark.question("q4")
@pytest.mark.points(1)
def test_separable_layer_of_the_lecture(depthwise_conv2d, separable_conv2d):
    """From 32 to 64 channels: 2,400 parameters, where a standard convolution has 18,496."""
    shape, asked = (28, 28, 32), "depthwise_conv2d((28, 28, 32), (3, 3))"
    came = depthwise_conv2d(shape, (3, 3))
    check_shape(came, (26, 26, 32), asked)
    check_count(
        came, 320, asked, ((9248, "Each channel has a kernel of its own and sees no other channel."),)
    )
    asked = "separable_conv2d((28, 28, 32), 64, (3, 3))"
    came = separable_conv2d(shape, 64, (3, 3))
    check_shape(came, (26, 26, 64), asked)
    mistakes = (
        (2432, "The biases are counted twice: the depthwise step has none."),
        (2336, "The biases of the pointwise step are missing."),
        (18496, "That is a standard convolution."),
    )
    check_count(came, 2400, asked, mistakes)


@pytest.mark.question("q4")
@pytest.mark.points(1)
def test_transposed_layer_doubles_an_image(conv2d_transpose):
    """A transposed convolution of stride 2 makes an image twice as large."""
    for kernel_size, count in (((2, 2), 4128), ((3, 3), 9248)):
        asked = f"conv2d_transpose((14, 10, 32), 32, {kernel_size}, strides=(2, 2), padding='same')"
        came = conv2d_transpose((14, 10, 32), 32, kernel_size, strides=(2, 2), padding="same")
        check_shape(came, (28, 20, 32), asked)
        check_count(came, count, asked, ((count - 32, "The biases are missing."),))


@pytest.mark.question("q5")
@pytest.mark.points(1)
def test_dense_instead_of_alexnet(dense_instead):
    """AlexNet's second layer as a dense one: 224,885,760,000 weights and 774,400 biases."""
    asked = "dense_instead((55, 55, 96), (55, 55, 256))"
    weights, biases = check_pair(dense_instead((55, 55, 96), (55, 55, 256)), asked)
    for came, expected, what in ((weights, 224885760000, "weights"), (biases, 774400, "biases")):
        number = check_whole(came, f"The number of {what} of {asked}")
        assert number == expected, f"{asked} has {expected:,} {what}; what came is {number:,}."


@pytest.mark.question("q5")
@pytest.mark.points(1)
def test_multiplications_of_the_homework(conv2d_multiplications, separable_conv2d_multiplications):
    """The homework's layer: 5,133,600 multiplications, and what a separable layer needs."""
    for function, name, expected in (
        (conv2d_multiplications, "conv2d_multiplications", 5133600),
        (separable_conv2d_multiplications, "separable_conv2d_multiplications", 827080),
    ):
        asked = f"{name}((48, 64, 10), 20, (3, 3))"
        came = check_whole(function((48, 64, 10), 20, (3, 3)), asked)
        hints = {
            5190640: "Adding a bias is no multiplication.",
            5529600: "Count the places of the output, not those of the input.",
            827080 + 46 * 62 * 20: "Adding a bias is no multiplication.",
        }
        assert came == expected, (
            f"{asked} should be {expected:,}; what came is {came:,}. {hints.get(came, '')}"
        )


@pytest.mark.question("q6")
@pytest.mark.points(1)
def test_table_of_the_lecture_network(table, trainable_parameters):
    """The lecture's network for CIFAR-10: 605,610 parameters, 612,394 with batch normalisation."""
    normed = [*CIFAR_NET]
    for place in (2, 6, 8):
        normed.insert(place, {"layer": "batch_normalization"})
    for network, total, trainable, what in (
        (CIFAR_NET, 605610, 605610, "the network"),
        (normed, 612394, 609002, "the network with batch normalisation"),
    ):
        layers = [dict(layer) for layer in network]
        rows = check_rows(table(layers, (32, 32, 3)), len(network) + 1, f"table of {what}")
        assert layers == network, f"table should leave its dictionaries as they are; now they are {layers}."
        names = [name for name, _, _ in rows]
        expected = ["input", *(layer["layer"] for layer in network)]
        assert names == expected, (
            f"The names in the table of {what} should be {expected}; what came is {names}."
        )
        came = sum(number for _, _, number in rows)
        assert came == total, f"In all, {what} has {total:,} parameters; what came is {came:,}."
        came = check_whole(trainable_parameters(layers, (32, 32, 3)), "trainable_parameters")
        assert came == trainable, (
            f"Of {what}, training changes {trainable:,} parameters; what came is {came:,}."
        )


@pytest.mark.question("q6")
@pytest.mark.points(2)
def test_table_of_vgg16(vgg, table):
    """VGG16: the 23 rows of the lecture and 138,357,544 parameters, 14,714,688 without its top."""
    blocks = [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]
    rows = check_rows(table(vgg(blocks), (224, 224, 3)), 23, "table of VGG16")
    for number, (row, expected) in enumerate(zip(rows, DECK_ROWS, strict=True)):
        assert row == expected, f"Row {number} of VGG16 should be {expected}; what came is {row}."
    rows = check_rows(table(vgg(blocks, top=()), (224, 224, 3)), 19, "table of VGG16 without its top")
    total = sum(number for _, _, number in rows)
    assert total == 14714688, f"Without its top, VGG16 has 14,714,688 parameters; what came is {total:,}."


@pytest.mark.question("q7")
@pytest.mark.points(1)
def test_network_keeps_to_the_budget(digit_net):
    """Ten probabilities for each picture, from fewer than 5,000 parameters."""
    answer = np.asarray(digit_net.predict(np.zeros((3, 12, 12, 1), dtype="float32"), verbose=0))
    assert answer.shape == (3, 10), (
        f"For 3 pictures the network should give (3, 10) numbers, not {answer.shape}."
    )
    sums = answer.sum(axis=1)
    assert np.allclose(sums, 1, atol=1e-3), (
        f"The ten probabilities of a picture should add up to 1, not {sums[0]:.3g}."
    )
    count = check_whole(digit_net.count_params(), "digit_net.count_params()")
    assert 0 < count < 5000, f"The network should have fewer than 5,000 parameters; it has {count:,}."
