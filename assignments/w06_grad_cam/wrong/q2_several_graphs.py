# /// wrong
# mistake = "No copy: in a model read from a file, maps and scores come from different graphs."
# score = 41.0
# fails = [
#     "test_public.py::test_gradient_before_global_average_pooling",
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
    last = model.layers[-1]
    scores = keras.ops.matmul(last.input, last.kernel) + last.bias
    return keras.Model(model.inputs[0], [model.get_layer(layer_name).output, scores])
