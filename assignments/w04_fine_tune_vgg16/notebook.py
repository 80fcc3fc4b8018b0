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
# # Week 4: Fine-tuning VGG16
#
# Six photographs were cut into small scraps. The scraps lie in one heap, any way up, each under another
# lamp, and you know where they belong of **five scraps of each** to train with, and of ten more to decide
# when to stop. That is not enough to train a network, but enough to *re*train one: you will put a new head
# on a network that has seen other photographs, unfreeze its last block, and find out how much of its skill
# comes from where.

# %%
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # the same numbers here as in the grader

import json

import keras
import numpy as np
import skimage.data
import tensorflow as tf
from IPython.display import Image, display
from matplotlib import pyplot as plt
from networks import PHOTOGRAPHS, mini_vgg, vgg16
from w04_helpers import answered, bars, picture_of, plot_curves, show, show_maps, show_row

plt.rcParams["figure.dpi"] = 80
tf.get_logger().setLevel("ERROR")
keras.utils.set_random_seed(4)
tf.config.experimental.enable_op_determinism()

# %%
display(Image("figures/opening.png"))

# %% [markdown]
# **How this works.** Replace each `...` or `raise NotImplementedError(…)` by your answer and run the check
# below it. It runs the public tests; hidden ones, with inputs you have not seen, run after you hand in.
# Under every check is a picture of what your answer does. Look at it: most mistakes can be seen.
#
# **Two networks.** *VGG16* (Simonyan and Zisserman, 2015, arXiv:1409.1556) comes with Keras: 13
# convolutions in five blocks, then dense layers, which we leave out: `vgg` below is without its top. Its
# weights for ImageNet without them are a file of 58 MB. If the environment variable `VGG16_WEIGHTS` names
# that file, they are used here; if not, VGG16 has random weights, and this notebook says so.
#
# *Mini-VGG* is for the work on one core: four blocks, the same names of layers, 74,388 parameters. We
# trained it to say from which of **twelve other photographs** a scrap is. `pretraining/README.md` tells
# how, and how well it does.

# %%
heap = np.load("heap.npz")
HEAP = [str(name) for name in heap["names"]]
vgg, vgg_is_pretrained = vgg16()
detective = mini_vgg(include_top=True)

for network in (vgg, detective):
    print(f"\n{network.name}: {network.count_params():,} parameters")
    for layer in network.layers:
        print(f"    {layer.name:<14}{layer.output.shape[1:]!s:<16}{layer.count_params():>10,}")

# %% [markdown]
# ## 1. Preprocessing
#
# A pretrained network knows one kind of input only: the one it was trained with. VGG16 was trained with the
# channels in the order **blue, green, red**, from each of which the mean over ImageNet was subtracted.
# Nothing was divided. So pixel $(R, G, B)$, each from 0 to 255, becomes
#
# $$(B - 103.939,\quad G - 116.779,\quad R - 123.68)$$
#
# This is `keras.applications.vgg16.preprocess_input` (Keras documentation, *VGG16 and VGG19*). Xception and
# others want numbers from -1 to 1 instead; feeding one network with the other's input raises no error, and
# costs accuracy. Mini-VGG wants the same as VGG16.
#
# Write it yourself this once, and its inverse, which we need in order to look at what a network sees.

# %% question="q1"
IMAGENET_MEANS = np.array([103.939, 116.779, 123.68], dtype="float32")  # of blue, green, red


def preprocess(images):
    """Images as VGG16 wants them, without Keras' own function for it. `images` itself stays as it is.

    Arguments:
        images: array of shape (N, height, width, 3), RGB, from 0 to 255, of integers or floats.

    Returns:
        array of float32 of the same shape: BGR, the means subtracted.

    Example:
        preprocess([[[[255, 0, 10]]]])  gives [[[[-93.939, -116.779, 131.32]]]]
    """
    # BEGIN SOLUTION
    return np.asarray(images, dtype="float32")[..., ::-1] - IMAGENET_MEANS
    # END SOLUTION


def to_image(inputs):
    """The opposite of `preprocess`: images that can be shown.

    Arguments:
        inputs: array of shape (..., 3) of floats, as `preprocess` gives it, or something like it.

    Returns:
        array of uint8 of the same shape: RGB. Rounded to whole numbers; what lies below 0 or above 255
        becomes 0 or 255.
    """
    # BEGIN SOLUTION
    pixels = np.round(inputs + IMAGENET_MEANS)[..., ::-1]
    return np.clip(pixels, 0, 255).astype("uint8")
    # END SOLUTION


