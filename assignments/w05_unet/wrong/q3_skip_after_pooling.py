# /// wrong
# mistake = "The skip is taken after pooling: it goes back up at double size, without its detail."
# score = 34
# fails = [
#     "test_public.py::test_down_takes_maxima_of_the_skip",
#     "test_public.py::test_shapes_of_the_parts",
#     "test_public.py::test_skip_at_full_resolution",
#     "test_hidden.py::test_down_gives_skip_and_maxima",
#     "test_hidden.py::test_each_skip_carries_its_level",
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
    pooled = layers.MaxPooling2D()(conv_block(x, filters))
    return pooled, pooled


def up(x, skip, filters):
    x = layers.Conv2DTranspose(filters, 2, strides=2)(x)
    if skip is not None:
        x = layers.Concatenate()([x, layers.UpSampling2D()(skip)])
    return conv_block(x, filters)
