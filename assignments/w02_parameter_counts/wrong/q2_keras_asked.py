# /// wrong
# mistake = "Keras builds the layer to count it: no machine has room for the large ones."
# score = 38
# fails = [
#     "test_hidden.py::test_layers_too_large_to_build",
#     "test_hidden.py::test_relatives_too_large_to_build",
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
    layer = keras.layers.Conv2D(
        filters, kernel_size, strides, padding, None, dilation_rate, groups, None, use_bias
    )
    output = layer(keras.Input(input_shape))
    return tuple(output.shape[1:]), layer.count_params()
