# /// wrong
# mistake = "Dense instead: only the channels are connected."
# score = 38
# fails = [
#     "test_public.py::test_dense_instead_of_alexnet",
#     "test_hidden.py::test_dense_between_random_tensors",
# ]
# ///

# %% question="q5"
def dense_instead(input_shape, output_shape):
    return input_shape[-1] * output_shape[-1], output_shape[-1]


def conv2d_multiplications(input_shape, filters, kernel_size, **options):
    (M1, M2, _), weights = conv2d(input_shape, filters, kernel_size, use_bias=False, **options)
    return M1 * M2 * weights


def separable_conv2d_multiplications(input_shape, filters, kernel_size, **options):
    (M1, M2, _), weights = separable_conv2d(input_shape, filters, kernel_size, use_bias=False, **options)
    return M1 * M2 * weights