# %% check="q1"

# %% [markdown]
# Left to right: a photograph; the same after `preprocess`, with 128 added to make it visible (a red cup
# would be blue); there and back (it should be the photograph again); and what `preprocess` makes of its own
# output. The last one is a common mistake, and again no error tells you.

# %%
coffee = skimage.data.coffee()[60:340, 120:440]

with picture_of("q1"):
    once = preprocess(coffee[np.newaxis])
    twice = preprocess(once)
    figure, axes = plt.subplots(1, 4, figsize=(11, 2.6))
    show(axes[0], coffee, "RGB")
    show(axes[1], np.clip(once[0] + 128, 0, 255).astype("uint8"), "preprocessed, plus 128")
    show(axes[2], to_image(once)[0], "and back")
    show(axes[3], np.clip(twice[0] + 128, 0, 255).astype("uint8"), "preprocessed twice, plus 128")

# %% [markdown]
# From here on, use `prepared`: it is what your `preprocess` should be, by Keras itself. (Keras' own
# function changes an array of floats that it is given; hence the copy.)


# %%
def prepared(images):
    """Images as VGG16 wants them; arguments and answer as of `preprocess`."""
    return keras.applications.vgg16.preprocess_input(np.array(images, dtype="float32"))


# %% [markdown]
# ## 2. Predictions and intermediate layers
#
# `model.predict` takes a *batch* of preprocessed images and returns one row of probabilities for each. A
# list of the likeliest classes is easier to read.
#
# What happens in between can be read, too: a *new model* from the same input to the output of any layer,
# made of the same layers with the same weights. Blocks near the input answer to edges and colours, as your
# filters of week 1 did; later ones to larger patterns. Behind each ReLU, many of the numbers are 0.


# %% question="q2"
def top_predictions(model, images, names, top=3):
    """The likeliest classes of each image.

    Arguments:
        model: keras.Model that takes what `prepared` gives and returns probabilities of shape (N, classes).
        images: array of shape (N, height, width, 3), RGB, from 0 to 255 (not yet preprocessed).
        names: list of the classes' names.
        top: how many classes to return for each image.

    Returns:
        list of N lists of `top` pairs (name, probability), the likeliest first.

    Example:
        [[("camera", 0.9), ("rocket", 0.07), ("text", 0.02)]] for one image
    """
    # BEGIN SOLUTION
    return [
        [(names[index], row[index]) for index in np.argsort(-row)[:top]]
        for row in model.predict(prepared(images), verbose=0)
    ]
    # END SOLUTION


def feature_extractor(model, layer_names):
    """A model from the input of `model` to the outputs of some of its layers.

    Arguments:
        model: keras.Model with one input, its layers not nested.
        layer_names: list of names of its layers.

    Returns:
        keras.Model, of the same layers as `model`, not of copies. Its output is a list of arrays, one
        for each name, in the order of `layer_names`.

    Example:
        feature_extractor(vgg, ["block1_conv2", "block5_pool"])
    """
    # BEGIN SOLUTION
    return keras.Model(model.input, [model.get_layer(name).output for name in layer_names])
    # END SOLUTION


# %% check="q2"

# %% [markdown]
# A scrap of each photograph that mini-VGG knows, from places where it was not trained. Above each its guess
# and the probability; a red frame says that it is wrong.


# %%
with picture_of("q2"):
    known = heap["known_images"]
    guesses = top_predictions(detective, known, PHOTOGRAPHS, top=1)
    titles = [f"{name[:12]}\n{share:.0%}" for ((name, share),) in guesses]
    pairs = zip(guesses, PHOTOGRAPHS, strict=True)
    show_row(known, titles, ["white" if best[0][0] == name else "red" for best, name in pairs], columns=12)

# %% [markdown]
# And the inside of mini-VGG, for a larger piece of a photograph: without its head it takes any size. (VGG16
# with random weights shows noise here.)

# %%
with picture_of("q2"):
    cat = skimage.data.chelsea()[20:276, 100:420]
    anywhere = keras.models.clone_model(mini_vgg(), input_tensors=keras.Input((None, None, 3)))
    anywhere.set_weights(mini_vgg().get_weights())
    names = ["block1_conv2", "block2_conv2", "block4_conv2"]
    outputs = feature_extractor(anywhere, names).predict(prepared([cat]), verbose=0)
    for name, maps in zip(names, outputs, strict=True):
        show_maps(maps[0], name)

