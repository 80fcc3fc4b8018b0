# /// wrong
# mistake = "Images and masks are shuffled each for itself."
# score = 42
# fails = [
#     "test_hidden.py::test_trained_network_finds_squares",
# ]
# ///

# %% question="q6"
def train(model, images, masks, loss, epochs=1, batch_size=16, learning_rate=0.003):
    model.compile(optimizer=keras.optimizers.Adam(learning_rate), loss=loss)
    model.optimizer.build(model.trainable_variables)
    images, masks = np.random.permutation(images), np.random.permutation(masks)
    history = model.fit(images, masks, batch_size=batch_size, epochs=epochs, verbose=0)
    return history.history["loss"]


def predict_masks(model, images):
    return model.predict(images, verbose=0)[..., 0] > 0.5
