# /// wrong
# mistake = "A bias for every weight instead of one for every output channel."
# score = 25
# fails = [
#     "test_public.py::test_counts_of_the_lecture",
#     "test_public.py::test_separable_layer_of_the_lecture",
#     "test_public.py::test_table_of_the_lecture_network",
#     "test_public.py::test_table_of_vgg16",
#     "test_hidden.py::test_counts_do_not_depend_on_the_image",
#     "test_hidden.py::test_counts_of_random_convolutions",
#     "test_hidden.py::test_groups",
#     "test_hidden.py::test_layers_too_large_to_build",
#     "test_hidden.py::test_random_depthwise_layers",
#     "test_hidden.py::test_random_separable_layers",
#     "test_hidden.py::test_relatives_too_large_to_build",
#     "test_hidden.py::test_sisters_of_vgg16",
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
    M1, M2 = (
        output_size(size, kernel, stride, padding, dilation)
        for size, kernel, stride, dilation in zip(
            input_shape[:-1], kernel_size, strides, dilation_rate, strict=True
        )
    )
    weights = math.prod(kernel_size) * (input_shape[-1] // groups) * filters
    biases = weights if use_bias else 0
    return (M1, M2, filters), weights + biases
