# /// wrong
# mistake = "`weights=None` as if it were pretrained."
# score = 42
# fails = [
#     "test_hidden.py::test_where_the_weights_come_from",
#     "test_hidden.py::test_features_are_not_destroyed",
#     "test_hidden.py::test_unseen_scraps",
# ]
# ///

# %% question="q7"
def accuracy(model, images, labels):
    probabilities = model.predict(prepared(images), verbose=0)
    return float(np.mean(probabilities.argmax(axis=1) == labels))


# frozen, fine_tuned, from_scratch, random_frozen: the four trained models (keras.Model).
# histories: dict with what `train` returned for each, by the model's name.
enlarged = (training_images, training_labels)
histories = {}

frozen = compile_for(with_head(mini_vgg(weights=None), len(HEAP)), 0.01)
histories["frozen"] = train(frozen, enlarged, validation, 8, "frozen.weights.h5")

fine_tuned = with_head(mini_vgg(weights=None), len(HEAP))
fine_tuned.load_weights("frozen.weights.h5")
unfreeze_block(fine_tuned, "block4", 1e-6)
histories["fine_tuned"] = train(fine_tuned, enlarged, validation, 4, "fine_tuned.weights.h5")

from_scratch = unfreeze_block(with_head(mini_vgg(weights=None), len(HEAP)), "block", 0.001)
histories["from_scratch"] = train(from_scratch, enlarged, validation, 8, "from_scratch.weights.h5")

random_frozen = compile_for(with_head(mini_vgg(weights=None), len(HEAP)), 0.01)
histories["random_frozen"] = train(random_frozen, enlarged, validation, 4, "random_frozen.weights.h5")
