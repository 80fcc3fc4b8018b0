# /// wrong
# mistake = "A ReLU follows the transposed convolution, too."
# score = 42
# fails = [
#     "test_hidden.py::test_without_skips",
# ]
# ///

# %% question="q3"
def conv_block(x, filters):
    for _ in range(2):
        x = layers.Conv2D(filters, 3, padding="same", activation="relu", kernel_initializer="he_normal")(x)
    return x


def down(x, filters):
    skip = conv_block(x, filters)
    return skip, layers.MaxPooling2D()(skip)


def up(x, skip, filters):
    x = layers.Conv2DTranspose(filters, 2, strides=2, activation="relu")(x)
    if skip is not None:
        x = layers.Concatenate()([x, skip])
    return conv_block(x, filters)
