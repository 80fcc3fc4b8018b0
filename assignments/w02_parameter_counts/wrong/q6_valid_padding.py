# /// wrong
# mistake = "VGG's convolutions without padding."
# score = 36
# fails = [
#     "test_public.py::test_table_of_vgg16",
#     "test_hidden.py::test_descriptions_of_the_vgg_family",
#     "test_hidden.py::test_sisters_of_vgg16",
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
    return sum(
        count // 2 if name == "batch_normalization" else count
        for name, _, count in table(layers, input_shape)
    )


def vgg(blocks, top=(4096, 4096, 1000)):
    layers = []
    for filters, convolutions in blocks:
        layers += convolutions * [{"layer": "conv2d", "filters": filters, "kernel_size": (3, 3)}]
        layers += [{"layer": "max_pooling2d", "pool_size": (2, 2)}]
    if top:
        layers += [{"layer": "flatten"}]
    return layers + [{"layer": "dense", "units": units} for units in top]
