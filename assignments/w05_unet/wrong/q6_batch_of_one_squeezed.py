# /// wrong
# mistake = "All axes of length 1 are taken away, also that of a batch of one picture."
# score = 42
# fails = [
#     "test_hidden.py::test_threshold_of_predicted_masks",
# ]
# ///

# %% question="q6"
def train(model, images, masks, loss, epochs=1, batch_size=16, learning_rate=0.003):
    model.compile(optimizer=keras.optimizers.Adam(learning_rate), loss=loss)
    model.optimizer.build(model.trainable_variables)
    history = model.fit(images, masks, batch_size=batch_size, epochs=epochs, verbose=0)
    return history.history["loss"]


def predict_masks(model, images):
    return np.squeeze(model.predict(images, verbose=0)) > 0.5