# %% [markdown]
# ## 3. A new head on a frozen base
#
# The *base* gives features; the *head* turns them into classes. The old head knows twelve photographs, none
# of them ours. So keep the base, average each of its channels over the image (`GlobalAveragePooling2D`),
# and put a new dense layer on top. Its weights are random at first, and their wild first gradients must not
# reach the base. So **freeze** the base: its weights do not change in training, and neither do the running
# statistics of a batch norm in it. (Keras guide *Transfer learning & fine-tuning*.)
#
# The last layer and the loss belong together:
#
# | classes | output units | activation | loss |
# | --- | --- | --- | --- |
# | 2 (labels 0 and 1) | 1 | sigmoid: the probability of class 1 | binary cross-entropy |
# | more (labels 0, 1, 2, …) | one for each class | softmax | sparse categorical cross-entropy |
#
# Before you run it: what would a softmax over *one* unit answer?


# %% question="q3"
def with_head(base, classes):
    """The base, frozen, with a new head.

    Arguments:
        base: keras.Model whose output has the shape (N, height, width, channels).
        classes: how many classes, from 2.

    Returns:
        keras.Model from the input of `base` to probabilities: of shape (N, classes), or (N, 1) for two
        classes. Only the head's weights are trainable; those of `base` are used, not copied.

    Example:
        with_head(mini_vgg(), 5) has 64 · 5 + 5 = 325 trainable parameters
    """
    # BEGIN SOLUTION
    base.trainable = False
    features = keras.layers.GlobalAveragePooling2D()(base.output)
    if classes == 2:
        probabilities = keras.layers.Dense(1, activation="sigmoid")(features)
    else:
        probabilities = keras.layers.Dense(classes, activation="softmax")(features)
    return keras.Model(base.input, probabilities)
    # END SOLUTION


def compile_for(model, rate):
    """Compile a model that ends in probabilities, as in the table, for training with Adam.

    Arguments:
        model: keras.Model, as `with_head` returns it.
        rate: learning rate.

    Returns:
        the same model, compiled: optimizer Adam, the loss of the table, and the metric "accuracy".
    """
    # BEGIN SOLUTION
    loss = "binary_crossentropy" if model.output_shape[1] == 1 else "sparse_categorical_crossentropy"
    model.compile(keras.optimizers.Adam(rate), loss=loss, metrics=["accuracy"])
    return model
    # END SOLUTION


# %% [markdown]
# Now with the real VGG16 from above, `vgg`, for as many classes as there are photographs in the heap.

# %% question="q3"
# vgg16_frozen: keras.Model, VGG16 frozen, with a new head for len(HEAP) classes.
# BEGIN SOLUTION
vgg16_frozen = with_head(vgg, len(HEAP))
# END SOLUTION

# %% check="q3"

# %% [markdown]
# How many of VGG16's parameters are you about to train?


# %%
def count(weights):
    """How many numbers there are in a list of arrays or variables."""
    return sum(int(np.prod(weight.shape)) for weight in weights)


with picture_of("q3"):
    model = answered(vgg16_frozen)
    trainable, fixed = count(model.trainable_weights), count(model.non_trainable_weights)
    share = round((trainable + fixed) / max(trainable, 1))
    print(f"trainable {trainable:,}, frozen {fixed:,}: one in {share:,}")

# %% [markdown]
# ## 4. Augmentation
#
# Here is the heap. Of each photograph there are 5 scraps for training and 10 for *validation*: to decide
# when to stop. The *test* scraps are for the very end; whatever learns from them, or is chosen by them, can
# no longer be judged by them.

# %%
training = heap["training_images"], heap["training_labels"]
validation = heap["validation_images"], heap["validation_labels"]
test = heap["test_images"], heap["test_labels"]

order = np.argsort(training[1], kind="stable")
show_row(training[0][order], [HEAP[label][:10] for label in training[1][order]], size=0.9)

# %% [markdown]
# A scrap turned, mirrored or under another lamp is still a scrap of the same photograph. So five scraps can
# stand for many (*data augmentation*), as long as each copy gets a label that is still true.


