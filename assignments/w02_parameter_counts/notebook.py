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
# # Week 2: Shapes, parameters and a net on a budget
#
# Here is VGG16, the network that you will fine-tune in two weeks. It has **138,357,544 parameters**. Today
# you compute that number, and its whole table, without building the network. You find out where the
# parameters sit, what convolution saves, and then build a network of your own that reads digits with
# **fewer than 5,000**.

# %%
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # the same numbers here as in the grader

import math

import keras
import numpy as np
import skimage.data
import tensorflow as tf
from IPython.display import Image, display
from matplotlib import pyplot as plt
from w02_helpers import (
    answered,
    digits,
    keras_layer,
    or_keras,
    picture_of,
    show_bars,
    show_layer,
    show_table,
    show_windows,
    trained,
)

plt.rcParams["figure.dpi"] = 80
keras.utils.set_random_seed(0)
tf.config.experimental.enable_op_determinism()

# %%
display(Image("figures/opening.png"))

# %% [markdown]
# **How this works.** Replace each `raise NotImplementedError(…)` by your answer and run the check below it.
# It runs the public tests; hidden ones, with layers you have not seen, run after you hand in. Under every
# check is a picture of what your answer says. Red means that Keras says something else.
#
# Arguments have the names that Keras gives them, so what you learn here is what you will type later. Sizes
# come in pairs, *rows first*, and neither images nor kernels need be square. The batch is left out of every
# shape: we write $(N_1, N_2, N_{in})$ where Keras prints `(None, N1, N2, Nin)`.

# %% [markdown]
# ## 1. Where the kernel fits
#
# Rows and columns follow the same rule, so take one line of $N$ pixels and a kernel of $K$ entries. The size
# of the output is the number of *places* at which the kernel is laid down.
#
# - **stride** $S$: a place begins at pixel $0, S, 2S, \ldots$; what lies between is skipped.
# - **dilation** $D$: the entries of the kernel lie $D$ pixels apart. With $D = 1$ they are neighbours.
# - **valid**: no padding. Only those places count at which *every* entry of the kernel lies on a pixel.
# - **same**: zeros are added in front and behind, just enough that there is one place for *every* pixel
#   $0, S, 2S, \ldots$ of the line, however large the kernel is.
#
# Draw ten pixels on paper and count before you write a formula. (More of such drawings: V. Dumoulin and F.
# Visin, *A guide to convolution arithmetic for deep learning*, arXiv 1603.07285.)


# %% question="q1"
def output_size(size, kernel, stride=1, padding="valid", dilation=1):
    """The number of places of a kernel along a line of pixels.

    Arguments:
        size: N, the number of pixels.
        kernel: K, the number of the kernel's entries. In valid mode it fits at least once.
        stride: S >= 1. dilation: D >= 1. Both may be larger than 1.
        padding: "valid" or "same".

    Returns:
        an integer.

    Example:
        output_size(10, 3)                               gives 8
        output_size(10, 3, stride=2)                     gives 4
        output_size(10, 3, stride=2, padding="same")     gives 5
        output_size(10, 3, dilation=3)                   gives 4
    """
    # BEGIN SOLUTION
    if padding == "same":
        return math.ceil(size / stride)
    return (size - dilation * (kernel - 1) - 1) // stride + 1
    # END SOLUTION


# %% check="q1"

# %% [markdown]
# On top the pixels, grey, and the zeros of the padding, white. Below, one row for each place. Filled red
# squares are places too many (the kernel hangs over), empty ones are places that you left out.

# %%
with picture_of("q1"):
    lines = [(10, 3), (10, 3, 2), (10, 3, 2, "same"), (9, 3, 2, "same"), (10, 3, 3), (10, 3, 3, "same")]
    lines += [(10, 4, 1, "same"), (10, 3, 1, "valid", 3), (10, 2, 1, "valid", 4), (10, 3, 1, "same", 3)]
    figure, axes = plt.subplots(2, 5, figsize=(14, 5.6), layout="constrained")
    for axis, line in zip(axes.flat, lines, strict=True):
        show_windows(axis, output_size(*line), *line)

