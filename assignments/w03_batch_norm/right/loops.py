# /// right
# style = "Loops over channels, and over single numbers where that is natural; lists; blocks that are layers."
# ///

# %% question="q1"
def batch_statistics(x):
    means, variances = [], []
    for channel in range(x.shape[-1]):
        numbers = [float(number) for number in x[..., channel].ravel()]
        mean = sum(numbers) / len(numbers)
        means.append(mean)
        variances.append(sum((number - mean) ** 2 for number in numbers) / len(numbers))
    return means, variances


def normalize(x, mean, variance, gamma, beta, epsilon=1e-3):
    y = np.zeros(np.shape(x))
    for channel in range(np.shape(x)[-1]):
        root = (float(variance[channel]) + epsilon) ** 0.5
        y[..., channel] = (x[..., channel] - mean[channel]) / root * gamma[channel] + beta[channel]
    return y


# %% question="q2"
class BatchNorm:
    def __init__(self, channels, momentum=0.99, epsilon=1e-3):
        self.momentum = momentum
        self.epsilon = epsilon
        self.gamma, self.beta = np.ones(channels), np.zeros(channels)
        self.moving_mean, self.moving_variance = np.zeros(channels), np.ones(channels)

    def __call__(self, x, training=False):
        if not training:
            return self.apply(x, self.moving_mean, self.moving_variance)
        means, variances = batch_statistics(x)
        for channel, (mean, variance) in enumerate(zip(means, variances, strict=True)):
            self.moving_mean[channel] += (1 - self.momentum) * (mean - self.moving_mean[channel])
            self.moving_variance[channel] += (1 - self.momentum) * (variance - self.moving_variance[channel])
        return self.apply(x, means, variances)

    def apply(self, x, mean, variance):
        return normalize(x, mean, variance, self.gamma, self.beta, epsilon=self.epsilon)


# %% question="q3"
def batch_norm_gradients(dy, x, gamma, epsilon=1e-3):
    dx, dgamma, dbeta = np.zeros(x.shape), [], []
    for channel in range(x.shape[-1]):
        numbers, from_above = x[..., channel], dy[..., channel]
        m, distance = numbers.size, x[..., channel] - numbers.mean()
        root = (np.sum(distance**2) / m + epsilon) ** 0.5
        to_normalised = from_above * gamma[channel]
        to_variance = np.sum(to_normalised * distance) * -0.5 / root**3
        to_mean = -np.sum(to_normalised) / root - 2 * to_variance * np.mean(distance)
        dx[..., channel] = to_normalised / root + to_variance * 2 * distance / m + to_mean / m
        dgamma.append(np.sum(from_above * distance / root))
        dbeta.append(np.sum(from_above))
    return [dx, dgamma, dbeta]


# %% question="q4"
class Block(layers.Layer):
    def __init__(self, count, with_batch_norm):
        super().__init__()
        self.norm = layers.BatchNormalization(momentum=0.9) if with_batch_norm else None
        self.convolution = layers.Conv2D(count, 3, strides=2, padding="same", use_bias=not with_batch_norm)

    def call(self, images, training=False):
        images = self.convolution(images)
        if self.norm is not None:
            images = self.norm(images, training=training)
        return keras.ops.relu(images)


def build_network(with_batch_norm, filters=(16, 16, 16), input_shape=(8, 8, 1), classes=10):
    network = keras.Sequential([keras.Input(input_shape)])
    for count in filters:
        network.add(Block(count, with_batch_norm))
    network.add(layers.GlobalAveragePooling2D())
    network.add(layers.Dense(classes))
    return network


# %% question="q5"
def fold_batch_norm(kernel, bias, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    new_kernel, new_bias = np.array(kernel), []
    for channel in range(len(gamma)):
        factor = gamma[channel] / (moving_variance[channel] + epsilon) ** 0.5
        new_kernel[..., channel] *= factor
        old = 0 if bias is None else bias[channel]
        new_bias.append((old - moving_mean[channel]) * factor + beta[channel])
    return [new_kernel, new_bias]


# %% question="q6"
def layer_norm(x, gamma, beta, axis=-1, epsilon=1e-3):
    axes = (axis,) if isinstance(axis, int) else axis
    first = min(number % x.ndim for number in axes)
    y = np.zeros(x.shape)
    for index in np.ndindex(x.shape[:first]):
        sample = x[index]
        y[index] = gamma * (sample - sample.mean()) / (sample.var() + epsilon) ** 0.5 + beta
    return y
