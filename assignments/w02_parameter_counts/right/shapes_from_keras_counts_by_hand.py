# /// right
# style = "Sizes from Keras' compute_output_shape, a formula for each count; a residual digit net."
# ///

# %% question="q1"
def output_size(size, kernel, stride=1, padding="valid", dilation=1):
    if padding == "same":
        return tf.cast(tf.math.ceil(size / stride), tf.int32)
    return tf.constant((size - dilation * (kernel - 1) - 1) // stride + 1)


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
    layer = keras.layers.Conv2D(filters, kernel_size, strides, padding, dilation_rate=dilation_rate)
    seen = input_shape[-1] // groups
    return tf.TensorShape(layer.compute_output_shape((None, *input_shape)))[1:], filters * (
        kernel_size[0] * kernel_size[1] * seen + (1 if use_bias else 0)
    )


# %% question="q3"
def max_pooling2d(input_shape, pool_size=(2, 2), strides=None, padding="valid"):
    layer = keras.layers.MaxPooling2D(pool_size, strides, padding)
    return layer.compute_output_shape((None, *input_shape))[1:], 0


def flatten(input_shape):
    return keras.layers.Flatten().compute_output_shape((None, *input_shape))[1:], 0


def dense(input_shape, units, use_bias=True):
    return (*input_shape[:-1], units), units * (input_shape[-1] + 1) if use_bias else units * input_shape[-1]


def batch_normalization(input_shape):
    return input_shape, 2 * input_shape[-1] + 2 * input_shape[-1]


# %% question="q4"
def depthwise_conv2d(
    input_shape, kernel_size, strides=(1, 1), padding="valid", depth_multiplier=1, use_bias=True
):
    layer = keras.layers.DepthwiseConv2D(kernel_size, strides, padding, depth_multiplier)
    output_shape = layer.compute_output_shape((None, *input_shape))[1:]
    return output_shape, (kernel_size[0] * kernel_size[1] + use_bias) * output_shape[-1]


def separable_conv2d(
    input_shape, filters, kernel_size, strides=(1, 1), padding="valid", depth_multiplier=1, use_bias=True
):
    layer = keras.layers.SeparableConv2D(filters, kernel_size, strides, padding)
    between = input_shape[-1] * depth_multiplier
    count = kernel_size[0] * kernel_size[1] * between + filters * (between + use_bias)
    return layer.compute_output_shape((None, *input_shape))[1:], count


def conv2d_transpose(input_shape, filters, kernel_size, strides=(1, 1), padding="valid", use_bias=True):
    layer = keras.layers.Conv2DTranspose(filters, kernel_size, strides, padding)
    count = (kernel_size[0] * kernel_size[1] * input_shape[-1] + use_bias) * filters
    return layer.compute_output_shape((None, *input_shape))[1:], count


# %% question="q7"
def build_digit_net():
    images = keras.Input((12, 12, 1))
    x = keras.layers.Conv2D(12, 3, activation="relu")(images)
    x = keras.layers.BatchNormalization(momentum=0.9)(x)
    y = keras.layers.Conv2D(12, 3, padding="same", activation="relu")(x)
    x = keras.layers.BatchNormalization(momentum=0.9)(keras.layers.Add()([x, y]))
    x = keras.layers.Conv2D(20, 3, activation="relu")(x)
    x = keras.layers.GlobalMaxPooling2D()(x)
    x = keras.layers.Dense(10)(x)
    return keras.Model(images, keras.layers.Activation("softmax")(x))


digit_net = ...
with picture_of("q7"):
    keras.utils.set_random_seed(0)
    digit_net, digit_accuracy = trained(build_digit_net())
