# /// wrong
# mistake = "Transposed, valid: (N - 1)S + K, which forgets strides beyond the kernel."
# score = 39
# fails = [
#     "test_hidden.py::test_random_transposed_layers",
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
    sizes = (
        size * stride if padding == "same" else (size - 1) * stride + kernel
        for size, kernel, stride in zip(input_shape[:-1], kernel_size, strides, strict=True)
    )
    weights = math.prod(kernel_size) * input_shape[-1] * filters
    return (*sizes, filters), weights + (filters if use_bias else 0)
