# /// wrong
# mistake = "Batch normalisation: only γ and β are counted, not the running mean and variance."
# score = 35
# fails = [
#     "test_public.py::test_batch_normalization_of_the_lecture",
#     "test_public.py::test_table_of_the_lecture_network",
#     "test_hidden.py::test_random_batch_normalizations",
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
    weights = input_shape[-1] * units
    biases = units if use_bias else 0
    return (*input_shape[:-1], units), weights + biases


def batch_normalization(input_shape):
    return tuple(input_shape), 2 * input_shape[-1]
