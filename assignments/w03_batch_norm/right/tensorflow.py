# /// right
# style = "TensorFlow and keras.ops in place of NumPy; gradients by GradientTape; a functional model."
# ///

# %% question="q1"
def batch_statistics(x):
    return tf.nn.moments(tf.convert_to_tensor(x), axes=list(range(len(x.shape) - 1)))


def normalize(x, mean, variance, gamma, beta, epsilon=1e-3):
    x = tf.cast(x, tf.float64)
    return keras.ops.batch_normalization(x, mean, variance, -1, offset=beta, scale=gamma, epsilon=epsilon)


# %% question="q2"
class BatchNorm:
    def __init__(self, channels, momentum=0.99, epsilon=1e-3):
        self.momentum = momentum
        self.epsilon = epsilon
        self.gamma, self.beta = np.ones(channels), np.zeros(channels)
        self.moving_mean, self.moving_variance = np.zeros(channels), np.ones(channels)

    def __call__(self, x, training=False):
        layer = layers.BatchNormalization(momentum=self.momentum, epsilon=self.epsilon, dtype="float64")
        layer.build(x.shape)
        layer.set_weights([self.gamma, self.beta, self.moving_mean, self.moving_variance])
        y = layer(x, training=training)
        self.moving_mean, self.moving_variance = np.array(layer.moving_mean), np.array(layer.moving_variance)
        return y


# %% question="q3"
def batch_norm_gradients(dy, x, gamma, epsilon=1e-3):
    x, gamma, beta = (tf.constant(array, tf.float64) for array in (x, gamma, np.zeros(len(gamma))))
    axes = list(range(len(x.shape) - 1))
    with tf.GradientTape() as tape:
        tape.watch([x, gamma, beta])
        y = tf.nn.batch_normalization(x, *tf.nn.moments(x, axes), beta, gamma, epsilon)
    return tuple(tape.gradient(y, [x, gamma, beta], output_gradients=tf.constant(dy, tf.float64)))


# %% question="q4"
def build_network(with_batch_norm, filters=(16, 16, 16), input_shape=(8, 8, 1), classes=10):
    images = hidden = keras.Input(shape=input_shape, name="images")
    for number, count in enumerate(filters):
        hidden = layers.Conv2D(
            count, (3, 3), (2, 2), "same", use_bias=not with_batch_norm, name=f"see_{number}"
        )(hidden)
        if with_batch_norm:
            hidden = layers.BatchNormalization(momentum=0.9, name=f"calm_{number}")(hidden)
        hidden = layers.Activation("relu")(hidden)
    average = keras.ops.mean(hidden, axis=(1, 2))
    return keras.Model(images, layers.Dense(classes, name="scores")(average))


# %% question="q5"
def fold_batch_norm(kernel, bias, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    factor = gamma * tf.math.rsqrt(moving_variance + epsilon)
    shift = beta - moving_mean * factor
    return tf.multiply(kernel, factor), shift if bias is None else shift + bias * factor


# %% question="q6"
def layer_norm(x, gamma, beta, axis=-1, epsilon=1e-3):
    axes = [axis] if isinstance(axis, int) else list(axis)
    mean, variance = tf.nn.moments(tf.convert_to_tensor(x), axes, keepdims=True)
    return tf.nn.batch_normalization(x, mean, variance, beta, gamma, epsilon)
