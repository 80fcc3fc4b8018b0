# /// wrong
# mistake = "A dilated kernel is taken to cover D·K pixels instead of D(K - 1) + 1."
# score = 36
# fails = [
#     "test_public.py::test_sizes_of_the_lecture",
#     "test_hidden.py::test_multiplications_of_random_convolutions",
#     "test_hidden.py::test_shapes_of_random_convolutions[dilation_rate]",
#     "test_hidden.py::test_sizes_of_any_line[valid]",
# ]
# ///

# %% question="q1"
def output_size(size, kernel, stride=1, padding="valid", dilation=1):
    if padding == "same":
        return math.ceil(size / stride)
    return (size - dilation * kernel) // stride + 1
