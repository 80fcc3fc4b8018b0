# /// right
# style = "Loops over pictures and pixels, TensorFlow instead of keras.ops, a network in one piece, float64."
# ///

# %% question="q1"
def iou(truth, prediction):
    scores = []
    for one, other in zip(truth, prediction, strict=True):
        common = either = 0
        for t, p in zip(np.ravel(one), np.ravel(other), strict=True):
            common += bool(t) and bool(p)
            either += bool(t) or bool(p)
        scores.append(common / either if either else 1.0)
    return scores


def boundary(masks, width=1):
    edges = []
    for mask in np.asarray(masks) > 0:
        inner = np.pad(mask, 1)
        for _ in range(width):
            middle = inner[1:-1, 1:-1]
            kept = middle & inner[:-2, 1:-1] & inner[2:, 1:-1] & inner[1:-1, :-2] & inner[1:-1, 2:]
            inner = np.pad(kept, 1)
        edges.append(mask & ~inner[1:-1, 1:-1])
    return np.stack(edges)


def boundary_iou(truth, prediction, width=1):
    return iou(boundary(truth, width), boundary(prediction, width))


# %% question="q2"
def dice_loss(y_true, y_pred, smooth=1.0):
    t = tf.reshape(tf.cast(y_true, tf.float64), (tf.shape(y_true)[0], -1))
    p = tf.reshape(tf.cast(y_pred, tf.float64), (tf.shape(y_pred)[0], -1))
    above = 2 * tf.einsum("bi,bi->b", t, p) + smooth
    below = tf.reduce_sum(t + p, axis=1) + smooth
    return 1 - above / below


# %% question="q4"
def unet(input_shape, filters=8, depth=3, skips=True):
    def twice(x, count):
        for _ in range(2):
            x = layers.Conv2D(count, (3, 3), padding="same")(x)
            x = layers.ReLU()(x)
        return x

    start = keras.Input(input_shape, name="picture")
    ways, x, count = [], start, filters
    while len(ways) < depth:
        x = twice(x, count)
        ways.append(x)
        x = layers.MaxPool2D((2, 2))(x)
        count *= 2
    x = twice(x, count)
    while ways:
        count //= 2
        detail = ways.pop()
        x = layers.Conv2DTranspose(count, (2, 2), strides=(2, 2), padding="same")(x)
        x = twice(layers.concatenate([detail, x], axis=-1) if skips else x, count)
    x = layers.Conv2D(1, (1, 1))(x)
    return keras.Model(start, layers.Activation("sigmoid")(x), name="u_net")


# %% question="q6"
def train(model, images, masks, loss, epochs=1, batch_size=16, learning_rate=0.003):
    model.compile(keras.optimizers.Adam(learning_rate=learning_rate), loss)
    losses = []
    for _ in range(epochs):
        losses += model.fit(images, masks, batch_size, verbose=0).history["loss"]
    return losses


def predict_masks(model, images):
    return np.squeeze(np.greater(model(images), 0.5), axis=-1)
