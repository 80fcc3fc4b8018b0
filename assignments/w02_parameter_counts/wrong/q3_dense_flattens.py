# /// wrong
# mistake = "Dense is taken to flatten its input."
# score = 37
# fails = [
#     "test_hidden.py::test_random_dense_layers",
#     "test_hidden.py::test_tables_of_random_networks",
#     "test_hidden.py::test_trainable_parameters_of_random_networks",
# ]
# ///

# %% question="q3"
def max_pooling2d(input_shape, pool_size=(2, 2), strides=None, padding="valid"):
    sizes = (
        output_size(size, kernel, stride, padding)
        for size, kernel, stride in zip(input_shape[:-1], pool_size, strides or pool_size, strict=True)
    )
    return (*sizes, input_shape[-1]), 0


def flatten(input_shape):
    return (math.prod(input_shape),), 0


def dense(input_shape, units, use_bias=True):
    weights = math.prod(input_shape) * units
    biases = units if use_bias else 0
    return (units,), weights + biases


def batch_normalization(input_shape):
    return tuple(input_shape), 4 * input_shape[-1]
