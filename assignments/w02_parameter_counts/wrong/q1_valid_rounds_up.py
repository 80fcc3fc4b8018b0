# /// wrong
# mistake = "Valid padding with a stride: rounded up, so the last place hangs over the border."
# score = 30
# fails = [
#     "test_public.py::test_pooling_and_flatten_of_vgg16",
#     "test_public.py::test_sizes_of_the_lecture",
#     "test_public.py::test_table_of_the_lecture_network",
#     "test_hidden.py::test_multiplications_of_random_convolutions",
#     "test_hidden.py::test_multiplications_of_random_separable_layers",
#     "test_hidden.py::test_random_depthwise_layers",
#     "test_hidden.py::test_random_poolings",
#     "test_hidden.py::test_random_separable_layers",
#     "test_hidden.py::test_shapes_of_random_convolutions[strides]",
#     "test_hidden.py::test_sizes_of_any_line[valid]",
# ]
# ///

# %% question="q1"
def output_size(size, kernel, stride=1, padding="valid", dilation=1):
    if padding == "same":
        return math.ceil(size / stride)
    return math.ceil((size - dilation * (kernel - 1) - 1) / stride) + 1
