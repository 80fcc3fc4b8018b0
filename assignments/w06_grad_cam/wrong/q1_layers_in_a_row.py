# /// wrong
# mistake = "The layers are called one after the other, as if no net had a skip."
# score = 51.0
# fails = [
#     "test_hidden.py::test_cam_of_random_nets",
# ]
# ///

# %% question="q1"
def class_activation_map(model, image, class_index):
    x = np.array([image])
    for layer in model.layers[:-2]:
        x = layer(x)
    return np.array(x)[0] @ model.layers[-1].get_weights()[0][:, class_index]
