# /// right
# style = "The base is one layer inside the new model, with training=False; blocks are found in it."
# ///

# %% question="q3"
def with_head(base, classes):
    base.trainable = False
    inputs = keras.Input(base.input_shape[1:])
    x = base(inputs, training=False)
    x = keras.ops.mean(x, axis=(1, 2))
    if classes > 2:
        return keras.Model(inputs, keras.layers.Dense(classes, "softmax", name="answer")(x))
    return keras.Model(inputs, keras.layers.Dense(1, "sigmoid", name="answer")(x))


def compile_for(model, rate):
    two_classes = model.layers[-1].units == 1
    loss = keras.losses.BinaryCrossentropy() if two_classes else keras.losses.SparseCategoricalCrossentropy()
    model.compile(optimizer=keras.optimizers.Adam(learning_rate=rate), loss=loss, metrics=["accuracy"])
    return model


vgg16_frozen = with_head(vgg, len(HEAP))


# %% question="q6"
def unfreeze_block(model, block, rate):
    (base,) = [layer for layer in model.layers if isinstance(layer, keras.Model)]
    base.trainable = True
    for layer in base.layers:
        layer.trainable = layer.name.startswith(block)
    return compile_for(model, rate)


another = keras.applications.VGG16(weights=None, include_top=False, input_shape=(32, 32, 3))
vgg16_block5 = unfreeze_block(with_head(another, len(HEAP)), "block5", 1e-5)
