# /// wrong
# mistake = "The images are flattened, not averaged: with one pixel left, that is the same."
# score = 31
# fails = [
#     "test_hidden.py::test_network_without_batch_norm",
#     "test_hidden.py::test_network_with_batch_norm",
# ]
# ///

# %% question="q4"
def build_network(with_batch_norm, filters=(16, 16, 16), input_shape=(8, 8, 1), classes=10):
    network = keras.Sequential([keras.Input(input_shape)])
    for count in filters:
        network.add(layers.Conv2D(count, 3, strides=2, padding="same", use_bias=not with_batch_norm))
        if with_batch_norm:
            network.add(layers.BatchNormalization(momentum=0.9))
        network.add(layers.ReLU())
    network.add(layers.Flatten())
    network.add(layers.Dense(classes))
    return network
