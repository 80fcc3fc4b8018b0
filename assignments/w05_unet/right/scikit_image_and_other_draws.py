# /// right
# style = "skimage instead of scipy, the augmentation's steps in another order, tf.data."
# ///

# %% question="q1"
def iou(truth, prediction):
    truth = np.asarray(truth).reshape(len(truth), -1).astype(float)
    prediction = np.asarray(prediction).reshape(len(prediction), -1).astype(float)
    intersection = np.minimum(truth, prediction).sum(axis=1)
    union = np.maximum(truth, prediction).sum(axis=1)
    with np.errstate(invalid="ignore"):
        return np.nan_to_num(intersection / union, nan=1.0).astype("float32")


def boundary(masks, width=1):
    def edge(mask):
        distance = scipy.ndimage.distance_transform_cdt(np.pad(mask, 1), metric="taxicab")[1:-1, 1:-1]
        return (distance > 0) & (distance <= width)

    return np.array([edge(mask) for mask in np.asarray(masks, dtype=bool)])


def boundary_iou(truth, prediction, width=1):
    return iou(boundary(truth, width), boundary(prediction, width))


# %% question="q5"
def rotate(image, mask, angle):
    image = skimage.transform.rotate(image, angle, order=1, mode="reflect", preserve_range=True)
    mask = skimage.transform.rotate(np.asarray(mask, dtype="float64"), angle, order=0, mode="reflect")
    return image, np.rint(mask).astype("uint8")


def augment(image, mask, size, max_angle, seed):
    draws = np.random.RandomState(seed)
    angle = (2 * draws.rand() - 1) * max_angle
    image, mask = rotate(image, mask, angle)
    top = draws.randint(image.shape[0] - size + 1)
    left = draws.randint(image.shape[1] - size + 1)
    window = np.s_[top : top + size, left : left + size]
    image, mask = image[window], mask[window]
    if draws.choice([True, False]):
        image, mask = np.fliplr(image), np.fliplr(mask)
    return image, mask


# %% question="q6"
def train(model, images, masks, loss, epochs=1, batch_size=16, learning_rate=0.003):
    pictures = (
        tf.data.Dataset.from_tensor_slices((images, masks)).shuffle(len(images), seed=1).batch(batch_size)
    )
    model.compile(optimizer=keras.optimizers.Adam(learning_rate), loss=loss)
    return np.array(model.fit(pictures, epochs=epochs, verbose=0).history["loss"])


def predict_masks(model, images):
    return np.concatenate(
        [np.asarray(model(images[start : start + 8]))[..., 0] > 0.5 for start in range(0, len(images), 8)]
    )
