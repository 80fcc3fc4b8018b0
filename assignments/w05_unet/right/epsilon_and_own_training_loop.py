# /// right
# style = "IoU with a small number above and below, arrays only; cut out first; its own training loop."
# ///

# %% question="q1"
def iou(truth, prediction):
    truth, prediction = truth.astype(bool), prediction.astype(bool)
    common, either = (truth & prediction).sum(axis=(1, 2)), (truth | prediction).sum(axis=(1, 2))
    return (common + 1e-7) / (either + 1e-7)


def boundary(masks, width=1):
    edges = np.zeros(masks.shape, dtype=bool)
    for index, mask in enumerate(masks.astype(bool)):
        edges[index] = mask & ~scipy.ndimage.binary_erosion(mask, iterations=width)
    return edges


def boundary_iou(truth, prediction, width=1):
    return iou(boundary(truth, width), boundary(prediction, width))


# %% question="q5"
def rotate(image, mask, angle):
    options = {"angle": angle, "reshape": False, "mode": "mirror"}
    return scipy.ndimage.rotate(image, order=1, **options), scipy.ndimage.rotate(mask, order=0, **options)


def augment(image, mask, size, max_angle, seed):
    generator = np.random.default_rng(seed)
    height, width = image.shape[:2]
    top, left = generator.integers([height - size + 1, width - size + 1])
    image, mask = (array[top : top + size, left : left + size] for array in (image, mask))
    image, mask = rotate(image, mask, generator.uniform(-max_angle, max_angle))
    return (image, mask) if generator.integers(2) else (image[:, ::-1], mask[:, ::-1])


# %% question="q6"
def train(model, images, masks, loss, epochs=1, batch_size=16, learning_rate=0.003):
    adam, function, curve = keras.optimizers.Adam(learning_rate), keras.losses.get(loss), []

    @tf.function
    def step(image, mask):
        with tf.GradientTape() as tape:
            value = tf.reduce_mean(function(mask, model(image, training=True)))
        adam.apply(tape.gradient(value, model.trainable_variables), model.trainable_variables)
        return value

    adam.build(model.trainable_variables)
    for _ in range(epochs):
        order = np.random.permutation(len(images))
        batches = [order[start : start + batch_size] for start in range(0, len(order), batch_size)]
        curve.append(np.mean([step(images[batch], masks[batch]) for batch in batches]))
    return curve


def predict_masks(model, images):
    return np.array(model(images))[..., 0] > 0.5
