# /// wrong
# mistake = "The stride is taken to save weights."
# score = 33
# fails = [
#     "test_hidden.py::test_counts_do_not_depend_on_the_image",
#     "test_hidden.py::test_counts_of_random_convolutions",
#     "test_hidden.py::test_groups",
#     "test_hidden.py::test_multiplications_of_random_convolutions",
#     "test_hidden.py::test_multiplications_of_random_separable_layers",
#     "test_hidden.py::test_random_depthwise_layers",
#     "test_hidden.py::test_random_separable_layers",
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
    return (M1, M2, filters), weights // math.prod(strides) + biases
