# /// wrong
# mistake = "Pooling without strides is taken to move by one pixel."
# score = 32
# fails = [
#     "test_public.py::test_pooling_and_flatten_of_vgg16",
#     "test_public.py::test_table_of_the_lecture_network",
#     "test_public.py::test_table_of_vgg16",
#     "test_hidden.py::test_random_poolings",
#     "test_hidden.py::test_sisters_of_vgg16",
#     "test_hidden.py::test_tables_of_random_networks",
#     "test_hidden.py::test_trainable_parameters_of_random_networks",
# ]
# ///

# %% question="q3"
def max_pooling2d(input_shape, pool_size=(2, 2), strides=None, padding="valid"):
    sizes = (
        output_size(size, kernel, stride, padding)
        for size, kernel, stride in zip(input_shape[:-1], pool_size, strides or (1, 1), strict=True)
    )
    return (*sizes, input_shape[-1]), 0


def flatten(input_shape):
    return (math.prod(input_shape),), 0


def dense(input_shape, units, use_bias=True):
    weights = input_shape[-1] * units
    biases = units if use_bias else 0
    return (*input_shape[:-1], units), weights + biases


def batch_normalization(input_shape):
    return tuple(input_shape), 4 * input_shape[-1]
