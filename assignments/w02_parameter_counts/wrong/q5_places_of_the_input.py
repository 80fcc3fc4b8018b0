# /// wrong
# mistake = "Multiplications: the places of the input are counted, not those of the output."
# score = 38
# fails = [
#     "test_public.py::test_multiplications_of_the_homework",
#     "test_hidden.py::test_multiplications_of_random_convolutions",
# ]
# ///

# %% question="q5"
def dense_instead(input_shape, output_shape):
    inputs, outputs = math.prod(input_shape), math.prod(output_shape)
    return inputs * outputs, outputs


def conv2d_multiplications(input_shape, filters, kernel_size, **options):
    _, weights = conv2d(input_shape, filters, kernel_size, use_bias=False, **options)
    return input_shape[0] * input_shape[1] * weights


def separable_conv2d_multiplications(input_shape, filters, kernel_size, **options):
    (M1, M2, _), weights = separable_conv2d(input_shape, filters, kernel_size, use_bias=False, **options)
    return M1 * M2 * weights
