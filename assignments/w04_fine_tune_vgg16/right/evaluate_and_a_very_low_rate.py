# /// right
# style = "Accuracy by evaluate; one model for both trainings, the second slow and short; a history more."
# ///

# %% question="q7"
def accuracy(model, images, labels):
    _, share = model.evaluate(prepared(images), labels, verbose=0)
    return share


enlarged = (training_images, training_labels)
histories = {}

frozen = compile_for(with_head(mini_vgg(), len(HEAP)), 0.01)
histories["frozen"] = train(frozen, enlarged, validation, 8, "frozen.weights.h5")

fine_tuned = compile_for(with_head(mini_vgg(), len(HEAP)), 0.01)
histories["its_head"] = train(fine_tuned, enlarged, validation, 8, "fine_tuned.weights.h5")
unfreeze_block(fine_tuned, "block4", 1e-6)
histories["fine_tuned"] = train(fine_tuned, enlarged, validation, 1, "fine_tuned.weights.h5")

from_scratch = unfreeze_block(with_head(mini_vgg(weights=None), len(HEAP)), "block", 0.001)
histories["from_scratch"] = train(from_scratch, enlarged, validation, 8, "from_scratch.weights.h5")

random_frozen = compile_for(with_head(mini_vgg(weights=None), len(HEAP)), 0.01)
histories["random_frozen"] = train(random_frozen, enlarged, validation, 4, "random_frozen.weights.h5")
