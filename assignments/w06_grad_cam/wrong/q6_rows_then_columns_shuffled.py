# /// wrong
# mistake = "Whole rows are shuffled, then whole columns, and so on for each axis."
# score = 50.0
# fails = [
#     "test_hidden.py::test_randomised_shuffles_all_entries",
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
        shuffled = []
        for array in model.get_layer(name).get_weights():
            for axis in range(array.ndim):
                array = generator.permutation(array, axis=axis)
            shuffled.append(array)
        copy.get_layer(name).set_weights(shuffled)
    return copy


def map_correlation(model, image, layer_name, class_index, randomise, seed):
    before = grad_cam(model, image, layer_name, class_index)
    after = grad_cam(randomised(model, randomise, seed), image, layer_name, class_index)
    return rank_correlation(before, after)
