# /// wrong
# mistake = "No ReLU anywhere: but for pooling, all is linear."
# score = 42
# fails = [
#     "test_hidden.py::test_without_skips",
# ]
# ///

# %% question="q4"
def unet(input_shape, filters=8, depth=3, skips=True):
    inputs = x = keras.Input(input_shape)
    kept = []

    def convolution(x, count):
        return layers.Conv2D(count, 3, padding="same")(x)

    for level in range(depth):
        first = convolution(x, filters * 2**level)
        second = convolution(first, filters * 2**level)
        kept.append(second)
        x = layers.MaxPooling2D()(second)
    x = convolution(convolution(x, filters * 2**depth), filters * 2**depth)
    for level in reversed(range(depth)):
        x = layers.Conv2DTranspose(filters * 2**level, 2, strides=2)(x)
        if skips:
            x = layers.Concatenate()([x, kept[level]])
        x = convolution(convolution(x, filters * 2**level), filters * 2**level)
    return keras.Model(inputs, layers.Conv2D(1, 1, activation="sigmoid")(x))
