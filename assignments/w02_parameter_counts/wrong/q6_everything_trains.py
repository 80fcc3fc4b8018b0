# /// wrong
# mistake = "All parameters are taken to be trainable."
# score = 38
# fails = [
#     "test_public.py::test_table_of_the_lecture_network",
#     "test_hidden.py::test_trainable_parameters_of_random_networks",
# ]
# ///

# %% question="q6"
def table(layers, input_shape):
    rows = [("input", tuple(input_shape), 0)]
    for layer in layers:
        arguments = dict(layer)
        name = arguments.pop("layer")
        rows.append((name, *LAYERS[name](rows[-1][1], **arguments)))
    return rows


def trainable_parameters(layers, input_shape):
    return sum(count for _, _, count in table(layers, input_shape))


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
