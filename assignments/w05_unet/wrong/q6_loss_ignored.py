# /// wrong
# mistake = "Whatever loss is asked for, it learns from the mean squared error."
# score = 39
# fails = [
#     "test_public.py::test_one_step_of_adam",
#     "test_hidden.py::test_trained_network_finds_squares",
#     "test_hidden.py::test_training_follows_adam",
# ]
# ///

# %% question="q6"
def train(model, images, masks, loss, epochs=1, batch_size=16, learning_rate=0.003):
    model.compile(optimizer=keras.optimizers.Adam(learning_rate), loss="mse")
    history = model.fit(images, masks, batch_size=batch_size, epochs=epochs, verbose=0)
    return history.history["loss"]


def predict_masks(model, images):
    return model.predict(images, verbose=0)[..., 0] > 0.5
