# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Week 6: Grad-CAM, or why does the net say *horse*?
#
# A customer has an album of horses and cars and is offered three detectors. All three are right on every
# picture of the album, and nearly always sure of it. Only one of them looks at the horse. You will write the
# tools that show *where* in an image a net finds its evidence, and then say which detector to buy.

# %%
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # the same numbers here as in the grader

import keras
import numpy as np
import scipy.stats
import tensorflow as tf
from IPython.display import Image, display
from matplotlib import pyplot as plt
from w06_helpers import answered, picture_of, show, show_map
from w06_scenes import CLASSES, album, empty, tag_masks

plt.rcParams["figure.dpi"] = 80

# %%
display(Image("figures/opening.png"))

# %% [markdown]
# **How this works.** Replace each `...` or `raise NotImplementedError(…)` by your answer and run the check
# below it. It runs the public tests; hidden ones, with nets and images you have not seen, run after you hand
# in. Under every check is a picture of what your answer does. Look at it: most mistakes can be seen.
#
# Here are the album and the three detectors. They are small: four convolutions, global average pooling, one
# dense layer. `detectors/README.md` has what there is to know about them, except what they were trained on.

# %%
pictures = album(60, seed=2027)
detectors = {name: keras.saving.load_model(f"detectors/{name}.keras") for name in "ABC"}
detectors["A"].summary()

# %%
figure, axes = plt.subplots(1, 6, figsize=(13, 2.3))
for axis, image, label in zip(axes, pictures.images, pictures.labels, strict=False):
    show(axis, image, CLASSES[label])
for name, detector in detectors.items():
    right = detector(pictures.images).numpy().argmax(axis=1) == pictures.labels
    print(f"Detector {name}: {right.sum()} of {len(right)} pictures of the album right")

# %% [markdown]
# ## 1. Class activation maps
#
# Let $A^k_{ij}$ be channel $k$ of the last convolutional layer, at row $i$ and column $j$ of $H' \times W'$
# positions. In our detectors *global average pooling* takes the mean of each channel, and a dense layer with
# weights $w^c_k$ and bias $b^c$ makes of these means a *score* $y^c$ for each class $c$:
#
# $$y^c = b^c + \sum_k w^c_k\, \frac{1}{H'W'} \sum_{i,j} A^k_{ij}
# = b^c + \frac{1}{H'W'} \sum_{i,j} M^c_{ij}, \qquad M^c_{ij} = \sum_k w^c_k A^k_{ij}$$
#
# $M^c$ is the **class activation map** (CAM; B. Zhou et al., *Learning Deep Features for Discriminative
# Localization*, 2016). It is the score, spread out over the image: its mean, plus the bias, *is* the score.
# Where it is positive, the net found something that speaks for class $c$; where it is negative, against it.
#
# A part of a net is a net: `keras.Model(model.inputs[0], tensor)` computes any `tensor` inside `model`, such
# as `layer.input` or `layer.output`. Nets take batches: one image of shape (H, W, C) is a batch of shape (1,
# H, W, C).


# %% question="q1"
def class_activation_map(model, image, class_index):
    """The class activation map of one image. It is neither cut off at 0 nor normalised.

    Arguments:
        model: Keras model whose last two layers are GlobalAveragePooling2D and Dense. The feature maps A are
            what enters the pooling, whatever layer they come from.
        image: array of floats, shape (H, W, C), without a batch axis. Not always square.
        class_index: the class c, from 0.

    Returns:
        array of floats of shape (H', W'), the height and width of the feature maps.

    Example:
        class_activation_map(detectors["A"], pictures.images[0], 1).shape  is (16, 20)
    """
    # BEGIN SOLUTION
    pooling, dense = model.layers[-2:]
    feature_maps = keras.Model(model.inputs[0], pooling.input)(np.array([image]))
    return np.array(feature_maps)[0] @ dense.get_weights()[0][:, class_index]
    # END SOLUTION


# %% check="q1"

