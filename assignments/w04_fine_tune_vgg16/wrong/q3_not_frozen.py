# /// wrong
# mistake = "The base is not frozen."
# score = 35.5
# fails = [
#     "test_public.py::test_trainable_parameters_of_a_head",
#     "test_public.py::test_vgg16_frozen",
#     "test_public.py::test_vgg16_with_block_5_unfrozen",
#     "test_public.py::test_what_is_trainable_in_the_four_models",
#     "test_hidden.py::test_frozen_weights_and_statistics_stay",
#     "test_hidden.py::test_stops_early_and_keeps_the_best[rising]",
#     "test_hidden.py::test_only_the_block_and_the_head_move[block3]",
#     "test_hidden.py::test_only_the_block_and_the_head_move[block2]",
#     "test_hidden.py::test_where_the_weights_come_from",
#     "test_hidden.py::test_features_are_not_destroyed",
# ]
# ///

# %% question="q3"
def with_head(base, classes):
    features = keras.layers.GlobalAveragePooling2D()(base.output)
    if classes == 2:
        probabilities = keras.layers.Dense(1, activation="sigmoid")(features)
    else:
        probabilities = keras.layers.Dense(classes, activation="softmax")(features)
    return keras.Model(base.input, probabilities)


def compile_for(model, rate):
    loss = "binary_crossentropy" if model.output_shape[-1] == 1 else "sparse_categorical_crossentropy"
    model.compile(keras.optimizers.Adam(rate), loss=loss, metrics=["accuracy"])
    return model


# vgg16_frozen: keras.Model, VGG16 frozen, with a new head for len(HEAP) classes.
vgg16_frozen = with_head(vgg, len(HEAP))
