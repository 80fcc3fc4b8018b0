# /// wrong
# mistake = "The whole budget is spent on dense layers."
# score = 37
# fails = [
#     "test_hidden.py::test_digits_of_people_it_has_never_seen",
# ]
# ///

# %% question="q7"
def build_digit_net():
    return keras.Sequential(
        [
            keras.Input((12, 12, 1)),
            keras.layers.Flatten(),
            keras.layers.Dense(31, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


digit_net = ...
with picture_of("q7"):
    keras.utils.set_random_seed(0)
    digit_net, digit_accuracy = trained(build_digit_net())
