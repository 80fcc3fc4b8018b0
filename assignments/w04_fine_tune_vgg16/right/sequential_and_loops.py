# /// right
# style = "A Sequential model, loops instead of array operations, float64, lists instead of arrays."
# ///

# %% question="q1"
IMAGENET_MEANS = np.array([103.939, 116.779, 123.68], dtype="float32")


def preprocess(images):
    batch = np.zeros(np.shape(images), dtype=np.float32)
    for channel, mean in enumerate(IMAGENET_MEANS):
        batch[..., channel] = np.asarray(images)[..., 2 - channel] - mean
    return batch


def to_image(inputs):
    image = np.zeros(np.shape(inputs), dtype=np.uint8)
    for channel, mean in enumerate(IMAGENET_MEANS):
        pixels = np.asarray(inputs, dtype=np.float64)[..., channel] + mean
        pixels[pixels < 0] = 0
        pixels[pixels > 255] = 255
        image[..., 2 - channel] = (pixels + 0.5).astype(np.uint8)
    return image


# %% question="q2"
def top_predictions(model, images, names, top=3):
    answers = []
    for image in images:
        row = model(preprocess([image]), training=False)[0]
        pairs = [(name, float(share)) for name, share in zip(names, row, strict=True)]
        answers.append(sorted(pairs, key=lambda pair: pair[1], reverse=True)[:top])
    return answers


def feature_extractor(model, layer_names):
    by_name = {layer.name: layer for layer in model.layers}
    outputs = []
    for name in layer_names:
        outputs.append(by_name[name].output)
    return keras.Model(inputs=model.inputs, outputs=outputs)


# %% question="q3"
def with_head(base, classes):
    for layer in base.layers:
        layer.trainable = False
    last = keras.layers.Dense(units=1 if classes == 2 else classes)
    to_probabilities = keras.layers.Activation("sigmoid" if classes == 2 else "softmax")
    return keras.Sequential([base, keras.layers.GlobalAveragePooling2D(), last, to_probabilities])


def compile_for(model, rate):
    if model.output_shape == (None, 1):
        model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    else:
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.optimizer.learning_rate = rate
    return model


vgg16_frozen = with_head(vgg, len(HEAP))


# %% question="q4"
def augment(images, seed):
    generator = np.random.default_rng(seed)
    new = []
    for image in images:
        image = np.asarray(image, dtype=np.float64)
        for _ in range(generator.integers(0, 4)):
            image = image.transpose(1, 0, 2)[::-1]
        if generator.random() < 0.5:
            image = np.fliplr(image)
        image = image * generator.uniform(0.7, 1.3)
        image = image + generator.uniform(-30, 30)
        new.append(np.rint(np.minimum(np.maximum(image, 0), 255)).astype(np.uint8))
    return np.array(new)


training_images, training_labels = [], []
for copy in range(9):
    training_images.extend(augment(training[0], 50 + copy))
    training_labels.extend(training[1])
training_images, training_labels = np.array(training_images), np.array(training_labels)


# %% question="q6"
def unfreeze_block(model, block, rate):
    for layer in model.layers[0].layers:
        if layer.name.startswith(block):
            layer.trainable = True
    return compile_for(model, rate)


vgg16_block5 = unfreeze_block(with_head(keras.models.clone_model(vgg), len(HEAP)), block="block5", rate=1e-5)


# %% question="q8"
def best_epoch(history):
    best = 0
    for epoch, loss in enumerate(history["val_loss"]):
        if loss < history["val_loss"][best]:
            best = epoch
    return best + 1


def accuracy_gap(history):
    pairs = list(zip(history["val_loss"], history["accuracy"], history["val_accuracy"], strict=True))
    _, seen, unseen = min(pairs, key=lambda pair: pair[0])
    return seen - unseen


runs = dict(zip("CADB", ["frozen", "from scratch", "random, frozen", "rate too high"], strict=True))
