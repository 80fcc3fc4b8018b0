# /// wrong
# mistake = "The transposed layer is given the size of a convolution."
# score = 36
# fails = [
#     "test_public.py::test_transposed_layer_doubles_an_image",
#     "test_hidden.py::test_random_transposed_layers",
#     "test_hidden.py::test_tables_of_random_networks",
#     "test_hidden.py::test_trainable_parameters_of_random_networks",
# ]
# ///

# %% question="q4"
def depthwise_conv2d(
    input_shape, kernel_size, strides=(1, 1), padding="valid", depth_multiplier=1, use_bias=True
):
    channels = input_shape[-1]
    filters = channels * depth_multiplier
    return conv2d(input_shape, filters, kernel_size, strides, padding, groups=channels, use_bias=use_bias)


def separable_conv2d(
    input_shape, filters, kernel_size, strides=(1, 1), padding="valid", depth_multiplier=1, use_bias=True
):
    between, depthwise = depthwise_conv2d(
        input_shape, kernel_size, strides, padding, depth_multiplier, use_bias=False
    )
    output_shape, pointwise = conv2d(between, filters, (1, 1), use_bias=use_bias)
    return output_shape, depthwise + pointwise


def conv2d_transpose(input_shape, filters, kernel_size, strides=(1, 1), padding="valid", use_bias=True):
    return conv2d(input_shape, filters, kernel_size, strides, padding, use_bias=use_bias)