# %% [markdown]
# ## 2. The convolutional layer
#
# A layer takes a tensor $U$ of shape $(N_1, N_2, N_{in})$, such as a colour image with $N_{in} = 3$, and
# gives a $Z$ of shape $(M_1, M_2, N_{out})$. It learns a weight tensor $W$ of shape
# $(K_1, K_2, N_{in}, N_{out})$ and a bias vector $b$ of shape $(N_{out})$:
#
# $$Z[i_1, i_2, m] = \sum_{k_1=0}^{K_1-1} \sum_{k_2=0}^{K_2-1} \sum_{n=0}^{N_{in}-1}
# W[k_1, k_2, n, m]\; U[i_1 + k_1, i_2 + k_2, n] + b[m]$$
#
# Its **parameters** are the entries of $W$ and $b$. Read the formula from the parameters' side: which of the
# indices $k_1, k_2, n, m, i_1, i_2$ does $W$ have, and which does $b$ have?
#
# With `groups` $= G$ the input channels are cut into $G$ equal parts, the output channels too, and each
# part of the output sees only its own part of the input. The second layer of AlexNet was like that, with
# $G = 2$, one half for each of two GPUs (A. Krizhevsky, I. Sutskever and G. Hinton, *ImageNet
# classification with deep convolutional neural networks*, 2012).
#
# Question 1 skipped? `from w02_helpers import keras_size`: then `keras_size(size, kernel, stride, padding,
# dilation)` asks Keras, as long as you don't want a stride and a dilation at once.


