# /// wrong
# mistake = "Plain gradient descent instead of Adam."
# score = 39
# fails = [
#     "test_public.py::test_one_step_of_adam",
#     "test_hidden.py::test_trained_network_finds_squares",
#     "test_hidden.py::test_training_follows_adam",
# ]
# ///

# %% question="q6"
def train(model, images, masks, loss, epochs=1, batch_size=16, learning_rate=0.003):
    model.compile(optimizer=keras.optimizers.SGD(learning_rate), loss=loss)
    history = model.fit(images, masks, batch_size=batch_size, epochs=epochs, verbose=0)
    return history.history["loss"]


def predict_masks(model, images):
    return model.predict(images, verbose=0)[..., 0] > 0.5
