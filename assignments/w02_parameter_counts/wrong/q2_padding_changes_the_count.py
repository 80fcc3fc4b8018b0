# /// wrong
# mistake = "The zeros of same padding are taken for parameters."
# score = 29
# fails = [
#     "test_public.py::test_counts_of_the_lecture",
#     "test_public.py::test_table_of_vgg16",
#     "test_hidden.py::test_counts_do_not_depend_on_the_image",
#     "test_hidden.py::test_counts_of_random_convolutions",
#     "test_hidden.py::test_groups",
#     "test_hidden.py::test_multiplications_of_random_convolutions",
#     "test_hidden.py::test_multiplications_of_random_separable_layers",
#     "test_hidden.py::test_random_depthwise_layers",
#     "test_hidden.py::test_random_separable_layers",
#     "test_hidden.py::test_sisters_of_vgg16",
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
    biases = filters if use_bias else 0
    if padding == "same":
        weights += (kernel_size[0] - 1) * (kernel_size[1] - 1)
    return (M1, M2, filters), weights + biases