# %% question="q4"
def augment(images, seed):
    """Each image turned, mirrored and under another lamp, at random and independently of the others.

    Arguments:
        images: array of shape (N, size, size, 3), RGB, from 0 to 255.
        seed: for `np.random.default_rng(seed)`: the same seed gives the same images.

    Returns:
        array of uint8 of the same shape. Each image is
        1. one of its eight views, all equally likely: turned by 0, 1, 2 or 3 quarters, mirrored or not;
        2. times a contrast, uniform between 0.7 and 1.3, plus a brightness, uniform between -30 and 30
           (one of each for the whole image), rounded, and cut off at 0 and 255.
    """
    # BEGIN SOLUTION
    rng = np.random.default_rng(seed)
    views = [np.rot90(image, rng.integers(4))[:, :: rng.choice([1, -1])] for image in images]
    contrast = rng.uniform(0.7, 1.3, size=(len(views), 1, 1, 1))
    brightness = rng.uniform(-30, 30, size=(len(views), 1, 1, 1))
    return np.clip(np.round(contrast * views + brightness), 0, 255).astype("uint8")
    # END SOLUTION


# %% [markdown]
# Make a larger training set of augmented copies of the training scraps, at least 8 and at most 12 of each
# (with another seed each time), and the labels that belong to them.

# %% question="q4"
# training_images: array of shape (N, 32, 32, 3), uint8.
# training_labels: array of shape (N,), integers: the label of each image.
# BEGIN SOLUTION
training_images = np.concatenate([augment(training[0], seed) for seed in range(8)])
training_labels = np.tile(training[1], 8)
# END SOLUTION

# %% check="q4"

# %% [markdown]
# One scrap, and nine that you made of it.

# %%
with picture_of("q4"):
    brick = training[0][list(training[1]).index(0)]
    show_row([brick, *augment(np.array([brick] * 9), seed=3)])

# %% [markdown]
# ## 5. Training, and keeping the best weights
#
# With so few scraps, training for too long makes a network worse, and nobody knows beforehand when. So
# watch the loss on the validation scraps after every epoch:
#
# - **checkpoint**: whenever it is the lowest so far, save the weights to a file;
# - **early stopping**: when it has not been lower for `patience` epochs, stop;
# - in the end **reload** the best weights. The last ones are not the best ones.
#
# In Keras: `keras.callbacks.EarlyStopping` and `keras.callbacks.ModelCheckpoint`. (In Keras 3 the file of a
# checkpoint that saves only weights must end in `.weights.h5`.)


# %% question="q5"
def train(model, training, validation, epochs, path, patience=5):
    """Train a model, in batches of 32, and leave it with its best weights.

    Arguments:
        model: compiled keras.Model, as `compile_for` returns it. It takes what `prepared` gives.
        training: (images, labels). Images of shape (N, height, width, 3), RGB, from 0 to 255: not yet
            preprocessed. These, and only these, change the weights.
        validation: (images, labels) to watch the loss on.
        epochs: train for this many epochs at most.
        path: name of the checkpoint, ending in ".weights.h5". It has the best weights in the end.
        patience: stop after this many epochs in a row without a new lowest validation loss.

    Returns:
        dict of lists with one number for each epoch: "loss", "accuracy", "val_loss" and "val_accuracy",
        the `history` of what `fit` returns.
    """
    # BEGIN SOLUTION
    history = model.fit(
        prepared(training[0]),
        training[1],
        validation_data=(prepared(validation[0]), validation[1]),
        batch_size=32,
        epochs=epochs,
        callbacks=[
            keras.callbacks.EarlyStopping(patience=patience),
            keras.callbacks.ModelCheckpoint(path, save_best_only=True, save_weights_only=True),
        ],
        verbose=0,
    )
    model.load_weights(path)
    return history.history
    # END SOLUTION


# %% check="q5"

# %% [markdown]
# ## 6. Unfreezing the last block
#
# Once the head has learned, the base may follow a little: **fine-tuning**. The last block has the features
# that are the most special to the old task, so it is unfrozen first, and with a **low learning rate**: a
# large step would destroy in one batch what the pretraining took so long to learn.
#
# One trap: `fit` uses what was trainable when the model was **compiled**. Change `trainable` after training
# and do not compile again, and nothing happens, without an error.


# %% question="q6"
def unfreeze_block(model, block, rate):
    """Make a block of the base trainable, and compile again.

    Arguments:
        model: keras.Model, as *your* `with_head` returns it, perhaps trained; its base is frozen.
        block: how the names of the block's layers begin: "block5" means block5_conv1, block5_conv2, …,
            and "block" means all of them.
        rate: learning rate, low.

    Returns:
        the same model, compiled by `compile_for`, with its weights as they were. Trainable are the layers
        whose names begin with `block`, and the head.

    Example:
        unfreeze_block(with_head(vgg, 7), "block5", 1e-5)
    """
    # BEGIN SOLUTION
    for layer in model.layers:
        if layer.name.startswith(block):
            layer.trainable = True
    return compile_for(model, rate)
    # END SOLUTION


