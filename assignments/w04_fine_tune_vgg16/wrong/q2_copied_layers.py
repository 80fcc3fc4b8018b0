# /// wrong
# mistake = "The extractor is made of a copy of the model: it does not follow when the model learns."
# score = 47
# fails = [
#     "test_hidden.py::test_extractors_see_the_same_layers",
# ]
# ///

# %% question="q2"
def top_predictions(model, images, names, top=3):
    probabilities = model.predict(prepared(images), verbose=0)
    order = np.argsort(-probabilities, axis=1)[:, :top]
    return [
        [(names[index], float(row[index])) for index in best]
        for row, best in zip(probabilities, order, strict=True)
    ]


def feature_extractor(model, layer_names):
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    model = copy
    return keras.Model(model.input, [model.get_layer(name).output for name in layer_names])
