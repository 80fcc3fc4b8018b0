# /// wrong
# mistake = "The loss is computed, but nothing is learned."
# score = 39
# fails = [
#     "test_public.py::test_one_step_of_adam",
#     "test_hidden.py::test_trained_network_finds_squares",
#     "test_hidden.py::test_training_follows_adam",
# ]
# ///

# %% question="q6"
def train(model, images, masks, loss, epochs=1, batch_size=16, learning_rate=0.003):
    model.compile(optimizer=keras.optimizers.Adam(learning_rate), loss=loss)
    return [model.evaluate(images, masks, batch_size=batch_size, verbose=0) for _ in range(epochs)]


def predict_masks(model, images):
    return model.predict(images, verbose=0)[..., 0] > 0.5
