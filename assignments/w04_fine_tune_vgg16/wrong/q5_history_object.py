# /// wrong
# mistake = "The History object is returned instead of its dict."
# score = 41
# fails = [
#     "test_public.py::test_history_of_a_short_training",
#     "test_hidden.py::test_stops_early_and_keeps_the_best",
#     "test_hidden.py::test_what_an_epoch_is",
#     "test_hidden.py::test_how_the_four_were_trained",
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
    model.load_weights(path)
    return history
