# /// wrong
# mistake = "A softmax behind the scores: the loss takes another one."
# score = 30
# fails = [
#     "test_public.py::test_one_score_per_class",
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
    network.add(layers.GlobalAveragePooling2D())
    network.add(layers.Dense(classes, activation="softmax"))
    return network