# %% [markdown]
# One horse, three detectors, three classes. Red speaks for the class, blue against it, in the same scale for
# a whole row. The numbers are mean of your map + bias; a title is red where they don't give the score. (In
# these detectors the scores have the mean 0, so the logarithms of the probabilities tell what they are.)

# %%
horse = pictures.images[16]

with picture_of("q1"):
    figure, axes = plt.subplots(3, 4, figsize=(10, 6.6), layout="constrained")
    for row, (name, detector) in zip(axes, detectors.items(), strict=True):
        maps = [np.array(class_activation_map(detector, horse, c)) for c in range(3)]
        biases, probabilities = detector.layers[-1].bias.numpy(), detector(horse[np.newaxis]).numpy()[0]
        true_scores = np.log(probabilities) - np.log(probabilities).mean()
        show(row[0], horse, f"detector {name}: horse {probabilities[1]:.0%}")
        for c, (axis, heat_map) in enumerate(zip(row[1:], maps, strict=True)):
            show_map(axis, heat_map, limit=np.abs(maps).max())
            score = heat_map.mean() + biases[c]
            agrees = np.isclose(score, true_scores[c], atol=0.01)
            text = f"{CLASSES[c]}: {heat_map.mean():.1f} {biases[c]:+.1f} = {score:.1f}"
            axis.set_title(text, fontsize=10, color="black" if agrees else "red")

# %% [markdown]
# ## 2. Maps and scores
#
# CAM needs a net that ends in exactly this way. Grad-CAM, in the next question, works for any net and any
# convolutional layer. It asks for the *gradient* of a class with respect to the layer's output. But of which
# number: the score $y^c$, or the probability $p^c$ that softmax makes of it? For softmax
#
# $$\frac{\partial p^c}{\partial y^c} = p^c\,(1 - p^c)$$
#
# and that is nearly 0 when the net is sure. In single precision it soon *is* 0:

# %%
for factor in (1, 4, 16, 64):
    scores = factor * np.array([0, 2, -1], dtype=np.float32)
    p = np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum()
    print(f"score {scores[1]:5.0f}: p = {p[1]:.6f}, derivative of p = {p[1] * (1 - p[1]):.2g}")

# %% [markdown]
# The surer the net, the less it would have to say. So Grad-CAM takes the **score**: the number *before* the
# last layer's activation. Most nets don't give it away; the last layer does, $\mathbf{y} = \mathbf{x} W +
# \mathbf{b}$, where $\mathbf{x}$ is what enters it.
#
# Build a net with two outputs, `keras.Model(model.inputs[0], [tensor, tensor])`, on a *copy*:
# `keras.models.clone_model` gives one without the weights, `set_weights` brings them over. There are two
# reasons. Take the activation off the model's own last layer, and whoever lent you the model gets scores for
# probabilities from then on. And Keras remembers every graph that a layer was ever part of. In a Sequential
# model that was read from a file, as our detectors were, `layer.output` and `model.outputs[0]` belong to
# *different* graphs: each has the right numbers, but the gradient between them is `None`. A copy has one
# graph only.


# %% question="q2"
def maps_and_scores(model, layer_name):
    """A net with two outputs: the feature maps of one layer, and the scores before the last activation.

    Arguments:
        model: Keras model, Sequential or functional (also with branches and skips), with one input. Its last
            layer is Dense, with bias; that layer's activation is softmax, sigmoid or none. The model is not
            changed.
        layer_name: name of one of the model's layers, with output of shape (batch, H', W', K).

    Returns:
        a Keras model. Called with a batch of images, shape (N, H, W, C), it gives two tensors:
            the layer's output, shape (N, H', W', K),
            and the scores, shape (N, number of classes).

    Example:
        maps, scores = maps_and_scores(detectors["A"], "conv3")(pictures.images[:5])
        maps.shape, scores.shape  are (5, 16, 20, 24) and (5, 3)
    """
    # BEGIN SOLUTION
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    copy.layers[-1].activation = keras.activations.linear
    return keras.Model(copy.inputs[0], [copy.get_layer(layer_name).output, copy.outputs[0]])
    # END SOLUTION


# %% check="q2"

