# /// wrong
# mistake = "The images are preprocessed twice before the prediction."
# score = 46
# fails = [
#     "test_public.py::test_likeliest_classes",
#     "test_hidden.py::test_top_predictions_of_random_models",
# ]
# ///

# %% question="q2"
def top_predictions(model, images, names, top=3):
    probabilities = model.predict(prepared(prepared(images)), verbose=0)
    order = np.argsort(-probabilities, axis=1)[:, :top]
    return [
        [(names[index], float(row[index])) for index in best]
        for row, best in zip(probabilities, order, strict=True)
    ]


def feature_extractor(model, layer_names):
    return keras.Model(model.input, [model.get_layer(name).output for name in layer_names])
