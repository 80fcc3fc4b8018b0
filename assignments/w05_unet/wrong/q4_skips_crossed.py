# /// wrong
# mistake = "The skips are joined in the order in which they were made, scaled to fit."
# score = 39
# fails = [
#     "test_public.py::test_number_of_parameters",
#     "test_hidden.py::test_each_skip_carries_its_level[depth 2]",
#     "test_hidden.py::test_each_skip_carries_its_level[depth 3]",
#     "test_hidden.py::test_parameters_of_other_sizes",
# ]
# ///

# %% question="q4"
def unet(input_shape, filters=8, depth=3, skips=True):
    inputs = x = keras.Input(input_shape)
    joined = []
    for level in range(depth):
        skip, x = down(x, filters * 2**level)
        joined.append(skip)
    x = conv_block(x, filters * 2**depth)
    for level in reversed(range(depth)):
        size = (input_shape[0] // 2**level, input_shape[1] // 2**level)
        skip = layers.Resizing(*size, interpolation="nearest")(joined[depth - 1 - level]) if skips else None
        x = up(x, skip, filters * 2**level)
    return keras.Model(inputs, layers.Conv2D(1, 1, activation="sigmoid")(x))
