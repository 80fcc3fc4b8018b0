# /// wrong
# mistake = "The extractor gives the first layers, in the model's order, instead of those asked for."
# score = 46
# fails = [
#     "test_public.py::test_outputs_of_intermediate_layers",
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
    return keras.Model(model.input, [layer.output for layer in model.layers if layer.name in layer_names])
