# /// right
# style = "Single precision throughout, channels moved to the front and one row for each; a subclassed model."
# ///

# %% question="q1"
def batch_statistics(x):
    rows = np.float32(x).reshape(-1, x.shape[-1]).T
    mean = rows.mean(axis=1)
    return mean, np.square(rows - mean[:, np.newaxis]).mean(axis=1)


def normalize(x, mean, variance, gamma, beta, epsilon=1e-3):
    mean, variance, gamma, beta = (np.float32(array) for array in (mean, variance, gamma, beta))
    factor = gamma / np.sqrt(variance + np.float32(epsilon))
    return (np.float32(x) - mean) * factor + beta


# %% question="q2"
class BatchNorm:
    def __init__(self, channels, momentum=0.99, epsilon=1e-3):
        self.momentum = momentum
        self.epsilon = epsilon
        self.gamma, self.beta = np.ones(channels), np.zeros(channels)
        self.moving_mean, self.moving_variance = np.zeros(channels), np.ones(channels)

    def __call__(self, x, training=False):
        old = np.float32([self.moving_mean, self.moving_variance])
        new = np.float32(batch_statistics(x)) if training else old
        self.moving_mean, self.moving_variance = new + np.float32(self.momentum) * (old - new)
        return normalize(x, new[0], new[1], self.gamma, self.beta, self.epsilon)


# %% question="q3"
def batch_norm_gradients(dy, x, gamma, epsilon=1e-3):
    C = x.shape[-1]
    rows, dy_rows = np.float32(x).reshape(-1, C).T, np.float32(dy).reshape(-1, C).T
    m = rows.shape[1]
    distance = rows - rows.mean(axis=1, keepdims=True)
    root = np.sqrt(np.square(distance).mean(axis=1, keepdims=True) + np.float32(epsilon))
    x_hat = distance / root
    dbeta, dgamma = dy_rows.sum(axis=1), (dy_rows * x_hat).sum(axis=1)
    dx = m * dy_rows - dbeta[:, np.newaxis] - x_hat * dgamma[:, np.newaxis]
    dx *= np.float32(gamma)[:, np.newaxis] / (m * root)
    return dx.T.reshape(x.shape), dgamma, dbeta


# %% question="q4"
class Network(keras.Model):
    def __init__(self, with_batch_norm, filters, classes):
        super().__init__()
        self.scores = layers.Dense(classes)
        self.convolutions = [
            layers.Conv2D(count, 3, strides=2, padding="same", use_bias=not with_batch_norm)
            for count in filters
        ]
        self.norms = [layers.BatchNormalization(momentum=0.9) for _ in filters] if with_batch_norm else []

    def call(self, images, training=False):
        for number, convolution in enumerate(self.convolutions):
            images = convolution(images)
            if self.norms:
                images = self.norms[number](images, training=training)
            images = keras.ops.relu(images)
        return self.scores(keras.ops.mean(images, axis=(1, 2)))


def build_network(with_batch_norm, filters=(16, 16, 16), input_shape=(8, 8, 1), classes=10):
    network = Network(with_batch_norm, filters, classes)
    network(np.zeros((1, *input_shape), dtype="float32"))
    return network


# %% question="q5"
def fold_batch_norm(kernel, bias, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    factor = np.float32(gamma) / np.sqrt(np.float32(moving_variance) + np.float32(epsilon))
    old = np.zeros_like(factor) if bias is None else np.float32(bias)
    folded = np.einsum("...c,c->...c", np.float32(kernel), factor)
    return folded, (old - np.float32(moving_mean)) * factor + np.float32(beta)


# %% question="q6"
def layer_norm(x, gamma, beta, axis=-1, epsilon=1e-3):
    layer = layers.LayerNormalization(axis=axis, epsilon=epsilon)
    layer.build(x.shape)
    layer.set_weights([np.float32(gamma), np.float32(beta)])
    return np.array(layer(np.float32(x)))
