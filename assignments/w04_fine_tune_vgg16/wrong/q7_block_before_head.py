# /// wrong
# mistake = "fine_tuned is trained with block 4 from the start, its head still random."
# score = 47
# fails = [
#     "test_hidden.py::test_how_the_four_were_trained",
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

frozen = compile_for(with_head(mini_vgg(), len(HEAP)), 0.01)
histories["frozen"] = train(frozen, enlarged, validation, 8, "frozen.weights.h5")

fine_tuned = unfreeze_block(with_head(mini_vgg(), len(HEAP)), "block4", 0.001)
histories["fine_tuned"] = train(fine_tuned, enlarged, validation, 8, "fine_tuned.weights.h5")

from_scratch = unfreeze_block(with_head(mini_vgg(weights=None), len(HEAP)), "block", 0.001)
histories["from_scratch"] = train(from_scratch, enlarged, validation, 8, "from_scratch.weights.h5")

random_frozen = compile_for(with_head(mini_vgg(weights=None), len(HEAP)), 0.01)
histories["random_frozen"] = train(random_frozen, enlarged, validation, 4, "random_frozen.weights.h5")
