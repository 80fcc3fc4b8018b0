# /// wrong
# mistake = "Valid padding: each convolution takes a frame of one pixel away."
# score = 27
# fails = [
#     "test_public.py::test_down_takes_maxima_of_the_skip",
#     "test_public.py::test_number_of_parameters",
#     "test_public.py::test_probability_for_each_pixel",
#     "test_public.py::test_shapes_of_the_parts",
#     "test_public.py::test_skip_at_full_resolution",
#     "test_hidden.py::test_block_sees_five_by_five",
#     "test_hidden.py::test_down_gives_skip_and_maxima",
#     "test_hidden.py::test_each_skip_carries_its_level",
#     "test_hidden.py::test_parameters_of_other_sizes",
#     "test_hidden.py::test_parts_of_a_functional_model",
#     "test_hidden.py::test_relu_after_each_convolution",
#     "test_hidden.py::test_up_joins_both",
#     "test_hidden.py::test_up_without_skip",
#     "test_hidden.py::test_without_skips",
# ]
# ///

# %% question="q3"
def conv_block(x, filters):
    for _ in range(2):
        x = layers.Conv2D(filters, 3, activation="relu", kernel_initializer="he_normal")(x)
    return x


def down(x, filters):
    skip = conv_block(x, filters)
    return skip, layers.MaxPooling2D()(skip)


def up(x, skip, filters):
    x = layers.Conv2DTranspose(filters, 2, strides=2)(x)
    if skip is not None:
        x = layers.Concatenate()([x, skip])
    return conv_block(x, filters)
