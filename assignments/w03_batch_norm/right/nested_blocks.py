# /// right
# style = "Each block of the network is a model of its own; folding probes batch norm with numbers."
# ///

# %% question="q4"
def block(count, with_batch_norm):
    parts = [layers.Conv2D(count, 3, strides=2, padding="same", use_bias=not with_batch_norm)]
    if with_batch_norm:
        parts.append(layers.BatchNormalization(momentum=0.9))
    return keras.Sequential([*parts, layers.Activation(keras.activations.relu)])


def build_network(with_batch_norm, filters=(16, 16, 16), input_shape=(8, 8, 1), classes=10):
    blocks = [block(count, with_batch_norm) for count in filters]
    end = [layers.GlobalAveragePooling2D(), layers.Dense(classes, activation="linear")]
    return keras.Sequential([keras.Input(input_shape), *blocks, *end])


# %% question="q5"
def fold_batch_norm(kernel, bias, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    def batch_norm(number):
        return gamma * (number - moving_mean) / np.sqrt(moving_variance + epsilon) + beta

    at_zero = batch_norm(np.zeros(len(gamma)))
    slope = batch_norm(np.ones(len(gamma))) - at_zero
    return np.asarray(kernel) * slope, at_zero if bias is None else batch_norm(np.asarray(bias))
