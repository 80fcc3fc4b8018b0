# /// wrong
# mistake = "Multiplications: the biases are counted too."
# score = 37
# fails = [
#     "test_public.py::test_multiplications_of_the_homework",
#     "test_hidden.py::test_multiplications_of_random_convolutions",
#     "test_hidden.py::test_multiplications_of_random_separable_layers",
# ]
# ///

# %% question="q5"
def dense_instead(input_shape, output_shape):
    inputs, outputs = math.prod(input_shape), math.prod(output_shape)
    return inputs * outputs, outputs


def conv2d_multiplications(input_shape, filters, kernel_size, **options):
    (M1, M2, _), weights = conv2d(input_shape, filters, kernel_size, **options)
    return M1 * M2 * weights


def separable_conv2d_multiplications(input_shape, filters, kernel_size, **options):
    (M1, M2, _), weights = separable_conv2d(input_shape, filters, kernel_size, **options)
    return M1 * M2 * weights
