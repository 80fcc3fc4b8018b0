# /// wrong
# mistake = "Keras builds the layers to count them: no machine has room for the large ones."
# score = 39
# fails = [
#     "test_hidden.py::test_random_dense_layers",
# ]
# ///

# %% question="q3"
def max_pooling2d(input_shape, pool_size=(2, 2), strides=None, padding="valid"):
    return keras_layer("max_pooling2d", input_shape, pool_size=pool_size, strides=strides, padding=padding)


def flatten(input_shape):
    return keras_layer("flatten", input_shape)


def dense(input_shape, units, use_bias=True):
    return keras_layer("dense", input_shape, units=units, use_bias=use_bias)


def batch_normalization(input_shape):
    return keras_layer("batch_normalization", input_shape)
