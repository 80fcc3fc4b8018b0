# /// wrong
# mistake = "Scores instead of probabilities: the softmax is missing."
# score = 36
# fails = [
#     "test_public.py::test_network_keeps_to_the_budget",
#     "test_hidden.py::test_digits_of_people_it_has_never_seen",
# ]
# ///

# %% question="q7"
def build_digit_net():
    return keras.Sequential(
        [
            keras.Input((12, 12, 1)),
            keras.layers.Conv2D(12, 3, padding="same", activation="relu"),
            keras.layers.BatchNormalization(),
            keras.layers.Conv2D(16, 3, padding="same", activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(),
            keras.layers.Conv2D(16, 3, activation="relu"),
            keras.layers.GlobalMaxPooling2D(),
            keras.layers.Dense(10),
        ]
    )


digit_net = ...
with picture_of("q7"):
    keras.utils.set_random_seed(0)
    digit_net, digit_accuracy = trained(build_digit_net())
