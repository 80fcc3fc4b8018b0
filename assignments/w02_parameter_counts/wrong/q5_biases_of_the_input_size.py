# /// wrong
# mistake = "Dense instead: N1·N2·Nout biases, right only where input and output are of the same size."
# score = 39
# fails = [
#     "test_hidden.py::test_dense_between_random_tensors",
# ]
# ///

# %% question="q5"
def dense_instead(input_shape, output_shape):
    weights = math.prod(input_shape) * math.prod(output_shape)
    return weights, input_shape[0] * input_shape[1] * output_shape[2]


def conv2d_multiplications(input_shape, filters, kernel_size, **options):
    (M1, M2, _), weights = conv2d(input_shape, filters, kernel_size, use_bias=False, **options)
    return M1 * M2 * weights


def separable_conv2d_multiplications(input_shape, filters, kernel_size, **options):
    (M1, M2, _), weights = separable_conv2d(input_shape, filters, kernel_size, use_bias=False, **options)
    return M1 * M2 * weights
