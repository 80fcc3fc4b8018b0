# /// wrong
# mistake = "The biases of dense layers are forgotten."
# score = 32
# fails = [
#     "test_public.py::test_dense_of_vgg16",
#     "test_public.py::test_table_of_the_lecture_network",
#     "test_public.py::test_table_of_vgg16",
#     "test_hidden.py::test_random_dense_layers",
#     "test_hidden.py::test_sisters_of_vgg16",
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
    return (*input_shape[:-1], units), input_shape[-1] * units


def batch_normalization(input_shape):
    return tuple(input_shape), 4 * input_shape[-1]
