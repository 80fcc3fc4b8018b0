# /// right
# style = "Places and weights are counted one by one, one number stands for a pair; a functional digit net."
# ///

# %% question="q1"
def output_size(size, kernel, stride=1, padding="valid", dilation=1):
    places = 0
    for start in range(0, size, stride):
        entries = [start + dilation * number for number in range(kernel)]
        if padding == "same" or max(entries) < size:
            places += 1
    return places


# %% question="q2"
def conv2d(
    input_shape,
    filters,
    kernel_size,
    strides=(1, 1),
    padding="valid",
    dilation_rate=(1, 1),
    groups=1,
    use_bias=True,
):
    if isinstance(kernel_size, int):
        kernel_size = (kernel_size, kernel_size)
    rows = output_size(input_shape[0], kernel_size[0], strides[0], padding, dilation_rate[0])
    columns = output_size(input_shape[1], kernel_size[1], strides[1], padding, dilation_rate[1])
    entries = kernel_size[0] * kernel_size[1] * (input_shape[2] // groups)
    return [rows, columns, filters], sum([filters * entries, filters if use_bias else 0])


# %% question="q3"
def max_pooling2d(input_shape, pool_size=(2, 2), strides=None, padding="valid"):
    if strides is None:
        strides = pool_size
    elif isinstance(strides, int):
        strides = (strides, strides)
    rows = output_size(input_shape[0], pool_size[0], strides[0], padding)
    columns = output_size(input_shape[1], pool_size[1], strides[1], padding)
    return [rows, columns, input_shape[2]], 0


def flatten(input_shape):
    length = 1
    for size in input_shape:
        length *= size
    return [length], 0


def dense(input_shape, units, use_bias=True):
    count = 0
    for _ in range(units):
        count += input_shape[-1]
        if use_bias:
            count += 1
    return [*list(input_shape)[:-1], units], count


def batch_normalization(input_shape):
    gamma = beta = mean = variance = input_shape[-1]
    return list(input_shape), gamma + beta + mean + variance


# %% question="q6"
def table(layers, input_shape):
    shape, rows = input_shape, [["input", input_shape, 0]]
    for layer in layers:
        name, arguments = layer["layer"], {key: value for key, value in layer.items() if key != "layer"}
        shape, count = LAYERS[name](shape, **arguments)
        rows.append([name, shape, count])
    return rows


def trainable_parameters(layers, input_shape):
    total = 0
    for name, shape, count in table(layers, input_shape):
        if name == "batch_normalization":
            count -= 2 * shape[-1]
        total += count
    return total


def vgg(blocks, top=(4096, 4096, 1000)):
    layers = []
    for filters, convolutions in blocks:
        for _ in range(convolutions):
            layers.append({"layer": "conv2d", "filters": filters, "kernel_size": 3, "padding": "same"})
        layers.append({"layer": "max_pooling2d", "pool_size": [2, 2], "strides": 2, "padding": "valid"})
    if len(top) > 0:
        layers.append({"layer": "flatten"})
    for units in top:
        layers.append({"layer": "dense", "units": units, "use_bias": True})
    return layers


# %% question="q7"
def build_digit_net():
    images = keras.Input((12, 12, 1), name="images")
    x = keras.layers.Conv2D(16, 3, activation="relu")(images)
    x = keras.layers.BatchNormalization(momentum=0.9)(x)
    x = keras.layers.SeparableConv2D(32, 3, activation="relu")(x)
    x = keras.layers.BatchNormalization(momentum=0.9)(x)
    x = keras.layers.MaxPooling2D()(x)
    x = keras.layers.SeparableConv2D(48, 3, activation="relu")(x)
    x = keras.layers.BatchNormalization(momentum=0.9)(x)
    x = keras.layers.GlobalMaxPooling2D()(x)
    return keras.Model(images, keras.layers.Dense(10, activation="softmax", name="digit")(x))


digit_net = ...
with picture_of("q7"):
    keras.utils.set_random_seed(0)
    digit_net, digit_accuracy = trained(build_digit_net())
