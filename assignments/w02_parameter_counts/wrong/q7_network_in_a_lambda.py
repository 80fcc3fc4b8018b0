# /// wrong
# mistake = "A larger network, trained before, is hidden in a Lambda: nobody counts its parameters."
# score = 39
# fails = [
#     "test_hidden.py::test_network_knows_nothing_but_its_parameters",
# ]
# ///

# %% question="q7"
def build_digit_net():
    large = keras.Sequential(
        [
            keras.Input((12, 12, 1)),
            keras.layers.Conv2D(24, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.GlobalMaxPooling2D(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    trained(large, epochs=3)
    features = keras.Model(large.inputs, large.layers[-2].output)
    return keras.Sequential(
        [
            keras.Input((12, 12, 1)),
            keras.layers.Lambda(lambda images: features(images), output_shape=(64,)),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


digit_net = ...
with picture_of("q7"):
    keras.utils.set_random_seed(0)
    digit_net, digit_accuracy = trained(build_digit_net())
