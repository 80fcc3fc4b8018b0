# /// wrong
# mistake = "The negative part of the map is cut off, as in Grad-CAM."
# score = 48.0
# fails = [
#     "test_public.py::test_cam_of_two_channels",
#     "test_public.py::test_cam_adds_up_to_the_score",
#     "test_hidden.py::test_cam_of_random_nets",
# ]
# ///

# %% question="q1"
def class_activation_map(model, image, class_index):
    pooling, dense = model.layers[-2:]
    feature_maps = keras.Model(model.inputs[0], pooling.input)(np.array([image]))
    return np.maximum(np.array(feature_maps)[0] @ dense.get_weights()[0][:, class_index], 0)
