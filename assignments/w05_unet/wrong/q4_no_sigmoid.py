# /// wrong
# mistake = "No activation at the end."
# score = 38
# fails = [
#     "test_public.py::test_probability_for_each_pixel",
#     "test_hidden.py::test_each_skip_carries_its_level",
#     "test_hidden.py::test_without_skips",
# ]
# ///

# %% question="q4"
def unet(input_shape, filters=8, depth=3, skips=True):
    inputs = x = keras.Input(input_shape)
    joined = []
    for level in range(depth):
        skip, x = down(x, filters * 2**level)
        joined.append(skip if skips else None)
    x = conv_block(x, filters * 2**depth)
    for level in reversed(range(depth)):
        x = up(x, joined[level], filters * 2**level)
    return keras.Model(inputs, layers.Conv2D(1, 1)(x))
