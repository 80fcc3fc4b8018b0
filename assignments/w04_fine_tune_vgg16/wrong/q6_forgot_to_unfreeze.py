# /// wrong
# mistake = "Compiled with the low rate, but nothing is unfrozen."
# score = 39
# fails = [
#     "test_public.py::test_vgg16_with_block_5_unfrozen",
#     "test_public.py::test_what_is_trainable_in_the_four_models",
#     "test_hidden.py::test_only_the_block_and_the_head_move",
#     "test_hidden.py::test_where_the_weights_come_from",
#     "test_hidden.py::test_features_are_not_destroyed",
#     "test_hidden.py::test_how_the_four_were_trained",
# ]
# ///

# %% question="q6"
def unfreeze_block(model, block, rate):
    for layer in model.layers:
        if layer.name.startswith(block):
            pass
    return compile_for(model, rate)


# vgg16_block5: keras.Model, VGG16 with a new head for len(HEAP) classes, block 5 and the head trainable.
vgg16_block5 = unfreeze_block(with_head(keras.models.clone_model(vgg), len(HEAP)), "block5", 1e-5)
