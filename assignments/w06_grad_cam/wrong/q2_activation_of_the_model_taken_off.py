# /// wrong
# mistake = "The last activation is taken off the model itself, which answers with scores from then on."
# score = 51.0
# fails = [
#     "test_hidden.py::test_the_model_answers_as_before",
# ]
# ///

# %% question="q2"
def maps_and_scores(model, layer_name):
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    model.layers[-1].activation = keras.activations.linear
    copy.layers[-1].activation = keras.activations.linear
    return keras.Model(copy.inputs[0], [copy.get_layer(layer_name).output, copy.outputs[0]])