# %% [markdown]
# If the scores are right, softmax makes of them exactly what the detector answers: all points on the line.
# The lower row has the difference of the two largest scores. A score has no upper limit; a probability ends
# at 1.

# %%
with picture_of("q2"):
    figure, axes = plt.subplots(2, 3, figsize=(10, 5), layout="constrained")
    for column, (name, detector) in zip(axes.T, detectors.items(), strict=True):
        _, scores = maps_and_scores(detector, "conv4")(pictures.images)
        probabilities = detector(pictures.images).numpy()
        column[0].plot([0, 1], [0, 1], color="lightgray")
        column[0].plot(probabilities.ravel(), keras.ops.softmax(scores).numpy().ravel(), ".")
        column[0].set(title=f"detector {name}", xlabel="its answer", ylabel="softmax of your scores")
        ordered = np.sort(np.array(scores), axis=1)
        column[1].hist(ordered[:, -1] - ordered[:, -2], bins=np.arange(0, 31, 1.5))
        column[1].set(xlabel="largest score − second largest", ylabel="pictures")

# %% [markdown]
# ## 3. Grad-CAM
#
# How intensely the image activated the channels, times how important each channel is with regard to that
# class: so C. Parlett-Pelleriti's lecture puts it. Grad-CAM (R. Selvaraju et al., *Grad-CAM: Visual
# Explanations from Deep Networks via Gradient-based Localization*, 2017) makes these words a formula:
#
# $$\alpha^c_k = \frac{1}{H'W'} \sum_{i,j} \frac{\partial y^c}{\partial A^k_{ij}}, \qquad
# L^c_{ij} = \max\Big(0,\; \sum_k \alpha^c_k A^k_{ij}\Big)$$
#
# The importance of a channel is the *mean over all positions* of the score's gradient with respect to that
# channel. The maximum with 0 (ReLU) keeps what speaks *for* the class. What does $\alpha^c_k$ come to when
# the layer is followed by global average pooling and a dense layer? Do the derivative on paper: you can
# check your function with it.
#
# In TensorFlow, a *tape* records a computation and gives its gradients (`tf.GradientTape`; the Keras example
# "Grad-CAM class activation visualization" shows how). By itself a tape only records what comes from
# *trainable* weights. `tape.watch(x)` makes it record all that comes from `x`, such as the images, also in
# front of the first layer with weights.
#
# Build on `maps_and_scores`. If you skipped it: for functional nets without activation in the last layer,
# `keras.Model(model.inputs[0], [layer.output, model.outputs[0]])` does the same, and some tests use such
# nets.


