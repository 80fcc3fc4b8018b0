# /// right
# style = "A subclassed model with two outputs; float64, einsum, skimage, SciPy; predict for call."
# ///

# %% question="q1"
def class_activation_map(model, image, class_index):
    to_maps = keras.Sequential([keras.Model(model.inputs[0], model.layers[-2].input)])
    maps = to_maps.predict(np.asarray(image)[None], verbose=0)[0].astype(np.float64)
    weights = np.asarray(model.layers[-1].kernel, dtype=np.float64)[:, class_index]
    return np.einsum("ijk,k->ij", maps, weights)


# %% question="q2"
class MapsAndScores(keras.Model):
    def __init__(self, model, layer_name):
        super().__init__()
        copy = keras.models.clone_model(model)
        copy.set_weights(model.get_weights())
        inner = [copy.get_layer(layer_name).output, copy.layers[-1].input]
        self.trunk = keras.Model(copy.inputs[0], inner)
        self.kernel_of_last, self.bias_of_last = model.layers[-1].get_weights()

    def call(self, images):
        maps, entering = self.trunk(images)
        return maps, tf.matmul(entering, self.kernel_of_last) + self.bias_of_last


def maps_and_scores(model, layer_name):
    return MapsAndScores(model, layer_name)


# %% question="q3"
def maps_and_gradient(model, image, layer_name, class_index):
    images = tf.Variable(np.asarray(image, dtype=np.float32)[None])
    with tf.GradientTape() as tape:
        maps, scores = maps_and_scores(model, layer_name)(images)
        total = tf.reduce_sum(scores[:, class_index])
    return maps.numpy()[0].astype(np.float64), tape.gradient(total, maps).numpy()[0].astype(np.float64)


def channel_weights(gradient):
    return np.asarray(gradient).reshape(-1, np.shape(gradient)[-1]).sum(axis=0) / gradient[..., 0].size


def grad_cam(model, image, layer_name, class_index):
    maps, gradient = maps_and_gradient(model, image, layer_name, class_index)
    return np.einsum("ijk,k->ij", maps, channel_weights(gradient)).clip(min=0)


# %% question="q4"
def normalised(heat_map):
    heat_map = np.asarray(heat_map, dtype=np.float64)
    return np.nan_to_num(heat_map / heat_map.max()) if heat_map.any() else np.zeros(heat_map.shape)


def resized(heat_map, height, width):
    from skimage.transform import resize

    return resize(
        np.asarray(heat_map, np.float64), (height, width), order=1, mode="edge", anti_aliasing=False
    )


def overlay(image, heat_map, opacity=0.7, colour=(255, 0, 255)):
    heat = np.dstack([resized(normalised(heat_map), image.shape[0], image.shape[1])] * 3)
    blend = image + opacity * heat * (np.asarray(colour, dtype=np.float64) - image)
    return np.uint8(np.round(blend))


# %% question="q5"
def occlusion_map(model, image, class_index, size, stride, fill=0.5):
    rows = np.arange(0, image.shape[0] - size + 1, stride)
    columns = np.arange(0, image.shape[1] - size + 1, stride)
    batch = np.repeat(np.asarray(image, dtype=np.float64)[None], len(rows) * len(columns), axis=0)
    for n, (row, column) in enumerate((row, column) for row in rows for column in columns):
        batch[n, row : row + size, column : column + size] = fill
    outputs = model.predict(np.concatenate([np.asarray(image)[None], batch]), verbose=0)
    return np.reshape(outputs[0, class_index] - outputs[1:, class_index], (len(rows), len(columns)))


# %% question="q6"
def rank_correlation(map_a, map_b):
    if np.all(map_a == np.min(map_a)) or np.all(map_b == np.min(map_b)):
        return 0
    return scipy.stats.spearmanr(map_a, map_b, axis=None)[0]


def randomised(model, layer_names, seed):
    copy = keras.models.model_from_json(model.to_json())
    copy.set_weights(model.get_weights())
    keras.utils.set_random_seed(seed)
    for name in layer_names:
        layer = copy.get_layer(name)
        layer.set_weights(
            [np.random.permutation(array.ravel()).reshape(array.shape) for array in layer.get_weights()]
        )
    return copy


def map_correlation(model, image, layer_name, class_index, randomise, seed):
    shuffled = randomised(model, randomise, seed)
    return rank_correlation(
        grad_cam(shuffled, image, layer_name, class_index), grad_cam(model, image, layer_name, class_index)
    )


# %% question="q7"
def mass_on_object(heat_map, mask):
    large = resized(heat_map, *mask.shape)
    return np.average(mask, weights=large) if large.any() else 0.0


def object_mass(models, images, masks, labels, layer_name):
    def mass(model, n):
        return mass_on_object(grad_cam(model, images[n], layer_name, int(labels[n])), masks[n])

    return {
        name: sum(mass(model, n) for n in range(len(labels))) / len(labels) for name, model in models.items()
    }


def on_new_backgrounds(images, masks, backgrounds):
    inside = masks[..., None].astype(np.float64)
    return inside * images + (1 - inside) * backgrounds


def accuracy(model, images, labels):
    return float((model.predict(np.asarray(images), verbose=0).argmax(-1) == labels).sum() / len(labels))


looks_at = {"A": "tag", "C": "background"} | {"B": "object"}
