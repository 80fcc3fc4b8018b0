# /// wrong
# mistake = "N - K instead of N - K + 1: the first place is not counted."
# score = 21
# fails = [
#     "test_public.py::test_multiplications_of_the_homework",
#     "test_public.py::test_pooling_and_flatten_of_vgg16",
#     "test_public.py::test_separable_layer_of_the_lecture",
#     "test_public.py::test_shapes_of_the_lecture",
#     "test_public.py::test_sizes_of_the_lecture",
#     "test_public.py::test_table_of_the_lecture_network",
#     "test_public.py::test_table_of_vgg16",
#     "test_hidden.py::test_multiplications_of_random_convolutions",
#     "test_hidden.py::test_multiplications_of_random_separable_layers",
#     "test_hidden.py::test_random_depthwise_layers",
#     "test_hidden.py::test_random_poolings",
#     "test_hidden.py::test_random_separable_layers",
#     "test_hidden.py::test_shapes_of_random_convolutions",
#     "test_hidden.py::test_sisters_of_vgg16",
#     "test_hidden.py::test_sizes_of_any_line[valid]",
#     "test_hidden.py::test_tables_of_random_networks",
#     "test_hidden.py::test_trainable_parameters_of_random_networks",
# ]
# ///

# %% question="q1"
def output_size(size, kernel, stride=1, padding="valid", dilation=1):
    if padding == "same":
        return math.ceil(size / stride)
    return (size - dilation * (kernel - 1) - 1) // stride
