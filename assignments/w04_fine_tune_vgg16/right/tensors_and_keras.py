# /// right
# style = "Tensors and Keras' own functions; the best weights are restored by early stopping and saved, too."
# ///

# %% question="q1"
IMAGENET_MEANS = tf.constant([103.939, 116.779, 123.68])


def preprocess(images):
    return tf.reverse(tf.cast(images, tf.float32), axis=[-1]) - IMAGENET_MEANS


def to_image(inputs):
    pixels = tf.clip_by_value(tf.round(tf.reverse(inputs + IMAGENET_MEANS, axis=[-1])), 0.0, 255.0)
    return tf.cast(pixels, tf.uint8)


# %% question="q2"
def top_predictions(model, images, names, top=3):
    shares, places = tf.math.top_k(model.predict(preprocess(images), verbose=0), k=top)
    return [
        [(names[place], float(share)) for place, share in zip(*pair, strict=True)]
        for pair in zip(places.numpy(), shares.numpy(), strict=True)
    ]


def feature_extractor(model, layer_names):
    return keras.Model(model.inputs, [*(model.get_layer(name).output for name in layer_names)])


# %% question="q5"
def train(model, training, validation, epochs, path, patience=5):
    best = keras.callbacks.EarlyStopping("val_loss", patience=patience, restore_best_weights=True)
    batches = tf.data.Dataset.from_tensor_slices((preprocess(training[0]), training[1]))
    batches = batches.shuffle(len(training[0]), seed=1).batch(32)
    watched = (preprocess(validation[0]), np.asarray(validation[1]))
    history = model.fit(batches, validation_data=watched, epochs=epochs, callbacks=[best], verbose=0)
    model.save_weights(path)
    return history.history


# %% question="q7"
def accuracy(model, images, labels):
    return keras.metrics.SparseCategoricalAccuracy()(labels, model.predict(preprocess(images), verbose=0))


def run(weights, block, rate, name, start=None):
    model = compile_for(with_head(mini_vgg(weights=weights), len(HEAP)), rate)
    if start:
        model.set_weights(start.get_weights())
    if block:
        unfreeze_block(model, block, rate)
    histories[name] = train(model, (training_images, training_labels), validation, 20, f"{name}.weights.h5")
    return model


histories = {}
random_frozen = run(None, None, 0.01, "random_frozen")
from_scratch = run(None, "block", 0.001, "from_scratch")
frozen = run("photographs", None, 0.01, "frozen")
fine_tuned = run("photographs", "block4", 0.0003, "fine_tuned", start=frozen)