# %% question="q2"
def conv2d(
    input_shape,
    filters,
    kernel_size,
    strides=(1, 1),
    padding="valid",
    dilation_rate=(1, 1),
    groups=1,
    use_bias=True,
):
    """What keras.layers.Conv2D will do, without building it.

    Arguments:
        input_shape: (N1, N2, Nin).
        filters: Nout, the number of output channels.
        kernel_size: (K1, K2). strides: (S1, S2). dilation_rate: (D1, D2). padding: "valid" or "same".
        groups: G, a divisor of both Nin and Nout.
        use_bias: whether there is a bias vector.

    Returns:
        (output_shape, parameters): (M1, M2, Nout) as a tuple, and the number of parameters, an integer.

    Example:
        conv2d((512, 512, 1), 2, (3, 3))  gives ((510, 510, 2), 20)
    """
    # BEGIN SOLUTION
    M1, M2 = (
        output_size(size, kernel, stride, padding, dilation)
        for size, kernel, stride, dilation in zip(
            input_shape[:-1], kernel_size, strides, dilation_rate, strict=True
        )
    )
    weights = math.prod(kernel_size) * (input_shape[-1] // groups) * filters
    biases = filters if use_bias else 0
    return (M1, M2, filters), weights + biases
    # END SOLUTION


# %% check="q2"

# %% [markdown]
# A photograph goes through five layers of Keras, fresh and with random weights. You see the first feature
# map of each, all to the same scale, in a frame of the size that *you* predict.

# %%
coffee = skimage.data.coffee() / 255

with picture_of("q1 and q2"):
    choices = [
        {"filters": 4, "kernel_size": (9, 9)},
        {"filters": 8, "kernel_size": (41, 3)},
        {"filters": 8, "kernel_size": (3, 3), "strides": (2, 3), "padding": "same"},
        {"filters": 2, "kernel_size": (3, 5), "dilation_rate": (20, 20), "use_bias": False},
        {"filters": 16, "kernel_size": (7, 7), "strides": (4, 4)},
    ]
    figure, axes = plt.subplots(1, 6, figsize=(15, 3.6))
    axes[0].imshow(coffee)
    axes[0].set(xlim=(-18, 618), ylim=(618, -18), title=f"{coffee.shape}")
    axes[0].set_axis_off()
    for axis, arguments in zip(axes[1:], choices, strict=True):
        show_layer(axis, conv2d, coffee, **arguments)

# %% [markdown]
# ## 3. The layers around it
#
# - **Max pooling** keeps the largest value of each window of `pool_size` and learns nothing. Windows are
#   placed as in question 1. Without `strides`, Keras moves by a whole window, `strides = pool_size`.
#   Channels stay apart.
# - **Flatten** lays a tensor out as one vector.
# - **Dense** is a product with a matrix $W$ of shape $(N_{in}, N_{out})$, plus a bias for each output.
#   Keras takes the *last* axis for $N_{in}$: put behind a tensor that nobody has flattened, the layer does
#   the same at every place.
# - **Batch normalisation** learns two numbers for each channel, the scale $\gamma$ and the shift $\beta$,
#   and keeps two more that no gradient changes: the running mean and variance that it uses after training
#   (S. Ioffe and C. Szegedy, *Batch normalization*, 2015). Keras counts all of them. Again a channel is an
#   entry of the last axis.


# %% question="q3"
def max_pooling2d(input_shape, pool_size=(2, 2), strides=None, padding="valid"):
    """What keras.layers.MaxPooling2D will do.

    Arguments:
        input_shape: (N1, N2, Nin).
        pool_size: (K1, K2). strides: (S1, S2), or None for those of the window. padding: "valid" or "same".

    Returns:
        (output_shape, parameters), as from `conv2d`.

    Example:
        max_pooling2d((5, 7, 3))  gives ((2, 3, 3), 0)
    """
    # BEGIN SOLUTION
    sizes = (
        output_size(size, kernel, stride, padding)
        for size, kernel, stride in zip(input_shape[:-1], pool_size, strides or pool_size, strict=True)
    )
    return (*sizes, input_shape[-1]), 0
    # END SOLUTION


def flatten(input_shape):
    """What keras.layers.Flatten will do with a tensor of any order. Returns: as from `conv2d`.

    Example:
        flatten((7, 7, 512))  gives ((25088,), 0)
    """
    # BEGIN SOLUTION
    return (math.prod(input_shape),), 0
    # END SOLUTION


def dense(input_shape, units, use_bias=True):
    """What keras.layers.Dense will do.

    Arguments:
        input_shape: (Nin,), or a longer shape whose last entry is Nin.
        units: Nout.
        use_bias: whether there is a bias for each output.

    Returns:
        (output_shape, parameters), as from `conv2d`. The output has as many axes as the input.

    Example:
        dense((3,), 2)        gives ((2,), 8)
        dense((5, 7, 3), 2)   gives ((5, 7, 2), 8)
    """
    # BEGIN SOLUTION
    weights = input_shape[-1] * units
    biases = units if use_bias else 0
    return (*input_shape[:-1], units), weights + biases
    # END SOLUTION


def batch_normalization(input_shape):
    """What keras.layers.BatchNormalization will do with a tensor of any order. Returns: as from `conv2d`.

    The parameters are all that Keras counts: those that a gradient changes, and those that none does.
    """
    # BEGIN SOLUTION
    return input_shape, 4 * input_shape[-1]
    # END SOLUTION


# %% check="q3"

# %% [markdown]
# Pooling on the photograph, and the other three beside what Keras builds.

# %%
with picture_of("q1 and q3"):
    figure, axes = plt.subplots(1, 4, figsize=(15, 3.4), width_ratios=[1, 1, 1, 2.2])
    show_layer(axes[0], max_pooling2d, coffee, pool_size=(2, 2))
    show_layer(axes[1], max_pooling2d, coffee, pool_size=(7, 3), padding="same")
    show_layer(axes[2], max_pooling2d, coffee, pool_size=(9, 9), strides=(1, 2))
    layers = [
        (flatten, (30, 20, 3), {}),
        (dense, (1800,), {"units": 10}),
        (dense, (30, 20, 3), {"units": 10}),
    ]
    layers += [(dense, (64,), {"units": 8, "use_bias": False})]
    layers += [(batch_normalization, shape, {}) for shape in ((30, 20, 3), (128,))]
    rows = [(layer.__name__, shape, *layer(shape, **arguments)) for layer, shape, arguments in layers]
    truth = [
        (layer.__name__, shape, *keras_layer(layer.__name__, shape, **arguments))
        for layer, shape, arguments in layers
    ]
    show_table(axes[3], ["layer", "input", "your output", "your parameters"], rows, truth)

# %% [markdown]
# ## 4. Relatives of the convolution
#
# A convolution does two things at once: it looks around in space, and it mixes channels. One can do the two
# apart.
#
# - **Depthwise**: each input channel has its own `depth_multiplier` kernels of $K_1 \times K_2$ and is
#   convolved with each of them. Nothing is added up over channels, so there are $N_{in}$ ·
#   `depth_multiplier` output channels, each with a bias.
# - **Separable**: a depthwise convolution, without biases, and then a *pointwise* one: a convolution with
#   kernels of 1×1 from those channels to $N_{out}$, with biases. Strides and padding belong to the first.
#   (F. Chollet, *Xception*, 2017; A. Howard et al., *MobileNets*, 2017.)
# - **Transposed**: turns the arrows around to make images *larger*; you will need it for the U-Net. Each
#   input pixel stamps a kernel, times its value, onto the output, the next one $S$ pixels further. The
#   weights are as many as those of a convolution from $N_{in}$ to $N_{out}$ channels. Along a line of $N$
#   pixels, Keras gives $(N - 1)S + \max(K, S)$ pixels in valid mode, and cuts that to $N S$ in same mode.


# %% question="q4"
def depthwise_conv2d(
    input_shape, kernel_size, strides=(1, 1), padding="valid", depth_multiplier=1, use_bias=True
):
    """What keras.layers.DepthwiseConv2D will do.

    Arguments and returns: as for `conv2d`, with S1 = S2. depth_multiplier: number of kernels for each input
    channel.

    Example:
        depthwise_conv2d((12, 12, 3), (5, 5))  gives ((8, 8, 3), 78)
    """
    # BEGIN SOLUTION
    channels = input_shape[-1]
    filters = channels * depth_multiplier
    return conv2d(input_shape, filters, kernel_size, strides, padding, groups=channels, use_bias=use_bias)
    # END SOLUTION


def separable_conv2d(
    input_shape, filters, kernel_size, strides=(1, 1), padding="valid", depth_multiplier=1, use_bias=True
):
    """What keras.layers.SeparableConv2D will do.

    Arguments and returns: as for `conv2d` and `depthwise_conv2d`, with S1 = S2.

    Example:
        separable_conv2d((12, 12, 3), 256, (5, 5))  gives ((8, 8, 256), 1099)
    """
    # BEGIN SOLUTION
    between, depthwise = depthwise_conv2d(
        input_shape, kernel_size, strides, padding, depth_multiplier, use_bias=False
    )
    output_shape, pointwise = conv2d(between, filters, (1, 1), use_bias=use_bias)
    return output_shape, depthwise + pointwise
    # END SOLUTION


def conv2d_transpose(input_shape, filters, kernel_size, strides=(1, 1), padding="valid", use_bias=True):
    """What keras.layers.Conv2DTranspose will do. Arguments and returns: as for `conv2d`.

    Example:
        conv2d_transpose((7, 5, 4), 2, (3, 3), strides=(2, 2))  gives ((15, 11, 2), 74)
    """
    # BEGIN SOLUTION
    sizes = (
        size * stride if padding == "same" else (size - 1) * stride + max(kernel, stride)
        for size, kernel, stride in zip(input_shape[:-1], kernel_size, strides, strict=True)
    )
    weights = math.prod(kernel_size) * input_shape[-1] * filters
    return (*sizes, filters), weights + (filters if use_bias else 0)
    # END SOLUTION


# %% check="q4"

# %% [markdown]
# Left, a small piece of the photograph is stamped larger, and filtered channel by channel. Right, the
# parameters of a standard and of a separable layer of 3×3 from 32 channels. Crosses are yours, rings are
# those of Keras: each cross should sit in a ring.

# %%
with picture_of("q1, q2 and q4"):
    figure, axes = plt.subplots(1, 4, figsize=(15, 3.8), width_ratios=[1, 1, 1, 1.6])
    cup = coffee[40:300:5, 150:500:5]
    show_layer(axes[0], conv2d_transpose, cup, filters=8, kernel_size=(3, 3), strides=(2, 2))
    show_layer(axes[1], conv2d_transpose, cup, filters=8, kernel_size=(2, 4), strides=(3, 1), padding="same")
    show_layer(axes[2], depthwise_conv2d, cup, kernel_size=(9, 5), depth_multiplier=2)
    counts = [8, 16, 32, 64, 128, 256]
    for function, color in ((conv2d, "tab:orange"), (separable_conv2d, "tab:blue")):
        shape, name = (28, 28, 32), function.__name__
        yours = [function(shape, filters=filters, kernel_size=(3, 3))[1] for filters in counts]
        of_keras = [keras_layer(name, shape, filters=filters, kernel_size=(3, 3))[1] for filters in counts]
        axes[3].loglog(counts, of_keras, "o", ms=11, mfc="none", mec=color)
        axes[3].loglog(counts, yours, "x", color=color, label=name)
    axes[3].set(xlabel="output channels", ylabel="parameters")
    axes[3].legend()

# %% [markdown]
# ## 5. What convolution saves
#
# Two kinds of cost. *Parameters* must be stored and learned. *Multiplications* take the time. A convolution
# uses each weight again at every place, and that is the whole idea: an edge is an edge wherever it is.
#
# - Put a **dense** layer in the place of a convolution, from all $N_1 N_2 N_{in}$ inputs to all
#   $M_1 M_2 N_{out}$ outputs: how many weights and biases would it have? The lecture's example is AlexNet's
#   second layer, taken as a convolution of 5×5 from (55, 55, 96) to (55, 55, 256).
# - Count the **multiplications** of a convolution: the products in the formula of question 2, for the whole
#   output of one image. Products with a zero of the padding count too (the hardware does them). Adding a
#   bias is no multiplication.
# - Count those of a separable layer, both steps. The decks (E. Parlett-Pelleriti) give, in our notation and
#   without padding or stride tricks, $M_1 M_2 \cdot N_{in}\,(K_1 K_2 + N_{out})$ against
#   $M_1 M_2 \cdot N_{in} \cdot K_1 K_2 \cdot N_{out}$.
#
# Questions 2 and 4 help. If you skipped them,
# `keras_layer("conv2d", input_shape, filters=…, kernel_size=…, …)` builds the layer and tells you its shape
# and parameters.


# %% question="q5"
def dense_instead(input_shape, output_shape):
    """A dense layer between all entries of two tensors.

    Arguments:
        input_shape: (N1, N2, Nin).
        output_shape: (M1, M2, Nout).

    Returns:
        (weights, biases): two integers.

    Example:
        dense_instead((4, 4, 1), (2, 3, 5))  gives (480, 30)
    """
    # BEGIN SOLUTION
    inputs, outputs = math.prod(input_shape), math.prod(output_shape)
    return inputs * outputs, outputs
    # END SOLUTION


def conv2d_multiplications(input_shape, filters, kernel_size, **options):
    """The number of multiplications of a convolutional layer, for one image.

    Arguments:
        input_shape, filters, kernel_size: as for `conv2d`.
        options: any of strides, padding, dilation_rate and groups, as for `conv2d`.

    Returns:
        an integer.

    Example:
        conv2d_multiplications((4, 4, 1), 5, (3, 2))  gives 180
    """
    # BEGIN SOLUTION
    (M1, M2, _), weights = conv2d(input_shape, filters, kernel_size, use_bias=False, **options)
    return M1 * M2 * weights
    # END SOLUTION


def separable_conv2d_multiplications(input_shape, filters, kernel_size, **options):
    """The number of multiplications of a separable layer, for one image.

    Arguments:
        input_shape, filters, kernel_size: as for `separable_conv2d`.
        options: any of strides, padding and depth_multiplier, as for `separable_conv2d`.

    Returns:
        an integer.
    """
    # BEGIN SOLUTION
    (M1, M2, _), weights = separable_conv2d(input_shape, filters, kernel_size, use_bias=False, **options)
    return M1 * M2 * weights
    # END SOLUTION


# %% check="q5"

# %% [markdown]
# Left: the two layers of AlexNet; mind the scale, each tick is a hundred times the one before it. Right: what
# part of the multiplications a separable layer still needs. Crosses are yours; the lines are
# $1/N_{out} + 1/(K_1 K_2)$, which follows from the two formulas above, and $1/(K_1 K_2)$, dotted. From how
# many output channels on is the ratio within a tenth of $1/(K_1 K_2)$?

# %%
with picture_of("q5"):
    figure, axes = plt.subplots(1, 2, figsize=(13, 3.6))
    alexnet = {"convolution": 5 * 5 * 96 * 256 + 256, "all of VGG16": 138_357_544}
    alexnet["dense instead"] = sum(dense_instead((55, 55, 96), (55, 55, 256)))
    axes[0].barh(list(alexnet), list(alexnet.values()), log=True, color=["tab:blue", "0.7", "tab:orange"])
    for place, count in enumerate(alexnet.values()):
        axes[0].text(count, place, f" {count:,}", va="center")
    axes[0].set(xlim=(1e5, 1e14), xlabel="parameters")
    channels = np.array([4, 8, 16, 32, 64, 128, 256, 512])
    for kernel, color in ((3, "tab:blue"), (5, "tab:orange"), (7, "tab:green")):
        layers = [((28, 28, 32), int(filters), (kernel, kernel)) for filters in channels]
        ratio = [
            separable_conv2d_multiplications(*layer) / conv2d_multiplications(*layer) for layer in layers
        ]
        axes[1].loglog(channels, 1 / channels + 1 / kernel**2, color=color, lw=0.8)
        axes[1].axhline(1 / kernel**2, color=color, lw=0.8, ls=":")
        axes[1].loglog(channels, ratio, "x", color=color, label=f"{kernel}×{kernel}")
    axes[1].set(xlabel="output channels", ylabel="separable / standard")
    axes[1].legend()

# %% [markdown]
# ## 6. The table of VGG16
#
# Now whole networks. We write one as a list of dictionaries, one for each layer: `"layer"` names one of
# your functions, the other entries are its arguments, except the input shape, which is what the layer
# before gives. This is the network for CIFAR-10 of the lecture:

# %%
cifar_net = [
    {"layer": "conv2d", "filters": 32, "kernel_size": (3, 3)},
    {"layer": "max_pooling2d", "pool_size": (2, 2)},
    {"layer": "conv2d", "filters": 32, "kernel_size": (3, 3)},
    {"layer": "max_pooling2d", "pool_size": (2, 2)},
    {"layer": "flatten"},
    {"layer": "dense", "units": 512},
    {"layer": "dense", "units": 10},
]

# Your functions by name. In the place of one that you have not written, Keras answers: slow, but it goes on.
FUNCTIONS = [conv2d, max_pooling2d, flatten, dense, batch_normalization]
FUNCTIONS += [depthwise_conv2d, separable_conv2d, conv2d_transpose]
LAYERS = {function.__name__: or_keras(function) for function in FUNCTIONS}

LAYERS["conv2d"]((32, 32, 3), filters=32, kernel_size=(3, 3))

# %% [markdown]
# VGG16 (K. Simonyan and A. Zisserman, *Very deep convolutional networks for large-scale image recognition*,
# 2014) has five *blocks*. A block is a number of convolutions with kernels of 3×3, padding *same* and as
# many filters each, and then a max pooling with windows of 2×2. Behind the blocks, its *top* flattens and
# has three dense layers, of 4096, 4096 and 1000 units.
#
# | | block 1 | block 2 | block 3 | block 4 | block 5 |
# | --- | --- | --- | --- | --- | --- |
# | filters | 64 | 128 | 256 | 512 | 512 |
# | convolutions in VGG16 | 2 | 2 | 3 | 3 | 3 |
# | convolutions in VGG19 | 2 | 2 | 4 | 4 | 4 |


# %% question="q6"
def table(layers, input_shape):
    """The table that `model.summary()` would print, without a model.

    Arguments:
        layers: list of dictionaries as above; they stay as they are. Look functions up in LAYERS.
        input_shape: shape of the network's input, without the batch.

    Returns:
        list of rows (name, output_shape, parameters). The first row is ("input", input_shape, 0); then comes
        one for each layer, with the value of its "layer" as the name.

    Example:
        table(cifar_net[:2], (32, 32, 3))  gives
        [("input", (32, 32, 3), 0), ("conv2d", (30, 30, 32), 896), ("max_pooling2d", (15, 15, 32), 0)]
    """
    # BEGIN SOLUTION
    rows = [("input", input_shape, 0)]
    for layer in layers:
        arguments = dict(layer)
        name = arguments.pop("layer")
        rows.append((name, *LAYERS[name](rows[-1][1], **arguments)))
    return rows
    # END SOLUTION


def trainable_parameters(layers, input_shape):
    """The number of parameters that training changes. Keras counts them as "trainable params".

    Arguments: as for `table`. Returns: an integer.
    """
    # BEGIN SOLUTION
    return sum(
        count // 2 if name == "batch_normalization" else count
        for name, _, count in table(layers, input_shape)
    )
    # END SOLUTION


def vgg(blocks, top=(4096, 4096, 1000)):
    """A network of the VGG family as a list of layers for `table`.

    Arguments:
        blocks: list of pairs (filters, convolutions), one for each block.
        top: units of the dense layers at the end. An empty one, (), means no top at all: no flatten either.

    Returns:
        list of dictionaries as above, with these layers and no others.

    Example:
        vgg([(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)])  describes VGG16, in 22 layers
    """
    # BEGIN SOLUTION
    layers = []
    for filters, convolutions in blocks:
        layers += convolutions * [
            {"layer": "conv2d", "filters": filters, "kernel_size": (3, 3), "padding": "same"}
        ]
        layers += [{"layer": "max_pooling2d", "pool_size": (2, 2)}]
    if top:
        layers += [{"layer": "flatten"}]
    return layers + [{"layer": "dense", "units": units} for units in top]
    # END SOLUTION


# %% check="q6"

# %% [markdown]
# Your table of VGG16. An entry that differs from the lecture's is red.

# %%
VGG16_BLOCKS = [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]
LECTURE = [("input", (224, 224, 3), 0)]
LECTURE += [("conv2d", (224, 224, 64), count) for count in (1792, 36928)]
LECTURE += [("max_pooling2d", (112, 112, 64), 0)]
LECTURE += [("conv2d", (112, 112, 128), count) for count in (73856, 147584)]
LECTURE += [("max_pooling2d", (56, 56, 128), 0)]
LECTURE += [("conv2d", (56, 56, 256), count) for count in (295168, 590080, 590080)]
LECTURE += [("max_pooling2d", (28, 28, 256), 0)]
LECTURE += [("conv2d", (28, 28, 512), count) for count in (1180160, 2359808, 2359808)]
LECTURE += [("max_pooling2d", (14, 14, 512), 0)]
LECTURE += [("conv2d", (14, 14, 512), 2359808)] * 3
LECTURE += [("max_pooling2d", (7, 7, 512), 0), ("flatten", (25088,), 0)]
LECTURE += [("dense", (4096,), 102764544), ("dense", (4096,), 16781312), ("dense", (1000,), 4097000)]

with picture_of("q6"):
    rows = table(vgg(VGG16_BLOCKS), (224, 224, 3))
    figure, axis = plt.subplots(figsize=(9, 5.6))
    show_table(axis, ["layer", "output shape", "parameters"], rows, LECTURE)
    axis.set_title(f"in all {sum(row[2] for row in rows):,}; the lecture has 138,357,544")

# %% [markdown]
# And where everything is: the numbers that a layer gives for one image, its parameters, its
# multiplications. The three are in very different places. Keep this picture in mind for the last question.

# %%
with picture_of("q5 and q6"):
    rows, layers = table(vgg(VGG16_BLOCKS), (224, 224, 3)), vgg(VGG16_BLOCKS)
    outputs = [math.prod(shape) for _, shape, _ in rows[1:]]
    parameters = [count for *_, count in rows[1:]]
    multiplications = [
        conv2d_multiplications(before[1], layer["filters"], layer["kernel_size"], padding=layer["padding"])
        if layer["layer"] == "conv2d"
        else math.prod(before[1]) * layer["units"]
        if layer["layer"] == "dense"
        else 0
        for before, layer in zip(rows[:-1], layers, strict=True)
    ]
    figure, axes = plt.subplots(1, 3, figsize=(15, 3.6))
    names = [name for name, *_ in rows[1:]]
    for axis, title, numbers in zip(
        axes,
        ("outputs", "parameters", "multiplications"),
        (outputs, parameters, multiplications),
        strict=True,
    ):
        show_bars(axis, names, numbers, f"{title}: {sum(numbers):,}")

# %% [markdown]
# ## 7. Digits on a budget
#
# Now you are the designer. The pictures have 12×12 pixels; somewhere in each is one digit of 8×8, as people
# have written it on paper, with a little noise. The network must say which. **The budget: fewer than 5,000
# parameters.**

# %%
images, labels = digits(np.random.default_rng(0), "training")
figure, axes = plt.subplots(2, 12, figsize=(14, 2.9))
for axis, image, label in zip(axes.flat, images, labels, strict=False):
    axis.imshow(image[..., 0], cmap="gray")
    axis.set_axis_off()
    axis.set_title(label, fontsize=9)

# %% [markdown]
# Everybody trains with the same recipe, `trained(net)` in `w02_helpers.py`: 4,000 pictures of 1,000 digits,
# four times each. The network is yours to design, layers that act only in training included. The recipe is
# not: no other pictures, no further epochs, no training inside `build_digit_net`.
#
# Here is a network without convolutions that spends the whole budget on dense layers. Its accuracy is on
# other digits, nearly all of them of people whose writing it has never seen.

# %%
keras.utils.set_random_seed(0)
dense_net, dense_accuracy = trained(
    keras.Sequential(
        [
            keras.Input((12, 12, 1)),
            keras.layers.Flatten(),
            keras.layers.Dense(31, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
)
print(f"{dense_net.count_params():,} parameters, {dense_accuracy[-1]:.1%} of the validation digits right")

# %% [markdown]
# You can do much better with the same number of parameters. Where does this network spend them, and on
# what? What do you want to know about a digit, what may you forget (where it is?), and which layers cost
# little? You have functions that count: plan before you train. The hidden tests ask for 75 %, 82 % and 88 %
# of other digits again, nearly all of yet other people. Those write less clearly than the ones of the
# validation: expect 3 to 8 points less than there.
#
# One hint. The recipe has only 500 steps. With its default `momentum=0.99`, a `BatchNormalization` needs
# most of them until its running mean and variance are right; 0.9 is quicker.


# %% question="q7"
def build_digit_net():
    """A network that reads digits, not trained yet.

    Returns:
        a Keras model (Sequential, functional or your own subclass of keras.Model). From images of shape
        (n, 12, 12, 1) it makes probabilities of shape (n, 10), with a softmax at the end. It has fewer than
        5,000 parameters, and every number that it knows is one of them: no constants, no Lambda, and no layer
        of your own without parameters, since nobody counts what those know.
    """
    # BEGIN SOLUTION
    return keras.Sequential(
        [
            keras.Input((12, 12, 1)),
            keras.layers.Conv2D(12, 3, activation="relu"),
            keras.layers.Conv2D(16, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Conv2D(16, 3, activation="relu"),
            keras.layers.GlobalMaxPooling2D(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    # END SOLUTION


# Given: it trains your network, as it did the one above.
digit_net = ...
with picture_of("q7"):
    keras.utils.set_random_seed(0)
    digit_net, digit_accuracy = trained(build_digit_net())

# %% [markdown]
# How the accuracy grew, and sixteen validation digits with what your network says (red: wrong).

# %%
with picture_of("q7"):
    answered(digit_net)
    images, labels = digits(np.random.default_rng(3), "validation")
    said = digit_net.predict(images, verbose=0).argmax(axis=1)
    figure, axes = plt.subplots(2, 10, figsize=(15, 3.2), width_ratios=[2.6, 0.4, *[1] * 8])
    for axis in axes.flat:
        axis.set_axis_off()
    curves = figure.add_subplot(axes[0, 0].get_gridspec()[:, 0])
    curves.plot(range(1, 5), dense_accuracy, color="0.6", label=f"dense: {dense_net.count_params():,}")
    curves.plot(range(1, 5), digit_accuracy, label=f"yours: {digit_net.count_params():,} parameters")
    curves.set(xlabel="epoch", xticks=range(1, 5), ylim=(0, 1))
    curves.set_title(f"{digit_accuracy[-1]:.1%} of the validation digits right", fontsize=10)
    curves.legend(fontsize=8, loc="lower right")
    for axis, image, label, answer in zip(axes[:, 2:].flat, images, labels, said, strict=False):
        axis.imshow(image[..., 0], cmap="gray")
        axis.set_title(f"{answer}", color="black" if answer == label else "red", fontsize=10)

# %% check="q7"

# %% [markdown]
# ## 8. To think about
#
# Look at the three pictures under the table of VGG16 again. You are asked (a) to make the file with its
# weights four times smaller, (b) to make it four times faster, (c) to train it with four times as many
# images at once in the same memory. Which layers would you change for each, and how? Use your functions for
# at least one number. And what may it cost: what can the network no longer do? Five to ten sentences.

# %% [markdown] manual="q8" points=2
# # BEGIN SOLUTION
# (a) Three quarters of the parameters, 102,764,544 of 138,357,544, are in the first dense layer, because it
# is the only one that has a weight for every place of the 7×7×512 tensor. Global average pooling in front
# of it leaves 512 inputs: 512 · 4096 + 4096 = 2,101,248. Then about 37.7 million parameters are left, less
# than a third; with 1,024 units instead of 4,096 as well it is below 18 million. The network no longer
# knows where in the picture a feature was, which hardly matters for naming the object, but would for
# locating it.
#
# (b) The dense layers do under 1 % of the 15.5 billion multiplications; the convolutions on large maps do
# the rest. Separable convolutions need about 1/512 + 1/9 of the products, a ninth; a stride of 2 in the
# first layer divides everything behind it by four. The first mixes space and channels in a poorer way, the
# second loses small details.
#
# (c) Training keeps the outputs of all layers for the backward pass, and almost three quarters of these
# numbers are in the first two blocks. Smaller images, a stride in the first layer or fewer filters in block 1
# help; fewer parameters hardly do. Again small details go first.
# # END SOLUTION
