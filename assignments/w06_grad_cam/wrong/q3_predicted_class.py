# /// wrong
# mistake = "The class that the net predicts instead of the class that was asked for."
# score = 39.0
# fails = [
#     "test_public.py::test_gradient_before_global_average_pooling",
#     "test_public.py::test_grad_cam_of_two_channels",
#     "test_hidden.py::test_gradient_is_w_over_positions_before_pooling",
#     "test_hidden.py::test_gradient_before_flatten_is_the_kernel",
#     "test_hidden.py::test_grad_cam_of_any_layer",
#     "test_hidden.py::test_grad_cam_without_evidence_is_zero",
#     "test_hidden.py::test_grad_cam_before_the_first_weights",
#     "test_hidden.py::test_map_correlation_compares_before_and_after",
#     "test_hidden.py::test_object_mass_of_random_nets",
# ]
# ///

# %% question="q3"
def maps_and_gradient(model, image, layer_name, class_index):
    images = tf.constant([image], dtype=tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(images)
        maps, scores = maps_and_scores(model, layer_name)(images)
        score = tf.reduce_max(scores[0])
    return maps[0].numpy(), tape.gradient(score, maps)[0].numpy()


def channel_weights(gradient):
    return np.mean(gradient, axis=(0, 1))


def grad_cam(model, image, layer_name, class_index):
    maps, gradient = maps_and_gradient(model, image, layer_name, class_index)
    return np.maximum(maps @ channel_weights(gradient), 0)
