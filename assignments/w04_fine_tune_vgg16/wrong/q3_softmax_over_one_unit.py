# /// wrong
# mistake = "Two classes get a softmax over one unit, which is always 1."
# score = 46.333333333
# fails = [
#     "test_hidden.py::test_probabilities_of_the_head[2]",
#     "test_hidden.py::test_loss_of_the_head[2]",
# ]
# ///

# %% question="q3"
def with_head(base, classes):
    base.trainable = False
    features = keras.layers.GlobalAveragePooling2D()(base.output)
    if classes == 2:
        probabilities = keras.layers.Dense(1, activation="softmax")(features)
    else:
        probabilities = keras.layers.Dense(classes, activation="softmax")(features)
    return keras.Model(base.input, probabilities)


def compile_for(model, rate):
    loss = "binary_crossentropy" if model.output_shape[-1] == 1 else "sparse_categorical_crossentropy"
    model.compile(keras.optimizers.Adam(rate), loss=loss, metrics=["accuracy"])
    return model


# vgg16_frozen: keras.Model, VGG16 frozen, with a new head for len(HEAP) classes.
vgg16_frozen = with_head(vgg, len(HEAP))
