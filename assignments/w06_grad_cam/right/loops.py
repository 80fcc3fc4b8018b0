# /// right
# style = "Plain loops over channels, pixels and squares; bilinear interpolation and ranks by hand."
# ///

# %% question="q1"
def class_activation_map(model, image, class_index):
    before_pooling = keras.Model(model.inputs[0], model.layers[-2].input)
    maps = before_pooling(np.expand_dims(image, 0)).numpy()[0]
    kernel = model.layers[-1].get_weights()[0]
    heat_map = np.zeros(maps.shape[:2])
    for k in range(maps.shape[2]):
        heat_map += kernel[k, class_index] * maps[:, :, k]
    return heat_map


# %% question="q2"
def maps_and_scores(model, layer_name):
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    for layer in copy.layers:
        if layer.name == layer_name:
            maps = layer.output
    last = copy.layers[-1]
    scores = keras.ops.matmul(last.input, last.kernel) + last.bias
    return keras.Model(copy.inputs[0], [maps, scores])


# %% question="q3"
def maps_and_gradient(model, image, layer_name, class_index):
    batch = tf.convert_to_tensor(np.expand_dims(image, 0).astype("float32"))
    net = maps_and_scores(model, layer_name)
    with tf.GradientTape() as tape:
        tape.watch(batch)
        maps, scores = net(batch)
        score = scores[:, class_index]
    gradient = tape.gradient(score, maps)
    return np.array(maps)[0], np.array(gradient)[0]


def channel_weights(gradient):
    rows, columns, channels = gradient.shape
    alpha = []
    for k in range(channels):
        total = 0.0
        for i in range(rows):
            for j in range(columns):
                total += gradient[i, j, k]
        alpha.append(total / (rows * columns))
    return alpha


def grad_cam(model, image, layer_name, class_index):
    maps, gradient = maps_and_gradient(model, image, layer_name, class_index)
    heat_map = np.zeros(maps.shape[:2])
    for k in range(maps.shape[2]):
        heat_map += gradient[:, :, k].mean() * maps[:, :, k]
    heat_map[heat_map < 0] = 0
    return heat_map


# %% question="q4"
def normalised(heat_map):
    heat_map = np.array(heat_map, dtype=float)
    if heat_map.max() == 0:
        return heat_map
    return heat_map / heat_map.max()


def resized(heat_map, height, width):
    heat_map = np.asarray(heat_map, dtype=float)
    rows, columns = heat_map.shape
    large = np.zeros((height, width))
    for i in range(height):
        y = min(max((i + 0.5) * rows / height - 0.5, 0), rows - 1)
        above, below = int(y), min(int(y) + 1, rows - 1)
        for j in range(width):
            x = min(max((j + 0.5) * columns / width - 0.5, 0), columns - 1)
            left, right = int(x), min(int(x) + 1, columns - 1)
            upper = heat_map[above, left] * (1 - x + left) + heat_map[above, right] * (x - left)
            lower = heat_map[below, left] * (1 - x + left) + heat_map[below, right] * (x - left)
            large[i, j] = upper * (1 - y + above) + lower * (y - above)
    return large


def overlay(image, heat_map, opacity=0.7, colour=(255, 0, 255)):
    height, width, _ = image.shape
    heat = resized(normalised(heat_map), height, width)
    blend = np.zeros(image.shape)
    for channel in range(3):
        cover = opacity * heat
        blend[:, :, channel] = (1 - cover) * image[:, :, channel] + cover * colour[channel]
    return (blend + 0.5).astype("uint8")


# %% question="q5"
def occlusion_map(model, image, class_index, size, stride, fill=0.5):
    rows = (image.shape[0] - size) // stride + 1
    columns = (image.shape[1] - size) // stride + 1
    whole = float(model(np.array([image]))[0][class_index])
    drop = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            covered = image.copy()
            for channel in range(image.shape[2]):
                covered[i * stride : i * stride + size, j * stride : j * stride + size, channel] = fill
            drop[i, j] = whole - float(model(np.array([covered]))[0][class_index])
    return drop


# %% question="q6"
def ranks(values):
    return np.array([(values < value).sum() + ((values == value).sum() + 1) / 2 for value in values])


def rank_correlation(map_a, map_b):
    a, b = ranks(np.ravel(map_a)), ranks(np.ravel(map_b))
    a, b = a - a.mean(), b - b.mean()
    lengths = np.sqrt((a**2).sum() * (b**2).sum())
    return float((a * b).sum() / lengths) if lengths > 0 else 0


def randomised(model, layer_names, seed):
    copy = model.__class__.from_config(model.get_config())
    copy.set_weights(model.get_weights())
    random = np.random.RandomState(seed)
    for layer in copy.layers:
        if layer.name in layer_names:
            shuffled = []
            for weights in layer.get_weights():
                flat = weights.flatten()
                random.shuffle(flat)
                shuffled.append(flat.reshape(weights.shape))
            layer.set_weights(shuffled)
    return copy


def map_correlation(model, image, layer_name, class_index, randomise, seed):
    before = grad_cam(model, image, layer_name, class_index)
    other = randomised(model, randomise, seed)
    after = grad_cam(other, image, layer_name, class_index)
    return rank_correlation(before, after)


# %% question="q7"
def mass_on_object(heat_map, mask):
    heat = resized(heat_map, mask.shape[0], mask.shape[1])
    on_object, everywhere = 0.0, 0.0
    for value, inside in zip(heat.flat, mask.flat, strict=True):
        everywhere += value
        if inside:
            on_object += value
    return on_object / everywhere if everywhere > 0 else 0.0


def object_mass(models, images, masks, labels, layer_name):
    masses = {}
    for name, model in models.items():
        total = 0
        for n in range(len(images)):
            heat_map = np.maximum(class_activation_map(model, images[n], labels[n]), 0)
            total += mass_on_object(heat_map, masks[n])
        masses[name] = total / len(images)
    return masses


def on_new_backgrounds(images, masks, backgrounds):
    composed = []
    for n in range(len(images)):
        picture = backgrounds[n].copy()
        picture[masks[n]] = images[n][masks[n]]
        composed.append(picture)
    return np.array(composed)


def accuracy(model, images, labels):
    right = 0
    for image, label in zip(images, labels, strict=True):
        right += int(np.argmax(model(np.array([image]))[0]) == label)
    return right / len(images)


looks_at = {}
looks_at["A"] = "tag"
looks_at["B"] = "object"
looks_at["C"] = "background"