# %% question="q3"
def maps_and_gradient(model, image, layer_name, class_index):
    """The feature maps of a layer, and the gradient of a class's score with respect to them.

    Arguments:
        model, layer_name: as for `maps_and_scores`. The layer may stand before the first one with weights.
        image: array of floats, shape (H, W, C), without a batch axis. Not always square.
        class_index: the class c, from 0.

    Returns:
        two arrays of floats, both of shape (H', W', K): the maps A and the gradient of the score by each
        entry of A.
    """
    # BEGIN SOLUTION
    images = tf.constant([image], dtype=tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(images)
        maps, scores = maps_and_scores(model, layer_name)(images)
        score = scores[0, class_index]
    return maps[0].numpy(), tape.gradient(score, maps)[0].numpy()
    # END SOLUTION


def channel_weights(gradient):
    """How important each channel is: α of the formula above.

    Arguments:
        gradient: array of shape (H', W', K).

    Returns:
        array of shape (K,), one number for each channel; they may be negative.
    """
    # BEGIN SOLUTION
    return np.mean(gradient, axis=(0, 1))
    # END SOLUTION


def grad_cam(model, image, layer_name, class_index):
    """The Grad-CAM heat map L of the formula above, not normalised.

    Arguments:
        as for `maps_and_gradient`.

    Returns:
        array of floats of shape (H', W'), the height and width of the layer's output; never negative.

    Example:
        grad_cam(detectors["A"], pictures.images[0], "conv2", 1).shape  is (32, 40)
    """
    # BEGIN SOLUTION
    maps, gradient = maps_and_gradient(model, image, layer_name, class_index)
    return np.maximum(maps @ channel_weights(gradient), 0)
    # END SOLUTION


# %% check="q3"

# %% [markdown]
# For the last convolution of our detectors, Grad-CAM must be the red part of CAM, divided by $H'W' = 320$.
# The last column is the difference: it should be white.

# %%
with picture_of("q1 and q3"):
    figure, axes = plt.subplots(3, 4, figsize=(10, 6.6), layout="constrained")
    for row, (name, detector) in zip(axes, detectors.items(), strict=True):
        cam = np.array(class_activation_map(detector, horse, 1))
        heat_map = np.array(grad_cam(detector, horse, "conv4", 1))
        limit = np.abs(cam).max() / 320
        show(row[0], horse, f"detector {name}")
        show_map(row[1], cam / 320, "CAM / 320", limit)
        show_map(row[2], heat_map, "Grad-CAM", limit)
        show_map(row[3], heat_map - np.maximum(cam, 0) / 320, "difference", limit)

# %% [markdown]
# Any layer will do, but not every layer says as much. What is gained and what is lost from left to right?

# %%
with picture_of("q3"):
    figure, axes = plt.subplots(3, 5, figsize=(12, 6.4), layout="constrained")
    for row, (name, detector) in zip(axes, detectors.items(), strict=True):
        show(row[0], horse, f"detector {name}")
        for axis, layer_name in zip(row[1:], ("conv1", "conv2", "conv3", "conv4"), strict=True):
            heat_map = grad_cam(detector, horse, layer_name, 1)
            show_map(axis, heat_map, f"{layer_name}: {np.shape(heat_map)[0]}×{np.shape(heat_map)[1]}")

# %% [markdown]
# ## 4. On the image
#
# A heat map of 16×20 says little beside a photograph of 64×80; it should lie on it. Three steps:
#
# 1. **Normalise** to values from 0 to 1: divide by the largest value. But a class may have found *nothing*:
#    all weighted sums negative, all of the map 0. Then 0/0 would fill the picture with NaN; the answer is 0
#    everywhere.
# 2. **Resize** to the image's height and width, bilinearly, as `keras.ops.image.resize` does by default.
# 3. **Blend**: with $m$ the map after step 2, from 0 to 1, the heat colour covers the image with the opacity
#    $\tau = \text{opacity} \cdot m$ at each pixel: $(1 - \tau) \cdot \text{image} + \tau \cdot
#    \text{colour}$. Where the map is 0, the image stays as it is.


# %% question="q4"
def normalised(heat_map):
    """A heat map divided by its largest value; a map of zeros stays one.

    Arguments:
        heat_map: array of shape (h, w) of numbers that are not negative.

    Returns:
        array of floats of shape (h, w), from 0 to 1.
    """
    # BEGIN SOLUTION
    return np.divide(heat_map, np.max(heat_map) or 1)
    # END SOLUTION


def resized(heat_map, height, width):
    """A heat map enlarged to (height, width), bilinearly as by `keras.ops.image.resize`.

    Arguments:
        heat_map: array of shape (h, w).
        height, width: integers, not smaller than h and w.

    Returns:
        array of floats of shape (height, width).
    """
    # BEGIN SOLUTION
    channels_last = np.array(heat_map, dtype=np.float32)[..., np.newaxis]
    return np.array(keras.ops.image.resize(channels_last, (height, width)))[..., 0]
    # END SOLUTION


def overlay(image, heat_map, opacity=0.7, colour=(255, 0, 255)):
    """A photograph with a heat map on it: steps 1, 2 and 3 above, in this order.

    Arguments:
        image: array of uint8, shape (H, W, 3).
        heat_map: array of shape (h, w) with h <= H and w <= W, of numbers that are not negative.
        opacity: from 0 to 1: how much the colour covers where the map is largest.
        colour: three numbers from 0 to 255.

    Returns:
        array of uint8, shape (H, W, 3): the blend, rounded to the nearest integers.

    Example:
        overlay(np.full((1, 1, 3), 100, np.uint8), [[3.0]], 0.5, (200, 100, 0))  gives [[[150, 100, 50]]]
    """
    # BEGIN SOLUTION
    cover = opacity * resized(normalised(heat_map), *image.shape[:2])[..., np.newaxis]
    return np.rint((1 - cover) * image + cover * np.array(colour)).astype(np.uint8)
    # END SOLUTION


# %% check="q4"

# %% [markdown]
# Pictures of the album with the Grad-CAM of their own class on them, one row for each detector. Don't judge
# by one picture. Do you see a habit? (A picture without any colour is a map of zeros.)

# %%
with picture_of("q3 and q4"):
    figure, axes = plt.subplots(3, 6, figsize=(13, 6), layout="constrained")
    for row, (name, detector) in zip(axes, detectors.items(), strict=True):
        for axis, index in zip(row, (1, 4, 16, 2, 5, 3), strict=True):
            image, label = pictures.images[index], pictures.labels[index]
            heat_map = grad_cam(detector, image, "conv4", label)
            show(axis, overlay((255 * image).astype(np.uint8), heat_map), f"{name}: {CLASSES[label]}")

# %% [markdown]
# ## 5. Occlusion
#
# A check that needs no gradients: cover a part of the image, and look how much the probability of the class
# drops (M. Zeiler, R. Fergus, *Visualizing and Understanding Convolutional Networks*, 2014). In
# Parlett-Pelleriti's lecture, a grey square takes the elephant from $P = 0.95$ to $P = 0.75$: a drop of
# 0.20. Slide the square over the image and write down the drop at each place. One call with a batch of
# all covered images is many times faster than a call for each.


# %% question="q5"
def occlusion_map(model, image, class_index, size, stride, fill=0.5):
    """How much a class loses when a square of the image is covered.

    Arguments:
        model: Keras model; its output for a batch, shape (N, classes), is taken as it is (no softmax is
            added).
        image: array of floats, shape (H, W, C), without a batch axis. It is not changed.
        class_index: the class, from 0.
        size: height and width of the square in pixels, size <= H and size <= W.
        stride: steps between squares in pixels. The square of row i and column j of the map has its upper
            left pixel at (i * stride, j * stride). All squares lie wholly inside the image.
        fill: the value of all channels inside the square.

    Returns:
        array of floats of shape ((H - size) // stride + 1, (W - size) // stride + 1): the model's output for
        the class without the square, minus the one with the square there. Positive where the square hurts.
    """
    # BEGIN SOLUTION
    height, width, _ = image.shape
    tops, lefts = range(0, height - size + 1, stride), range(0, width - size + 1, stride)
    batch = [image]
    for top in tops:
        for left in lefts:
            covered = np.array(image)
            covered[top : top + size, left : left + size] = fill
            batch.append(covered)
    outputs = np.array(model(np.array(batch)))[:, class_index]
    return (outputs[0] - outputs[1:]).reshape(len(tops), len(lefts))
    # END SOLUTION


# %% check="q5"

# %% [markdown]
# Cover the horse with squares of 20×20. Where does the probability of *horse* drop? For one of the detectors
# no single square does much: what may it be looking at, if it cannot be covered?

# %%
with picture_of("q5"):
    figure, axes = plt.subplots(1, 6, figsize=(13, 2.4), layout="constrained")
    for pair, (name, detector) in zip(axes.reshape(3, 2), detectors.items(), strict=True):
        drop = occlusion_map(detector, horse, 1, size=20, stride=8)
        show(pair[0], horse, f"detector {name}")
        show_map(pair[1], drop, f"drop, at most {np.max(drop):.2f}", limit=1)

# %% [markdown]
# ## 6. Does the map depend on the net?
#
# Edges of a horse look like an explanation too, but an edge filter knows nothing of the net. J. Adebayo et
# al. (*Sanity Checks for Saliency Maps*, 2018) found that some popular methods give nearly the same picture
# when the net's weights are replaced by random ones. A map that survives *that* cannot explain what the net
# has learned.
#
# Three functions: the **rank correlation** (Spearman) of two maps, that is the correlation of the *ranks* of
# their values, where equal values share their mean rank; a copy of a net with some layers **randomised**,
# here by shuffling each of their arrays of weights; and the two together.


# %% question="q6"
def rank_correlation(map_a, map_b):
    """Spearman's rank correlation of two maps.

    Arguments:
        map_a, map_b: arrays of the same shape (h, w). Equal values share the mean of their ranks.

    Returns:
        a float from -1 to 1. If one of the maps is constant (all zeros, for example): 0.
    """
    # BEGIN SOLUTION
    if np.ptp(map_a) * np.ptp(map_b) == 0:
        return 0.0
    return np.corrcoef(scipy.stats.rankdata(map_a), scipy.stats.rankdata(map_b))[0, 1]
    # END SOLUTION


def randomised(model, layer_names, seed):
    """A copy of a model in which the weights of some layers are shuffled. The model itself is not changed.

    Arguments:
        model: Keras model, Sequential or functional.
        layer_names: list of names of layers. In each, every array of weights (kernel, bias, …) gets the same
            numbers in random order: all entries of the array are shuffled, not just whole rows.
        seed: integer. The same seed gives the same copy, another seed another one.

    Returns:
        a Keras model of the same layers, with the same weights in all other layers.
    """
    # BEGIN SOLUTION
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    generator = np.random.default_rng(seed)
    for name in layer_names:
        weights = model.get_layer(name).get_weights()
        copy.get_layer(name).set_weights([generator.permuted(array) for array in weights])
    return copy
    # END SOLUTION


def map_correlation(model, image, layer_name, class_index, randomise, seed):
    """Rank correlation of the Grad-CAM map of a model and the one of its copy with randomised layers.

    Arguments:
        model, image, layer_name, class_index: as for `grad_cam`.
        randomise, seed: names of the layers to be randomised and the seed, as for `randomised`.

    Returns:
        a float from -1 to 1.
    """
    # BEGIN SOLUTION
    before = grad_cam(model, image, layer_name, class_index)
    after = grad_cam(randomised(model, randomise, seed), image, layer_name, class_index)
    return rank_correlation(before, after)
    # END SOLUTION


# %% check="q6"

# %% [markdown]
# Randomise more and more layers, from the last one down. Grad-CAM should lose its resemblance to the map
# before. The strength of edges (w01) never does: it is always 1, a pretty picture that explains nothing.

# %%
with picture_of("q3 and q6"):
    steps = [[], ["classes"], ["classes", "conv4"], ["classes", "conv4", "conv3"]]
    curves = {
        name: [map_correlation(detector, horse, "conv4", 1, step, seed=5) for step in steps]
        for name, detector in detectors.items()
    }
    edges = np.hypot(*np.gradient(horse.mean(axis=-1)))
    curves["edges"] = [rank_correlation(edges, edges) for _ in steps]
    figure, axes = plt.subplots(1, 5, figsize=(14, 2.6), width_ratios=[1.6, 1, 1, 1, 1], layout="constrained")
    for name, curve in curves.items():
        axes[0].plot(curve, "o-", label=name)
    axes[0].set(xlabel="layers randomised", ylabel="rank correlation", ylim=(-0.6, 1.1), xticks=range(4))
    axes[0].legend(fontsize=8, loc="lower left")
    for axis, step in zip(axes[1:], steps, strict=True):
        heat_map = grad_cam(randomised(detectors["B"], step, 5), horse, "conv4", 1)
        show_map(axis, heat_map, f"B, {' '.join(step) or 'as it is'}")

# %% [markdown]
# ## 7. Right for the wrong reason
#
# M. T. Ribeiro et al. (*"Why Should I Trust You?"*, 2016) trained a classifier to tell huskies from wolves
# with pictures in which the wolves stood in snow: it learned to see snow. S. Lapuschkin et al. (*Unmasking
# Clever Hans predictors*, 2019) found a horse detector that read the photographer's tag in the corner. It was
# right on its test pictures, because these came from the same album. Yours, too:
#
# - of the three detectors, **one looks at the object, one at the background, one at the photographer's tag**.
#
# Find out which, with numbers over many pictures rather than by one that convinced you. First: how much of
# the map lies on the object? For this the album comes with masks. (Without q3: for these nets, and for those
# of the tests, the red part of q1's map gives the same fractions.)


# %% question="q7"
def mass_on_object(heat_map, mask):
    """The fraction of a heat map that lies on the object.

    Arguments:
        heat_map: array of shape (h, w) of numbers that are not negative. It is resized to the mask's shape,
            as by `resized`.
        mask: array of booleans, shape (H, W), True on the object; maybe nowhere.

    Returns:
        a float from 0 to 1: the sum of the resized map over the object, divided by its sum over the whole
            image.
        For a map of zeros: 0.
    """
    # BEGIN SOLUTION
    mass = resized(heat_map, *mask.shape)
    return (mass * mask).sum() / (mass.sum() or 1)
    # END SOLUTION


def object_mass(models, images, masks, labels, layer_name):
    """How much of its Grad-CAM maps each of several models has on the object, on average.

    Arguments:
        models: dictionary from names to Keras models. They end in GlobalAveragePooling2D and Dense, and
            `layer_name` is the layer before.
        images, masks, labels: arrays of shapes (N, H, W, C), (N, H, W) and (N,). The maps are those of each
            image's own class, its label.
        layer_name: name of the layer whose maps are taken; all models have it.

    Returns:
        dictionary from the same names to floats: the mean of `mass_on_object` over the images.
    """
    # BEGIN SOLUTION
    return {
        name: np.mean(
            [
                mass_on_object(grad_cam(model, image, layer_name, label), mask)
                for image, mask, label in zip(images, masks, labels, strict=True)
            ]
        )
        for name, model in models.items()
    }
    # END SOLUTION


# %% [markdown]
# A map is a suspicion. The proof is an experiment: change one thing in the pictures, the background or the
# tag, leave all else as it is, and count how often each detector is still right.


# %% question="q7"
def on_new_backgrounds(images, masks, backgrounds):
    """The objects of some images, cut out and put on other backgrounds, at the same place.

    Arguments:
        images, backgrounds: arrays of floats, shape (N, H, W, C).
        masks: array of booleans, shape (N, H, W), True on the object.

    Returns:
        array of shape (N, H, W, C): image n where mask n is True, background n elsewhere.
    """
    # BEGIN SOLUTION
    return np.where(masks[..., np.newaxis], images, backgrounds)
    # END SOLUTION


def accuracy(model, images, labels):
    """The fraction of images for which the largest output of the model is the one of the label.

    Arguments:
        model: Keras model with output of shape (N, classes).
        images, labels: arrays of shapes (N, H, W, C) and (N,).

    Returns:
        a float from 0 to 1.
    """
    # BEGIN SOLUTION
    return np.mean(np.argmax(model(images), axis=1) == labels)
    # END SOLUTION


# %% [markdown]
# Left: the mean mass on the object; the dashed line is the share of the image that the object covers, what a
# map without any preference would have. Right: the accuracy on horses and cars: as they are in the album;
# cut out and put on their usual ground, so that only the tag is gone; and cut out together with the tag and
# put on the other ground, horses before brick, cars on grass, so that only the background changes.

# %%
with picture_of("q3, q4 and q7"):
    with_object = pictures.labels > 0
    images, masks, labels = (part[with_object] for part in pictures)
    masses = object_mass(detectors, images[:8], masks[:8], labels[:8], "conv4")
    is_horse = (labels == 1)[:, np.newaxis, np.newaxis, np.newaxis]
    grass, brick = (empty(ground, len(images), seed=1) for ground in ("grass", "brick"))
    usual, other = np.where(is_horse, grass, brick), np.where(is_horse, brick, grass)
    trials = {
        "album": images,
        "no tag": on_new_backgrounds(images, masks, usual),
        "other ground": on_new_backgrounds(images, masks | tag_masks(labels), other),
    }
    figure, axes = plt.subplots(1, 5, figsize=(14, 2.8), width_ratios=[1, 2, 1, 1, 1], layout="constrained")
    axes[0].bar(list(masses), list(masses.values()))
    axes[0].axhline(masks[:8].mean(), color="black", linestyle="--")
    axes[0].set(title="mean mass on the object", ylim=(0, 1))
    for place, (name, detector) in enumerate(detectors.items()):
        accuracies = [accuracy(detector, trial, labels) for trial in trials.values()]
        axes[1].bar(np.arange(3) + 0.25 * (place - 1), accuracies, width=0.22, label=name)
    axes[1].set(title="accuracy", xticks=range(3), xticklabels=trials, ylim=(0, 1.3))
    axes[1].legend(fontsize=8, ncols=3, loc="upper right")
    for axis, trial in zip(axes[2:], trials.values(), strict=True):
        image = np.array(trial[0])
        answers = [CLASSES[detector(image[np.newaxis]).numpy().argmax()] for detector in detectors.values()]
        show(axis, image, ", ".join(f"{name}: {told}" for name, told in zip("ABC", answers, strict=True)))

# %% [markdown]
# Your verdict. The overlays of question 4, the squares of question 5 and the figure above should agree.

# %% question="q7"
# looks_at: dictionary from "A", "B" and "C" to what that detector looks at: "object", "background" or "tag".
# BEGIN SOLUTION
looks_at = {"A": "tag", "B": "object", "C": "background"}
# END SOLUTION

# %% check="q7"

# %% [markdown]
# Five horses on the backgrounds of the *other* classes and without tags, with your verdict and each
# detector's Grad-CAM. A red title is a wrong answer.

# %%
with picture_of("q3, q4 and q7"):
    verdict = answered(looks_at)
    horses = pictures.labels == 1
    grounds = np.concatenate([empty("gravel", 10, seed=2), empty("brick", 10, seed=3)])
    moved = np.array(on_new_backgrounds(pictures.images[horses], pictures.masks[horses], grounds))
    figure, axes = plt.subplots(3, 5, figsize=(12, 6.4), layout="constrained")
    for row, (name, detector) in zip(axes, detectors.items(), strict=True):
        for axis, image in zip(row, moved[8:], strict=False):
            told = int(detector(image[np.newaxis]).numpy().argmax())
            heat_map = grad_cam(detector, image, "conv4", told)
            show(axis, overlay((255 * image).astype(np.uint8), heat_map))
            axis.set_title(f"{name}: {CLASSES[told]}", fontsize=10, color="black" if told == 1 else "red")
        row[0].set_ylabel(verdict[name])

# %% [markdown]
# ## 8. To think about
#
# A hospital is offered a net that finds pneumonia in X-ray images, with 99 % accuracy on the vendor's test
# images. Nobody has masks of what a doctor would look at. Say in five to ten sentences how the net could be
# right for the wrong reason, which of this week's tools you would use before buying it, what each can and
# cannot show, and why a Grad-CAM map that lies neatly on the lung is no proof yet.

# %% [markdown] manual="q8" points=3
# # BEGIN SOLUTION
# The vendor's test images come from the same hospitals as the training images. If one of them treats the
# severe cases, then a metal marker in its pictures, the border of its scanner, its contrast or the bed's
# outline go with the diagnosis, and the net may read those instead of the lung: they are easier.
#
# Overlays of Grad-CAM for many images, sick and healthy, show whether the maps sit on markers and borders
# again and again; without masks a doctor has to look at them, or one adds up the mass outside a rough box
# around the chest. Occlusion shows how the answer itself depends on a region, so it can confirm that
# covering the marker changes it; but it misses evidence that is spread out, such as contrast or a texture
# everywhere. Randomising the weights tells whether the map depends on the net at all, not whether the net is
# right. The strongest test is the experiment: images from another hospital, or the same ones with markers
# removed or exchanged, and accuracy counted again.
#
# A map on the lung says where the net looks, not what it sees there: it may use the brightness of the
# exposure or the sharpness of the scanner, which are on the lung, too. The map is coarse, shows one layer,
# keeps only what speaks for the class, and is an average that can hide the few images where the shortcut
# decides.
# # END SOLUTION
