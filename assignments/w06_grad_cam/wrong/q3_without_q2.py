# /// wrong
# mistake = "Built on the model itself: right for functional nets without activation in the last layer only."
# score = 40.0
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

# %% question="q3"
def maps_and_gradient(model, image, layer_name, class_index):
    net = keras.Model(model.inputs[0], [model.get_layer(layer_name).output, model.outputs[0]])
    images = tf.constant([image], dtype=tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(images)
        maps, scores = net(images)
        score = scores[0, class_index]
    return maps[0].numpy(), tape.gradient(score, maps)[0].numpy()


def channel_weights(gradient):
    return np.mean(gradient, axis=(0, 1))


def grad_cam(model, image, layer_name, class_index):
    maps, gradient = maps_and_gradient(model, image, layer_name, class_index)
    return np.maximum(maps @ channel_weights(gradient), 0)
