# /// wrong
# mistake = "Probabilities are returned instead of masks."
# score = 41
# fails = [
#     "test_public.py::test_predicted_masks_are_masks",
#     "test_hidden.py::test_threshold_of_predicted_masks",
# ]
# ///

# %% question="q6"
def train(model, images, masks, loss, epochs=1, batch_size=16, learning_rate=0.003):
    model.compile(optimizer=keras.optimizers.Adam(learning_rate), loss=loss)
    history = model.fit(images, masks, batch_size=batch_size, epochs=epochs, verbose=0)
    return history.history["loss"]


def predict_masks(model, images):
    return model.predict(images, verbose=0)[..., 0]
