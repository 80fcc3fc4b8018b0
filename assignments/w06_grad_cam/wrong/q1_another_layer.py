# /// wrong
# mistake = "The output of the last convolution, not what enters the pooling."
# score = 51.0
# fails = [
#     "test_hidden.py::test_cam_of_random_nets",
# ]
# ///

# %% question="q1"
def class_activation_map(model, image, class_index):
    dense = model.layers[-1]
    last = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)][-1]
    feature_maps = keras.Model(model.inputs[0], last.output)(np.array([image]))
    return np.array(feature_maps)[0] @ dense.get_weights()[0][:, class_index]
