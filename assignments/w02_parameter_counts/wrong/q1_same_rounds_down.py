# /// wrong
# mistake = "Same padding with a stride: N / S is rounded down, so the last place is lost."
# score = 30
# fails = [
#     "test_public.py::test_sizes_of_the_lecture",
#     "test_hidden.py::test_multiplications_of_random_convolutions",
#     "test_hidden.py::test_multiplications_of_random_separable_layers",
#     "test_hidden.py::test_random_depthwise_layers",
#     "test_hidden.py::test_random_poolings",
#     "test_hidden.py::test_random_separable_layers",
#     "test_hidden.py::test_shapes_of_random_convolutions[strides]",
#     "test_hidden.py::test_sizes_of_any_line[same]",
#     "test_hidden.py::test_tables_of_random_networks",
#     "test_hidden.py::test_trainable_parameters_of_random_networks",
# ]
# ///

# %% question="q1"
def output_size(size, kernel, stride=1, padding="valid", dilation=1):
    if padding == "same":
        return size // stride
    return (size - dilation * (kernel - 1) - 1) // stride + 1
