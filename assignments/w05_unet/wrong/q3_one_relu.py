# /// wrong
# mistake = "No ReLU between the two convolutions: they are a single one."
# score = 41
# fails = [
#     "test_hidden.py::test_relu_after_each_convolution",
#     "test_hidden.py::test_without_skips",
# ]
# ///

# %% question="q3"
def conv_block(x, filters):
    x = layers.Conv2D(filters, 3, padding="same")(x)
    return layers.Conv2D(filters, 3, padding="same", activation="relu")(x)


def down(x, filters):
    skip = conv_block(x, filters)
    return skip, layers.MaxPooling2D()(skip)


def up(x, skip, filters):
    x = layers.Conv2DTranspose(filters, 2, strides=2)(x)
    if skip is not None:
        x = layers.Concatenate()([x, skip])
    return conv_block(x, filters)
