# /// wrong
# mistake = "The class that the net predicts for the second map, instead of the class that was asked for."
# score = 51.0
# fails = [
#     "test_hidden.py::test_map_correlation_compares_before_and_after",
# ]
# ///

# %% question="q6"
def rank_correlation(map_a, map_b):
    if np.ptp(map_a) * np.ptp(map_b) == 0:
        return 0.0
    return np.corrcoef(scipy.stats.rankdata(map_a), scipy.stats.rankdata(map_b))[0, 1]


def randomised(model, layer_names, seed):
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    generator = np.random.default_rng(seed)
    for name in layer_names:
        weights = model.get_layer(name).get_weights()
        copy.get_layer(name).set_weights([generator.permuted(array) for array in weights])
    return copy


def map_correlation(model, image, layer_name, class_index, randomise, seed):
    predicted = int(np.argmax(model(image[np.newaxis])))
    before = grad_cam(model, image, layer_name, class_index)
    after = grad_cam(randomised(model, randomise, seed), image, layer_name, predicted)
    return rank_correlation(before, after)
