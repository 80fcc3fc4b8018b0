# /// wrong
# mistake = "Training digits are the constant kernels of a layer without parameters, in front of a dense one."
# score = 37
# fails = [
#     "test_hidden.py::test_digits_of_people_it_has_never_seen[82]",
#     "test_hidden.py::test_digits_of_people_it_has_never_seen[88]",
#     "test_hidden.py::test_network_knows_nothing_but_its_parameters",
# ]
# ///

# %% question="q7"
class Likeness(keras.layers.Layer):
    """Compares a picture with 60 training digits at every place."""

    def build(self, input_shape):
        images, _ = digits(np.random.default_rng(0), "training")
        corners = [np.argwhere(image[..., 0] > 0.3).min(axis=0).clip(0, 4) for image in images[:60]]
        scans = [image[i : i + 8, j : j + 8] for image, (i, j) in zip(images, corners, strict=False)]
        kernels = np.stack([scan - scan.mean() for scan in scans], axis=-1)
        self.kernels = tf.constant(kernels / np.linalg.norm(kernels, axis=(0, 1)), dtype="float32")

    def call(self, images):
        return keras.ops.max(keras.ops.conv(images, self.kernels), axis=(1, 2))


def build_digit_net():
    images = keras.Input((12, 12, 1))
    return keras.Model(images, keras.layers.Dense(10, activation="softmax")(Likeness()(images)))


digit_net = ...
with picture_of("q7"):
    keras.utils.set_random_seed(0)
    digit_net, digit_accuracy = trained(build_digit_net())
