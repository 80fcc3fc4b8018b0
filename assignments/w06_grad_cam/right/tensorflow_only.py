# /// right
# style = "TensorFlow throughout: tensors come back, a new linear layer gives the scores, tf.image resizes."
# ///

# %% question="q1"
def class_activation_map(model, image, class_index):
    batch = tf.expand_dims(tf.cast(image, tf.float32), 0)
    maps = keras.Model(model.inputs, model.layers[-2].input)([batch])
    return tf.linalg.matvec(maps[0], model.layers[-1].kernel[:, class_index])


# %% question="q2"
def maps_and_scores(model, layer_name):
    twin = keras.models.clone_model(model)
    twin.set_weights(model.get_weights())
    last = twin.layers[-1]
    linear = keras.layers.Dense(last.units)
    scores = linear(last.input)
    linear.set_weights(last.get_weights())
    return keras.Model(twin.inputs, (twin.get_layer(layer_name).output, scores))


# %% question="q3"
def maps_and_gradient(model, image, layer_name, class_index):
    batch = tf.expand_dims(tf.cast(image, tf.float32), 0)
    net = maps_and_scores(model, layer_name)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(batch)
        maps, scores = net([batch])
    picked = tf.one_hot([class_index], scores.shape[-1])
    return tf.squeeze(maps, 0), tf.squeeze(tape.gradient(scores, maps, output_gradients=picked), 0)


def channel_weights(gradient):
    return tf.reduce_mean(gradient, axis=[0, 1])


def grad_cam(model, image, layer_name, class_index):
    maps, gradient = maps_and_gradient(model, image, layer_name, class_index)
    return tf.nn.relu(tf.einsum("ijk,k->ij", maps, channel_weights(gradient)))


# %% question="q4"
def normalised(heat_map):
    return tf.math.divide_no_nan(tf.cast(heat_map, tf.float32), tf.cast(tf.reduce_max(heat_map), tf.float32))


def resized(heat_map, height, width):
    return tf.image.resize(tf.cast(heat_map, tf.float32)[:, :, None], [height, width])[:, :, 0]


def overlay(image, heat_map, opacity=0.7, colour=(255, 0, 255)):
    image = tf.cast(image, tf.float32)
    cover = opacity * resized(normalised(heat_map), image.shape[0], image.shape[1])[..., None]
    blend = image + cover * (tf.cast(colour, tf.float32) - image)
    return tf.cast(tf.round(blend), tf.uint8)


# %% question="q5"
def occlusion_map(model, image, class_index, size, stride, fill=0.5):
    image = tf.cast(image, tf.float32)
    height, width = image.shape[:2]
    whole = model(image[None])[0, class_index]
    drops = []
    for top in range(0, height - size + 1, stride):
        square_rows = (tf.range(height) >= top) & (tf.range(height) < top + size)
        line = []
        for left in range(0, width - size + 1, stride):
            square_columns = (tf.range(width) >= left) & (tf.range(width) < left + size)
            inside = (square_rows[:, None] & square_columns[None])[..., None]
            line.append(whole - model(tf.where(inside, fill, image)[None])[0, class_index])
        drops.append(tf.stack(line))
    return tf.stack(drops)


# %% question="q6"
def rank_correlation(map_a, map_b):
    a, b = np.ravel(map_a), np.ravel(map_b)
    if len(np.unique(a)) == 1 or len(np.unique(b)) == 1:
        return tf.constant(0.0)
    return tf.constant(scipy.stats.spearmanr(a, b).statistic)


def randomised(model, layer_names, seed):
    twin = keras.models.clone_model(model)
    twin.set_weights(model.get_weights())
    for number, name in enumerate(layer_names):
        for place, variable in enumerate(twin.get_layer(name).weights):
            order = tf.random.experimental.stateless_shuffle(
                tf.range(tf.size(variable)), seed=(seed, 100 * number + place)
            )
            variable.assign(tf.reshape(tf.gather(tf.reshape(variable, [-1]), order), variable.shape))
    return twin


def map_correlation(model, image, layer_name, class_index, randomise, seed):
    nets = model, randomised(model, randomise, seed)
    return rank_correlation(*(grad_cam(net, image, layer_name, class_index) for net in nets))


# %% question="q7"
def mass_on_object(heat_map, mask):
    mass = resized(heat_map, *mask.shape)
    return tf.math.divide_no_nan(tf.reduce_sum(mass[mask]), tf.reduce_sum(mass))


def object_mass(models, images, masks, labels, layer_name):
    found = {}
    for name in models:
        fractions = [
            mass_on_object(grad_cam(models[name], images[n], layer_name, labels[n]), masks[n])
            for n in range(len(images))
        ]
        found[name] = tf.reduce_mean(fractions)
    return found


def on_new_backgrounds(images, masks, backgrounds):
    return tf.where(tf.constant(masks)[..., None], images, backgrounds)


def accuracy(model, images, labels):
    return tf.reduce_mean(tf.cast(tf.argmax(model(images), 1) == labels, tf.float32))


looks_at = {"C": "background", "B": "object", "A": "tag"}
