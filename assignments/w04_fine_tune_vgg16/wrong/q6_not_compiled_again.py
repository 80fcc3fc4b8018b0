# /// wrong
# mistake = "A model that is compiled already is not compiled again after unfreezing: nothing happens."
# score = 45
# fails = [
#     "test_hidden.py::test_only_the_block_and_the_head_move",
# ]
# ///

# %% question="q6"
def unfreeze_block(model, block, rate):
    for layer in model.layers:
        if layer.name.startswith(block):
            layer.trainable = True
    if not model.compiled:
        compile_for(model, rate)
    model.optimizer.learning_rate = rate
    return model


# vgg16_block5: keras.Model, VGG16 with a new head for len(HEAP) classes, block 5 and the head trainable.
vgg16_block5 = unfreeze_block(with_head(keras.models.clone_model(vgg), len(HEAP)), "block5", 1e-5)
