# /// wrong
# mistake = "A good network with 25,000 parameters too many."
# score = 35
# fails = [
#     "test_public.py::test_network_keeps_to_the_budget",
#     "test_hidden.py::test_digits_of_people_it_has_never_seen",
#     "test_hidden.py::test_network_knows_nothing_but_its_parameters",
# ]
# ///

# %% question="q7"
def build_digit_net():
    return keras.Sequential(
        [
            keras.Input((12, 12, 1)),
            keras.layers.Conv2D(32, 3, padding="same", activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.GlobalMaxPooling2D(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


digit_net = ...
with picture_of("q7"):
    keras.utils.set_random_seed(0)
    digit_net, digit_accuracy = trained(build_digit_net())
