# /// wrong
# mistake = "The accuracy on the validation scraps is watched, not the loss."
# score = 46.5
# fails = [
#     "test_hidden.py::test_stops_early_and_keeps_the_best[zigzag]",
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
            keras.callbacks.EarlyStopping("val_accuracy", patience=patience),
            keras.callbacks.ModelCheckpoint(
                path, "val_accuracy", save_best_only=True, save_weights_only=True
            ),
        ],
        verbose=0,
    )
    model.load_weights(path)
    return history.history
