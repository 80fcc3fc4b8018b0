# /// wrong
# mistake = "The layers are called one after the other, as if no net had branches."
# score = 50.5
# fails = [
#     "test_hidden.py::test_maps_and_scores_of_random_nets",
#     "test_hidden.py::test_grad_cam_of_any_layer",
# ]
# ///

# %% question="q2"
def maps_and_scores(model, layer_name):
    x = images = keras.Input(model.input_shape[1:])
    for layer in model.layers[:-1]:
        if isinstance(layer, keras.layers.InputLayer):
            continue
        x = layer(x)
        if layer.name == layer_name:
            maps = x
    last = model.layers[-1]
    return keras.Model(images, [maps, keras.ops.matmul(x, last.kernel) + last.bias])
