# /// wrong
# mistake = "The kernel's height is taken for its width, in sizes and in weights."
# score = 27
# fails = [
#     "test_hidden.py::test_counts_do_not_depend_on_the_image",
#     "test_hidden.py::test_counts_of_random_convolutions",
#     "test_hidden.py::test_groups",
#     "test_hidden.py::test_layers_too_large_to_build",
#     "test_hidden.py::test_multiplications_of_random_convolutions",
#     "test_hidden.py::test_multiplications_of_random_separable_layers",
#     "test_hidden.py::test_random_depthwise_layers",
#     "test_hidden.py::test_random_separable_layers",
#     "test_hidden.py::test_relatives_too_large_to_build",
#     "test_hidden.py::test_shapes_of_random_convolutions",
#     "test_hidden.py::test_tables_of_random_networks",
#     "test_hidden.py::test_trainable_parameters_of_random_networks",
# ]
# ///

# %% question="q2"
def conv2d(
    input_shape,
    filters,
    kernel_size,
    strides=(1, 1),
    padding="valid",
    dilation_rate=(1, 1),
    groups=1,
    use_bias=True,
):
    K, S, D = kernel_size[0], strides[0], dilation_rate[0]
    M1, M2 = (output_size(size, K, S, padding, D) for size in input_shape[:-1])
    weights = K * K * (input_shape[-1] // groups) * filters
    biases = filters if use_bias else 0
    return (M1, M2, filters), weights + biases
