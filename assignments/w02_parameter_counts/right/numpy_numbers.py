# /// right
# style = "NumPy everywhere: arrays for pairs, NumPy integers for counts; a net with a learned temperature."
# ///

# %% question="q1"
def output_size(size, kernel, stride=1, padding="valid", dilation=1):
    starts = np.arange(0, size, stride)
    if padding == "valid":
        starts = starts[starts + dilation * (kernel - 1) < size]
    return np.array(len(starts))


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
    size, kernel = np.array(input_shape[:2]), np.array(kernel_size)
    if padding == "same":
        places = np.ceil(size / strides).astype(int)
    else:
        places = (size - 1 - np.array(dilation_rate) * (kernel - 1)) // strides + 1
    parameters = kernel.prod() * input_shape[2] * filters // groups + int(use_bias) * filters
    return (*places, filters), parameters


# %% question="q4"
def depthwise_conv2d(
    input_shape, kernel_size, strides=(1, 1), padding="valid", depth_multiplier=1, use_bias=True
):
    size, channels = np.array(input_shape[:2]), input_shape[2] * depth_multiplier
    shrunk = size if padding == "same" else size - kernel_size + 1
    places = -(-shrunk // strides)
    return (*places, channels), np.prod(kernel_size) * channels + use_bias * channels


def separable_conv2d(
    input_shape, filters, kernel_size, strides=(1, 1), padding="valid", depth_multiplier=1, use_bias=True
):
    (M1, M2, between), _ = depthwise_conv2d(input_shape, kernel_size, strides, padding, depth_multiplier)
    weights = np.prod(kernel_size) * between + between * filters
    return (M1, M2, filters), weights + use_bias * filters


def conv2d_transpose(input_shape, filters, kernel_size, strides=(1, 1), padding="valid", use_bias=True):
    larger = np.multiply(input_shape[:2], strides)
    if padding == "valid":
        larger = larger + np.maximum(np.subtract(kernel_size, strides), 0)
    return (*larger, filters), filters * (np.prod(kernel_size) * input_shape[2] + use_bias)


# %% question="q5"
def dense_instead(input_shape, output_shape):
    biases = np.prod(output_shape, dtype=np.int64)
    return np.prod(input_shape, dtype=np.int64) * biases, biases


def conv2d_multiplications(input_shape, filters, kernel_size, groups=1, **options):
    (M1, M2, _), _ = conv2d(input_shape, filters, kernel_size, groups=groups, **options)
    products_for_one_number = np.prod(kernel_size) * input_shape[2] // groups
    return M1 * M2 * filters * products_for_one_number


def separable_conv2d_multiplications(input_shape, filters, kernel_size, **options):
    (M1, M2, channels), _ = depthwise_conv2d(input_shape, kernel_size, **options)
    return M1 * M2 * channels * (np.prod(kernel_size) + filters)


# %% question="q7"
class DigitNet(keras.Model):
    def __init__(self):
        super().__init__()
        self.look = [keras.layers.Conv2D(filters, 3, activation="relu") for filters in (12, 16, 16)]
        self.scale = [keras.layers.BatchNormalization(momentum=0.9) for _ in range(2)]
        self.decide = keras.layers.Dense(10)
        self.temperature = self.add_weight(shape=(), initializer="ones", name="temperature")

    def call(self, images, training=False):
        features = images
        for look, scale in zip(self.look[:2], self.scale, strict=True):
            features = scale(look(features), training=training)
        scores = self.decide(keras.ops.max(self.look[2](features), axis=(1, 2)))
        return keras.ops.softmax(scores / self.temperature)


def build_digit_net():
    model = DigitNet()
    model(np.zeros((1, 12, 12, 1), dtype="float32"))
    return model


digit_net = ...
with picture_of("q7"):
    keras.utils.set_random_seed(0)
    digit_net, digit_accuracy = trained(build_digit_net())
