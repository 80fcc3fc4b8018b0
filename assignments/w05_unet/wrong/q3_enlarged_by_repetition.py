# /// wrong
# mistake = "Pixels are repeated and mixed by a 1×1 convolution instead of a transposed convolution."
# score = 36
# fails = [
#     "test_public.py::test_number_of_parameters",
#     "test_hidden.py::test_each_skip_carries_its_level",
#     "test_hidden.py::test_without_skips",
#     "test_hidden.py::test_parameters_of_other_sizes",
#     "test_hidden.py::test_parts_of_a_functional_model",
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
    x = layers.Conv2D(filters, 1)(layers.UpSampling2D()(x))
    if skip is not None:
        x = layers.Concatenate()([x, skip])
    return conv_block(x, filters)
