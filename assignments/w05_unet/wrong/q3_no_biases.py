# /// wrong
# mistake = "Convolutions without biases."
# score = 40
# fails = [
#     "test_public.py::test_number_of_parameters",
#     "test_hidden.py::test_parameters_of_other_sizes",
#     "test_hidden.py::test_parts_of_a_functional_model",
# ]
# ///

# %% question="q3"
def conv_block(x, filters):
    for _ in range(2):
        x = layers.Conv2D(filters, 3, padding="same", activation="relu", use_bias=False)(x)
    return x


def down(x, filters):
    skip = conv_block(x, filters)
    return skip, layers.MaxPooling2D()(skip)


def up(x, skip, filters):
    x = layers.Conv2DTranspose(filters, 2, strides=2)(x)
    if skip is not None:
        x = layers.Concatenate()([x, skip])
    return conv_block(x, filters)
