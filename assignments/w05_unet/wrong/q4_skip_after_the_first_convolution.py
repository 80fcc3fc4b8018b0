# /// wrong
# mistake = "The skip is taken between the two convolutions of the block."
# score = 40
# fails = [
#     "test_hidden.py::test_each_skip_carries_its_level",
# ]
# ///

# %% question="q4"
def unet(input_shape, filters=8, depth=3, skips=True):
    inputs = x = keras.Input(input_shape)
    kept = []

    def convolution(x, count):
        return layers.Conv2D(count, 3, padding="same", activation="relu")(x)

    for level in range(depth):
        first = convolution(x, filters * 2**level)
        second = convolution(first, filters * 2**level)
        kept.append(first)
        x = layers.MaxPooling2D()(second)
    x = convolution(convolution(x, filters * 2**depth), filters * 2**depth)
    for level in reversed(range(depth)):
        x = layers.Conv2DTranspose(filters * 2**level, 2, strides=2)(x)
        if skips:
            x = layers.Concatenate()([x, kept[level]])
        x = convolution(convolution(x, filters * 2**level), filters * 2**level)
    return keras.Model(inputs, layers.Conv2D(1, 1, activation="sigmoid")(x))
