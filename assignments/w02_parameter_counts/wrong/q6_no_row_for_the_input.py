# /// wrong
# mistake = "The row of the input is missing."
# score = 35
# fails = [
#     "test_public.py::test_table_of_the_lecture_network",
#     "test_public.py::test_table_of_vgg16",
#     "test_hidden.py::test_sisters_of_vgg16",
#     "test_hidden.py::test_tables_of_random_networks",
# ]
# ///

# %% question="q6"
def table(layers, input_shape):
    rows, shape = [], tuple(input_shape)
    for layer in layers:
        arguments = dict(layer)
        name = arguments.pop("layer")
        shape, count = LAYERS[name](shape, **arguments)
        rows.append((name, shape, count))
    return rows


def trainable_parameters(layers, input_shape):
    return sum(
        count // 2 if name == "batch_normalization" else count
        for name, _, count in table(layers, input_shape)
    )


def vgg(blocks, top=(4096, 4096, 1000)):
    layers = []
    for filters, convolutions in blocks:
        layers += convolutions * [
            {"layer": "conv2d", "filters": filters, "kernel_size": (3, 3), "padding": "same"}
        ]
        layers += [{"layer": "max_pooling2d", "pool_size": (2, 2)}]
    if top:
        layers += [{"layer": "flatten"}]
    return layers + [{"layer": "dense", "units": units} for units in top]
