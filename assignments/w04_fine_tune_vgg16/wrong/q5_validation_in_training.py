# /// wrong
# mistake = "The validation scraps are trained on, too."
# score = 46
# fails = [
#     "test_hidden.py::test_what_an_epoch_is",
# ]
# ///

# %% question="q5"
def train(model, training, validation, epochs, path, patience=5):
    history = model.fit(
        prepared(np.concatenate([training[0], validation[0]])),
        np.concatenate([training[1], validation[1]]),
        validation_data=(prepared(validation[0]), validation[1]),
        batch_size=32,
        epochs=epochs,
        callbacks=[
            keras.callbacks.EarlyStopping(patience=patience),
            keras.callbacks.ModelCheckpoint(path, save_best_only=True, save_weights_only=True),
        ],
        verbose=0,
    )
    model.load_weights(path)
    return history.history