# %% [markdown]
# With VGG16: as `vgg16_frozen`, but with block 5 unfrozen. (Build another VGG16 for it, so that
# `vgg16_frozen` stays frozen: `keras.models.clone_model(vgg)` has the same layers with new weights, which
# will do for counting.)

# %% question="q6"
# vgg16_block5: keras.Model, VGG16 with a new head for len(HEAP) classes, block 5 and the head trainable.
# BEGIN SOLUTION
vgg16_block5 = unfreeze_block(with_head(keras.models.clone_model(vgg), len(HEAP)), "block5", 1e-5)
# END SOLUTION

# %% check="q6"

# %%
with picture_of("q3 and q6"):
    model = answered(vgg16_block5)
    print(f"trainable {count(model.trainable_weights):,}, frozen {count(model.non_trainable_weights):,}")

# %% [markdown]
# ## 7. Four ways to the same task
#
# Is it the pretraining that helps, or would any network of this shape do? Train four models on your
# `training_images`; each stops early by `validation`:
#
# | model | base | what is trained |
# | --- | --- | --- |
# | `frozen` | `mini_vgg()` | the head |
# | `fine_tuned` | `mini_vgg()` | the head; then, from there, also block 4 at a low rate |
# | `from_scratch` | `mini_vgg(weights=None)`: random | everything |
# | `random_frozen` | `mini_vgg(weights=None)`: random | the head |
#
# Rates that work: 0.01 for a head alone, 0.001 for everything. Which rate is low enough for block 4, you
# must find out; at most 15 epochs are enough. Every model needs a base of its own: models that share a base
# share its weights. Weights can be handed on with `load_weights`, for example from the checkpoint of
# `frozen` to `fine_tuned`.


# %% question="q7"
def accuracy(model, images, labels):
    """Share of the images to whose true class the model gives the highest probability.

    Arguments:
        model: keras.Model, compiled as by `compile_for`. It takes what `prepared` gives and returns
            probabilities of shape (N, classes).
        images: array of shape (N, height, width, 3), RGB, from 0 to 255 (not yet preprocessed).
        labels: array of shape (N,) of integers.

    Returns:
        float, from 0 to 1.
    """
    # BEGIN SOLUTION
    probabilities = model.predict(prepared(images), verbose=0)
    return np.mean(probabilities.argmax(axis=1) == labels)
    # END SOLUTION


# %% question="q7"
# frozen, fine_tuned, from_scratch, random_frozen: the four trained models (keras.Model).
# histories: dict with what `train` returned for each, by the model's name; for `fine_tuned`: for its second
#     training, with block 4.
# BEGIN SOLUTION
enlarged = (training_images, training_labels)
histories = {}

frozen = compile_for(with_head(mini_vgg(), len(HEAP)), 0.01)
histories["frozen"] = train(frozen, enlarged, validation, 8, "frozen.weights.h5")

fine_tuned = with_head(mini_vgg(), len(HEAP))
fine_tuned.load_weights("frozen.weights.h5")
unfreeze_block(fine_tuned, "block4", 0.0005)
histories["fine_tuned"] = train(fine_tuned, enlarged, validation, 4, "fine_tuned.weights.h5")

from_scratch = unfreeze_block(with_head(mini_vgg(weights=None), len(HEAP)), "block", 0.001)
histories["from_scratch"] = train(from_scratch, enlarged, validation, 8, "from_scratch.weights.h5")

random_frozen = compile_for(with_head(mini_vgg(weights=None), len(HEAP)), 0.01)
histories["random_frozen"] = train(random_frozen, enlarged, validation, 4, "random_frozen.weights.h5")
# END SOLUTION

# %% check="q7"

# %% [markdown]
# The test scraps come out of their envelope, once.

# %%
with picture_of("q2 to q7"):
    four = answered(frozen, fine_tuned, from_scratch, random_frozen)
    names = ["frozen", "fine_tuned", "from_scratch", "random_frozen"]
    shares = {name: accuracy(model, *test) for name, model in zip(names, four, strict=True)}
    figure, axis = plt.subplots(figsize=(7, 2.2))
    bars(axis, shares, chance=1 / len(HEAP))

# %%
with picture_of("q2 to q7"):
    plot_curves(answered(histories))

