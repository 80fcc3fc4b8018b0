# /// wrong
# mistake = "The mean over the channels instead of their sum."
# score = 45.0
# fails = [
#     "test_public.py::test_grad_cam_of_two_channels",
#     "test_hidden.py::test_grad_cam_of_any_layer",
#     "test_hidden.py::test_grad_cam_of_a_net_that_is_sure",
#     "test_hidden.py::test_grad_cam_before_the_first_weights",
# ]
# ///

# %% question="q3"
def maps_and_gradient(model, image, layer_name, class_index):
    images = tf.constant([image], dtype=tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(images)
        maps, scores = maps_and_scores(model, layer_name)(images)
        score = scores[0, class_index]
    return maps[0].numpy(), tape.gradient(score, maps)[0].numpy()


def channel_weights(gradient):
    return np.mean(gradient, axis=(0, 1))


def grad_cam(model, image, layer_name, class_index):
    maps, gradient = maps_and_gradient(model, image, layer_name, class_index)
    return np.maximum(np.mean(maps * channel_weights(gradient), axis=-1), 0)
