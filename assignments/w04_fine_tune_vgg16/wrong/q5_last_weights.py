# /// wrong
# mistake = "The model is left with the weights of its last epoch."
# score = 45
# fails = [
#     "test_hidden.py::test_stops_early_and_keeps_the_best",
# ]
# ///

# %% question="q5"
def train(model, training, validation, epochs, path, patience=5):
    history = model.fit(
        prepared(training[0]),
        training[1],
        validation_data=(prepared(validation[0]), validation[1]),
        batch_size=32,
        epochs=epochs,
        callbacks=[
            keras.callbacks.EarlyStopping(patience=patience),
            keras.callbacks.ModelCheckpoint(path, save_best_only=True, save_weights_only=True),
        ],
        verbose=0,
    )
    return history.history