# %% [markdown]
# One bar of one run proves little. With five different heaps and five different starts, the same four ways
# gave the numbers in `pretraining/README.md`. Which of the differences would you bet on?
#
# Here is the heap, sorted by `fine_tuned`. A red frame: that scrap belongs elsewhere.

# %%
with picture_of("q2 to q7"):
    sorted_as = answered(fine_tuned).predict(prepared(test[0][:60]), verbose=0).argmax(axis=1)
    places = np.argsort(sorted_as, kind="stable")
    show_row(
        test[0][places],
        [HEAP[sorted_as[place]][:8] for place in places],
        ["red" if sorted_as[place] != test[1][place] else "white" for place in places],
        columns=15,
        size=0.85,
    )

# %% [markdown]
# And VGG16 itself? On one core it is too slow to train here, but its features can be computed once, and a
# head trained on them alone (the Keras guide calls that *feature extraction*). Without the weights of
# ImageNet that would be `random_frozen` again, so then this cell does nothing but say so.

# %%
if vgg_is_pretrained:
    features = {
        name: vgg.predict(prepared(images), verbose=0).mean(axis=(1, 2))
        for name, (images, _) in {"training": training, "validation": validation, "test": test}.items()
    }
    head = keras.Sequential([keras.layers.Dense(len(HEAP), activation="softmax")])
    head.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
    head.fit(features["training"], training[1], epochs=50, verbose=0)
    share = head.evaluate(features["test"], test[1], verbose=0, return_dict=True)["accuracy"]
    print(f"VGG16 of ImageNet, frozen: {share:.0%} of the test scraps")
else:
    print("No ImageNet weights here (VGG16_WEIGHTS is not set): VGG16 does not take part.")

# %% [markdown]
# ## 8. Reading learning curves
#
# Two numbers that every history has in it.


# %% question="q8"
def best_epoch(history):
    """The epoch whose weights should be kept: that of the lowest validation loss, the first one if several.

    Arguments:
        history: dict of lists, as `train` returns it.

    Returns:
        int, counted from 1.
    """
    # BEGIN SOLUTION
    return np.argmin(history["val_loss"]) + 1
    # END SOLUTION


def accuracy_gap(history):
    """How much better the model does on what it was trained with, at its best epoch.

    Arguments:
        history: dict of lists, as `train` returns it.

    Returns:
        float: accuracy minus validation accuracy at the best epoch. Large: the model has learned its
            examples by heart.
    """
    # BEGIN SOLUTION
    best = best_epoch(history) - 1
    return history["accuracy"][best] - history["val_accuracy"][best]
    # END SOLUTION


# %% [markdown]
# Four runs from another heap, without early stopping. One model was `"frozen"`, one trained `"from
# scratch"`, one `"random, frozen"`, and one fine-tuned with a `"rate too high"`. Which is which?

# %%
with open("curves.json") as file:
    curves = json.load(file)
plot_curves(curves)

# %% question="q8"
# runs: dict with one of "frozen", "from scratch", "random, frozen" and "rate too high" for each letter.
# BEGIN SOLUTION
runs = {"A": "from scratch", "B": "rate too high", "C": "frozen", "D": "random, frozen"}
# END SOLUTION

# %% check="q8"

# %% [markdown]
# ## 9. To think about
#
# You have measured four ways. Say in five to ten sentences: what does `random_frozen` show that
# `from_scratch` does not? With 500 scraps of each photograph to train with instead of 5, which bars would
# move, and which would hardly? And from what kind of pictures could *our* mini-VGG's knowledge be worth
# nothing, or less than nothing?

# %% [markdown] manual="q9" points=2
# # BEGIN SOLUTION
# `random_frozen` is the control: same shape, same head, same training, only without the pretrained weights.
# As it is at best twice as good as guessing, and less than half as good as `frozen`, the features
# themselves must carry most of the skill, and not the architecture or the head. `from_scratch` changes two
# things at once, as it also trains everything.
#
# With a hundred times the labels, `from_scratch` would gain the most, because nothing but data limits it;
# `fine_tuned` would gain too, and could unfreeze more blocks. `frozen` would gain little: 64 averages and a
# linear layer are soon exhausted, and `random_frozen` stays poor.
#
# Transfer needs a likeness of the tasks. The base knows textures of 32×32 pixels under changing lamps; it
# was trained to ignore brightness, contrast and direction. Where these are what matters (is this leaf
# upright, how bright is this star), or where the pictures have nothing of photographs (line drawings,
# spectrograms, digits), its features help little, and a net from scratch may win.
# # END SOLUTION
