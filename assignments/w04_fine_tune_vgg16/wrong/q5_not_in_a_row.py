# /// wrong
# mistake = "All epochs without a new lowest validation loss are counted, not those in a row."
# score = 46.5
# fails = [
#     "test_hidden.py::test_stops_early_and_keeps_the_best[zigzag]",
# ]
# ///

# %% question="q5"
def train(model, training, validation, epochs, path, patience=5):
    images, labels = prepared(training[0]), np.asarray(training[1])
    watched = prepared(validation[0]), np.asarray(validation[1])
    history = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
    lowest, waited = np.inf, 0
    for _ in range(epochs):
        epoch = model.fit(images, labels, batch_size=32, validation_data=watched, verbose=0).history
        for name, numbers in history.items():
            numbers.extend(epoch[name])
        loss = epoch["val_loss"][0]
        if loss < lowest:
            lowest = loss
            model.save_weights(path)
        else:
            waited += 1
        if waited >= patience:
            break
    model.load_weights(path)
    return history
