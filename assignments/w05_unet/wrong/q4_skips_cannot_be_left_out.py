# /// wrong
# mistake = "The skips are always there."
# score = 41
# fails = [
#     "test_hidden.py::test_parameters_of_other_sizes",
#     "test_hidden.py::test_without_skips",
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
        x = up(x, joined[level], filters * 2**level)
    return keras.Model(inputs, layers.Conv2D(1, 1, activation="sigmoid")(x))
