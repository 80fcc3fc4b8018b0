# /// wrong
# mistake = "up ignores the skip."
# score = 35
# fails = [
#     "test_public.py::test_number_of_parameters",
#     "test_public.py::test_skip_at_full_resolution",
#     "test_hidden.py::test_each_skip_carries_its_level",
#     "test_hidden.py::test_parameters_of_other_sizes",
#     "test_hidden.py::test_parts_of_a_functional_model",
#     "test_hidden.py::test_up_joins_both",
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
    return conv_block(layers.Conv2DTranspose(filters, 2, strides=2)(x), filters)
