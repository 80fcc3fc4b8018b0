# /// wrong
# mistake = "What enters the layer instead of what comes out of it."
# score = 38.0
# fails = [
#     "test_hidden.py::test_maps_and_scores_of_random_nets",
#     "test_hidden.py::test_gradient_is_w_over_positions_before_pooling",
#     "test_hidden.py::test_gradient_before_flatten_is_the_kernel",
#     "test_hidden.py::test_grad_cam_of_any_layer",
#     "test_hidden.py::test_grad_cam_of_a_net_that_is_sure",
#     "test_hidden.py::test_grad_cam_without_evidence_is_zero",
#     "test_hidden.py::test_grad_cam_before_the_first_weights",
#     "test_hidden.py::test_map_correlation_compares_before_and_after",
#     "test_hidden.py::test_object_mass_of_random_nets",
# ]
# ///

# %% question="q2"
def maps_and_scores(model, layer_name):
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    copy.layers[-1].activation = keras.activations.linear
    return keras.Model(copy.inputs[0], [copy.get_layer(layer_name).input, copy.outputs[0]])
