# /// wrong
# mistake = "Keras builds the layers to count them: no machine has room for the large ones."
# score = 39
# fails = [
#     "test_hidden.py::test_relatives_too_large_to_build",
# ]
# ///

# %% question="q4"
def depthwise_conv2d(input_shape, kernel_size, **arguments):
    return keras_layer("depthwise_conv2d", input_shape, kernel_size=kernel_size, **arguments)


def separable_conv2d(input_shape, filters, kernel_size, **arguments):
    return keras_layer("separable_conv2d", input_shape, filters=filters, kernel_size=kernel_size, **arguments)


def conv2d_transpose(input_shape, filters, kernel_size, **arguments):
    return keras_layer("conv2d_transpose", input_shape, filters=filters, kernel_size=kernel_size, **arguments)
