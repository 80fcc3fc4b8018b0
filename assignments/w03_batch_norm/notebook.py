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
# # Week 3: Batch normalization
#
# Last week it was a row in a table: four numbers for each channel. This week you write that layer, forward
# and backward; put it into a network and **train it several times as fast**; and then take it out again
# without changing a single answer.

# %%
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # the same numbers here as in the grader

import keras
import numpy as np
import tensorflow as tf
from IPython.display import Image, display
from keras import layers
from matplotlib import pyplot as plt
from w03_helpers import (
    digits,
    learning_curves,
    numerical_gradient,
    picture_of,
    show,
    show_curves,
    show_histogram,
    show_share,
    show_signed,
    texture_patches,
)

plt.rcParams["figure.dpi"] = 80
tf.config.experimental.enable_op_determinism()
keras.utils.set_random_seed(3)

# %%
display(Image("figures/opening.png"))

# %% [markdown]
# *The same network, the same digits, the same start. Right: with batch norm behind each convolution.*
#
# **How this works.** Replace each `raise NotImplementedError(…)` by your answer and run the check below it.
# It runs the public tests; hidden ones, with inputs you have not seen, run after you hand in. Under every
# check is a picture of what your answer does. Look at it: most mistakes can be seen.
#
# A batch is an array whose **last axis counts the channels**, as always in Keras: $(N, H, W, C)$ for
# images, $(N, C)$ for vectors, the outputs of a dense layer. Questions 1, 2, 3 and 6 are NumPy's; write
# each of them so that it takes both. A function leaves the arrays that it is given as they are.

# %% [markdown]
# ## 1. Normalising a batch
#
# Before you train, you standardise the data: mean 0, variance 1 for each feature. But the second layer
# never sees the data. It sees what the first layer makes of them, and that changes with every step. Batch
# norm standardises there, too: each channel, in each batch. Let $x_1 \dots x_m$ be *all* numbers in one
# channel of the batch $\mathcal{B}$: $m = N$ for vectors, $m = N \cdot H \cdot W$ for images. Then
#
# $$\mu_\mathcal{B} = \frac{1}{m} \sum_{i=1}^m x_i \qquad
# \sigma^2_\mathcal{B} = \frac{1}{m} \sum_{i=1}^m (x_i - \mu_\mathcal{B})^2 \qquad
# \hat{x}_i = \frac{x_i - \mu_\mathcal{B}}{\sqrt{\sigma^2_\mathcal{B} + \epsilon}} \qquad
# y_i = \gamma\, \hat{x}_i + \beta$$
#
# This is Algorithm 1 of S. Ioffe and C. Szegedy (*Batch Normalization*, 2015, arXiv 1502.03167), which
# three of the lectures show. $\gamma$ and $\beta$ are learned: if the next layer would rather have another
# mean and variance, it gets them. $\epsilon$ is a small constant, in Keras $10^{-3}$, **inside the root**.
# It matters where a channel hardly varies.


# %% question="q1"
def batch_statistics(x):
    """Mean and variance of each channel of a batch.

    Arguments:
        x: array of floats of shape (N, H, W, C) or (N, C). N may be 1.

    Returns:
        a tuple of two arrays,
        mean: of shape (C,).
        variance: of shape (C,), the mean of the squared distances from the mean (m below, not m - 1).

    Example:
        batch_statistics(np.array([[1.0, 6.0], [3.0, 6.0]]))  gives [2., 6.] and [1., 0.]
    """
    # BEGIN SOLUTION
    axes = tuple(range(np.ndim(x) - 1))
    return np.mean(x, axis=axes), np.var(x, axis=axes)
    # END SOLUTION


def normalize(x, mean, variance, gamma, beta, epsilon=1e-3):
    """Each channel of a batch, with a given mean and variance: γ (x - mean) / √(variance + ε) + β.

    Arguments:
        x: array of floats of shape (N, H, W, C) or (N, C).
        mean, variance: arrays of shape (C,). Not always those of x itself: see question 2.
        gamma, beta: arrays of shape (C,).
        epsilon: the number ε.

    Returns:
        array of the shape of x.

    Example:
        with x = np.array([[1.0], [7.0]]) and arrays of one number each, mean 4, variance 5, gamma 2, beta 1:
        normalize(x, mean, variance, gamma, beta, epsilon=4)  gives [[-1.], [3.]]
    """
    # BEGIN SOLUTION
    return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta
    # END SOLUTION


# %% check="q1"

# %% [markdown]
# Six patches of brick, grass and gravel with four channels: how bright, how much brighter to the right, how
# much brighter below, and one that is almost constant. Above as they are, each on its own scale; below
# yours, all on the same one. The first three should have mean 0 and standard deviation 1. And the fourth?

# %%
patches = texture_patches(6, 64, seed=1)
nearly_constant = 7 + patches / 2000
channels = np.concatenate(
    [patches, np.gradient(patches, axis=2), np.gradient(patches, axis=1), nearly_constant], axis=-1
)
names = ["brightness", "right minus left", "below minus above", "nearly constant"]

with picture_of("q1"):
    y = normalize(channels, *batch_statistics(channels), gamma=np.ones(4), beta=np.zeros(4))
    figure, axes = plt.subplots(2, 4, figsize=(12, 4.6), layout="constrained")
    for channel, (above, below) in enumerate(axes.T):
        show_histogram(above, channels[..., channel], names[channel])
        show_histogram(below, y[..., channel], "normalised", limits=(-4, 4))

# %% [markdown]
# What $\epsilon$ is for: with it, a channel that varies by less than about $\sqrt{\epsilon} = 0.03$ is
# taken for (nearly) constant, and its noise is *not* blown up to variance 1. Your points should lie on the
# line.

# %%
with picture_of("q1"):
    spreads = np.logspace(-4, 1, 21)
    x = np.array([[-1.0], [1.0]]) * spreads
    y = normalize(x, *batch_statistics(x), gamma=np.ones(21), beta=np.zeros(21))
    figure, axis = plt.subplots(figsize=(5.5, 3.2))
    axis.loglog(spreads, spreads / np.sqrt(spreads**2 + 1e-3), color="tab:green", label="with ε = 0.001")
    axis.loglog(spreads, np.ptp(y, axis=0) / 2, "k.", label="yours")
    axis.set_xlabel("standard deviation of x")
    axis.set_ylabel("standard deviation of y")
    axis.legend()

# %% [markdown]
# ## 2. A layer with two modes
#
# What a network says about one picture should not depend on which others happen to be in the batch. So the
# layer works in two modes (Keras documentation, *BatchNormalization layer*):
#
# - in **training** it normalises with $\mu_\mathcal{B}$ and $\sigma^2_\mathcal{B}$ of the batch at hand, and
#   takes note of them: with the *momentum* $\rho$, by default 0.99,
#
# $$\text{moving mean} \leftarrow \rho \cdot \text{moving mean} + (1 - \rho)\, \mu_\mathcal{B} \qquad
# \text{moving variance} \leftarrow \rho \cdot \text{moving variance} + (1 - \rho)\, \sigma^2_\mathcal{B}$$
#
# - in **inference** it normalises with the moving mean and the moving variance, and leaves them alone.
#
# Mind the name: this momentum says how much of the *old* value is kept. (PyTorch's says how much of the new
# one comes in, 0.1 by default, and it is the same idea.) The paper and PyTorch multiply
# $\sigma^2_\mathcal{B}$ by $m / (m - 1)$ before it goes into the moving variance; Keras does not, nor do we.
#
# You may use your functions from question 1, or, should they not work yet, `keras.ops.moments(x, axes)` and
# `keras.ops.batch_normalization(x, mean, variance, -1, offset=beta, scale=gamma, epsilon=epsilon)`.


# %% question="q2"
class BatchNorm:
    """Batch normalization with NumPy.

    Attributes, arrays of shape (C,); they may be set from outside, so look them up whenever you need them:
        gamma, beta: what would be learned.
        moving_mean, moving_variance: the running statistics, for inference.
    """

    def __init__(self, channels, momentum=0.99, epsilon=1e-3):
        self.momentum = momentum
        self.epsilon = epsilon
        self.gamma, self.beta = np.ones(channels), np.zeros(channels)
        self.moving_mean, self.moving_variance = np.zeros(channels), np.ones(channels)

    def __call__(self, x, training=False):
        """Normalise a batch.

        Arguments:
            x: array of floats of shape (N, H, W, C) or (N, C).
            training: True: normalise with the batch's statistics, and update the moving ones.
                      False: normalise with the moving statistics.

        Returns:
            array of the shape of x.

        Example:
            layer = BatchNorm(1, momentum=0.75)
            layer(np.array([[3.0], [5.0]]), training=True)  gives about [[-1.], [1.]]; then
            layer.moving_mean                               is [1.], a quarter of the way from 0 to 4
        """
        # BEGIN SOLUTION
        mean, variance = self.moving_mean, self.moving_variance
        if training:
            mean, variance = batch_statistics(x)
            self.moving_mean = self.momentum * self.moving_mean + (1 - self.momentum) * mean
            self.moving_variance = self.momentum * self.moving_variance + (1 - self.momentum) * variance
        return normalize(x, mean, variance, self.gamma, self.beta, self.epsilon)
        # END SOLUTION


# %% check="q2"

# %% [markdown]
# 400 batches of 16 numbers, drawn with mean 3 and variance 4. Dashed: 3 and $4 \cdot 15 / 16 = 3.75$, what
# $\mu_\mathcal{B}$ and $\sigma^2_\mathcal{B}$ of 16 such numbers are on average. The moving statistics set
# out from 0 and 1 and should arrive there, slowly and calmly with momentum 0.99, sooner and less calmly with
# 0.9. How many batches does it take with 0.99? And what would inference be like after only 20 of them?

# %%
with picture_of("q2"):
    batches = np.random.default_rng(3).normal(3, 2, size=(400, 16, 1))
    figure, axes = plt.subplots(1, 2, figsize=(11, 3), layout="constrained")
    for momentum, colour in ((0.9, "tab:orange"), (0.99, "tab:blue")):
        layer, history = BatchNorm(1, momentum=momentum), []
        for batch in batches:
            layer(batch, training=True)
            history.append([layer.moving_mean[0], layer.moving_variance[0]])
        for axis, values in zip(axes, np.transpose(history), strict=True):
            axis.plot(values, color=colour, label=f"momentum {momentum}")
    for axis, name, truth in zip(axes, ("moving mean", "moving variance"), (3, 3.75), strict=True):
        axis.axhline(truth, color="black", ls="--")
        axis.set_title(name, fontsize=10)
        axis.set_xlabel("batches")
        axis.legend()

# %% [markdown]
# And the two modes. The same patch of brick three times: among dark patches, among bright ones, alone. In
# training its looks depend on its company. In inference they must not: the lower three should be the same.

# %%
with picture_of("q2"):
    layer = BatchNorm(1, momentum=0.9)
    for seed in range(60):
        layer(texture_patches(12, 64, seed), training=True)
    brick = texture_patches(1, 128, seed=5)
    others = texture_patches(5, 128, seed=6)
    company = {"dark": others / 4, "bright": others / 2 + 128, "none": others[:0]}
    figure, axes = plt.subplots(2, 4, figsize=(9.5, 4.8), layout="constrained")
    for row, training in zip(axes, (True, False), strict=True):
        show(row[0], brick, "the patch", limits=(0, 255))
        for axis, (name, patches) in zip(row[1:], company.items(), strict=True):
            y = layer(np.concatenate([brick, patches]), training=training)
            show(axis, y[0], f"{'training' if training else 'inference'}, company: {name}", limits=(-3, 3))

# %% [markdown]
# ## 3. Backward
#
# For gradient descent the layer must also work backwards: from $\partial L / \partial y_i$, how the loss
# $L$ changes with each output, to how it changes with $x_i$, $\gamma$ and $\beta$. We write $dy_i$, $dx_i$,
# $d\gamma$ and $d\beta$ for them. The point is that $x_i$ reaches the loss on **three ways**: by its own
# $\hat{x}_i$, and by $\mu_\mathcal{B}$ and $\sigma^2_\mathcal{B}$, through which it moves every *other*
# $\hat{x}_j$ of its channel.
#
# $$dx_i = \frac{\partial L}{\partial \hat{x}_i} \frac{1}{\sqrt{\sigma^2_\mathcal{B} + \epsilon}}
# + \frac{\partial L}{\partial \mu_\mathcal{B}} \frac{1}{m}
# + \frac{\partial L}{\partial \sigma^2_\mathcal{B}} \frac{2 (x_i - \mu_\mathcal{B})}{m}$$
#
# Find the partial derivatives on paper (section 3 of the paper has them all). Two things to check yours
# with, without any computer: add a constant to a whole channel and $y$ stays as it is, so the $dx_i$ of a
# channel must add up to 0. And $\beta$ moves all $m$ outputs of its channel alike.
#
# Compute the gradients exactly, by your formulas or by TensorFlow's `GradientTape`. Finite differences are
# for the check below: they depend on their step and need two passes for each number.


# %% question="q3"
def batch_norm_gradients(dy, x, gamma, epsilon=1e-3):
    """Backward pass of batch normalization in training.

    Arguments:
        dy: array of the shape of x: the gradient of the loss with respect to y.
        x: the batch that went in, array of floats of shape (N, H, W, C) or (N, C).
        gamma: array of shape (C,).
        epsilon: the number ε.

    Returns:
        a tuple of three arrays,
        dx: of the shape of x.
        dgamma, dbeta: of shape (C,).

    Example:
        with x = np.array([[3.0], [5.0]]) and dy = np.array([[0.0], [1.0]]),
        batch_norm_gradients(dy, x, np.ones(1))  gives a dgamma and a dbeta of about 1, and a dx of about 0:
        whichever of *two* numbers moves, after normalisation they look as before
    """
    # BEGIN SOLUTION
    axes = tuple(range(np.ndim(x) - 1))
    scale = 1 / np.sqrt(np.var(x, axis=axes) + epsilon)
    x_hat = (x - np.mean(x, axis=axes)) * scale
    dx = gamma * scale * (dy - np.mean(dy, axis=axes) - x_hat * np.mean(dy * x_hat, axis=axes))
    return dx, np.sum(dy * x_hat, axis=axes), np.sum(dy, axis=axes)
    # END SOLUTION


# %% check="q3"

# %% [markdown]
# Left, a **gradient check**: nudge each number by $10^{-5}$ up and down, see how the loss changes, compare.
# The points should lie on the line, and the largest error below $10^{-7}$.
#
# Right, why the two detours matter. A layer adds a bias $b$ in front of batch norm, which subtracts it
# again: $b$ has no effect on the loss, and should stay where it is. But whoever takes $\mu_\mathcal{B}$ and
# $\sigma^2_\mathcal{B}$ for constants moves $b$ in every step, for nothing, and further and further. (The
# example is from section 2 of the paper.)


# %%
def batch_norm_of_keras(x):
    """What Keras' own layer makes of the batch x in training, with γ = 1 and β = 0, in double precision."""
    return np.array(layers.BatchNormalization(dtype="float64")(x, training=True))


with picture_of("q3"):
    generator = np.random.default_rng(4)
    x, weights = generator.normal(2, 3, size=(2, 2, 3, 2)), generator.normal(size=(2, 2, 3, 2))
    gamma = np.array([1.5, -0.5])

    def loss(x):
        return np.sum(weights * gamma * batch_norm_of_keras(x))

    yours, numerical = batch_norm_gradients(weights, x, gamma)[0], numerical_gradient(loss, x)
    figure, axes = plt.subplots(1, 2, figsize=(11, 3.4), layout="constrained")
    axes[0].axline((0, 0), slope=1, color="tab:green")
    axes[0].plot(numerical.ravel(), np.ravel(yours), "k.")
    axes[0].set_xlabel("dx by finite differences")
    axes[0].set_ylabel("your dx")
    axes[0].set_title(f"largest error: {np.abs(yours - numerical).max():.1e}", fontsize=10)

    x, target = generator.normal(size=(32, 1)), generator.normal(1, 1, size=(32, 1))
    dy, biases = (batch_norm_of_keras(x) - target) / 32, [0.0]
    for _ in range(60):
        dx = batch_norm_gradients(dy, x + biases[-1], np.ones(1))[0]
        biases.append(biases[-1] - 0.1 * np.sum(dx))
    axes[1].axhline(0, color="tab:green", lw=4, alpha=0.4, label="as it should be")
    axes[1].plot(biases, "k", label="b, with your gradients")
    axes[1].set_ylim(-1, 7)
    axes[1].set_xlabel("steps")
    axes[1].set_title("the bias in front of batch norm", fontsize=10)
    axes[1].legend(loc="upper left")

# %% [markdown]
# ## 4. Higher learning rates
#
# The lecture says that batch norm *allows higher learning rates, thus reduced training times*. Let us see.
# You build a network for the handwritten digits twice, with and without, now of Keras layers. For each
# number in `filters` comes one block:
#
# 1. a convolution with so many 3×3 kernels, stride 2, padding *same*;
# 2. batch norm (if asked for), with the momentum 0.9, because we train for some hundred steps only: think of
#    the picture above;
# 3. ReLU.
#
# Then global average pooling, and a dense layer with one score per class, without activation: the softmax
# is in the loss.
#
# The paper puts batch norm *before* the nonlinearity, and so do we. (Two of the lectures put it behind;
# both work.) A bias in front of batch norm does nothing, as you saw: with batch norm, the convolutions have
# none.


# %% question="q4"
def build_network(with_batch_norm, filters=(16, 16, 16), input_shape=(8, 8, 1), classes=10):
    """A small convolutional network, with or without batch norm.

    Arguments:
        with_batch_norm: True or False.
        filters: how many kernels each block has.
        input_shape: shape of one image, (H, W, C).
        classes: how many scores come out.

    Returns:
        a keras.Model that maps images (N, H, W, C) to scores (N, classes). Make it of Keras' own layers
        Conv2D, BatchNormalization, ReLU (or Activation), GlobalAveragePooling2D and Dense.

    Example:
        build_network(False).count_params()  gives 4970
        build_network(True).count_params()   gives 5114
    """
    # BEGIN SOLUTION
    network = keras.Sequential([keras.Input(input_shape)])
    for count in filters:
        network.add(layers.Conv2D(count, 3, strides=2, padding="same", use_bias=not with_batch_norm))
        if with_batch_norm:
            network.add(layers.BatchNormalization(momentum=0.9))
        network.add(layers.ReLU())
    network.add(layers.GlobalAveragePooling2D())
    network.add(layers.Dense(classes))
    return network
    # END SOLUTION


# %% check="q4"

# %% [markdown]
# Each network, trained for eight epochs with plain gradient descent and four learning rates. Which rate is
# the best one without batch norm, and which one with it? Which rates are too high without, and what does
# batch norm make of these? (A network that says the same for every digit has the loss $\log 10 = 2.3$.)

# %%
data = digits()
rates = (0.03, 0.3, 1, 3)

with picture_of("q4"):
    networks = []
    for with_batch_norm in (False, True):
        keras.utils.set_random_seed(3)  # the same kernels to start with
        networks.append(build_network(with_batch_norm))
    normalised = networks[1]
    figure, axes = plt.subplots(1, 2, figsize=(12, 4.2), layout="constrained")
    for axis, network, title in zip(axes, networks, ("without", "with"), strict=True):
        losses, accuracies = learning_curves(network, data, rates)
        show_curves(axis, losses, rates, f"{title} batch norm", accuracies)

# %% [markdown]
# One reason: multiply all kernels of a layer by 5 and, with batch norm behind it, the outputs stay the
# same, while the gradients become five times *smaller*. A step that was too large makes the next ones more
# careful. Another: S. Santurkar et al. (*How Does Batch Normalization Help Optimization?*, 2018) find that
# the loss becomes smoother, which the lecture lists, too; that it is about a "covariate shift", as the
# paper's title has it, they doubt.

# %% [markdown]
# ## 5. Folding it away
#
# When training is over, batch norm is a straight line for each channel: the moving statistics, $\gamma$ and
# $\beta$ are constants. The convolution before it is linear, too. Two linear steps are one: there are a
# kernel $W'$ and a bias $b'$ such that
#
# $$W' * X + b' =
# \gamma\, \frac{(W * X + b) - \text{moving mean}}{\sqrt{\text{moving variance} + \epsilon}} + \beta$$
#
# for every $X$. Compare both sides and solve for $W'$ and $b'$. On a phone, that is how batch norm costs
# nothing.
#
# (Where batch norm comes behind the ReLU, it does not go into the layer before it: there is no straight line
# from the one to the other. It goes into the layer *behind* it, exactly where that one does not pad: the
# zeros of the padding never came through batch norm.)


# %% question="q5"
def fold_batch_norm(kernel, bias, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    """Kernel and bias of the one layer that does what a layer and its batch norm do, in inference.

    Arguments:
        kernel: array of shape (K1, K2, C_in, C) of a Conv2D layer, or (C_in, C) of a Dense layer.
        bias: array of shape (C,), or None for a layer without bias.
        gamma, beta, moving_mean, moving_variance: arrays of shape (C,).
        epsilon: the number ε.

    Returns:
        a tuple of two arrays,
        kernel: of the shape of the given one.
        bias: of shape (C,).
    """
    # BEGIN SOLUTION
    scale = gamma / np.sqrt(moving_variance + epsilon)
    offset = -moving_mean if bias is None else bias - moving_mean
    return kernel * scale, offset * scale + beta
    # END SOLUTION


# %% check="q5"

# %% [markdown]
# A convolution of Keras with 8 random kernels and stride 2 on a photograph, followed by batch norm; then
# one convolution with your kernel and bias. The last row should be white: what is left are rounding errors
# of float32.

# %%
gravel = texture_patches(3, 128, seed=8)[2:] / 255

with picture_of("q5"):
    keras.utils.set_random_seed(8)
    convolution = layers.Conv2D(8, 5, strides=2, padding="same", use_bias=False)
    norm = layers.BatchNormalization(momentum=0)
    norm(convolution(gravel), training=True)
    norm.set_weights([np.linspace(-2, 2, 8), np.linspace(-1, 1, 8), *norm.get_weights()[2:]])
    expected = np.array(norm(convolution(gravel)))

    folded = layers.Conv2D(8, 5, strides=2, padding="same")
    folded.build(gravel.shape)
    parts = fold_batch_norm(convolution.get_weights()[0], None, *norm.get_weights())
    folded.set_weights([np.asarray(part) for part in parts])
    yours = np.array(folded(gravel))

    figure, axes = plt.subplots(3, 5, figsize=(11, 6.8), layout="constrained")
    for column, channel in zip(axes.T, (0, 1, 3, 5, 7), strict=True):
        show_signed(column[0], expected[0, ..., channel], f"convolution, batch norm: channel {channel}", 3)
        show_signed(column[1], yours[0, ..., channel], "folded", 3)
        difference = yours[0, ..., channel] - expected[0, ..., channel]
        show_signed(column[2], difference, f"difference, at most {np.abs(difference).max():.0e}", 0.01)
    for column in axes.T:
        column[0].title.set_fontsize(8)

# %% [markdown]
# And your trained network: its twin has three layers less, and should say the same about every new digit.


# %%
def weights_called(network, name):
    """The weights of a network that have this name, in the order of its layers."""
    return [weight.numpy() for weight in network.weights if weight.name == name]


with picture_of("q4 and q5"):
    twin = build_network(False)
    names = ("gamma", "beta", "moving_mean", "moving_variance")
    norms = zip(*(weights_called(normalised, name) for name in names), strict=True)
    weights = []
    for kernel in weights_called(normalised, "kernel"):
        if kernel.ndim == 2:  # the dense layer, wherever it comes
            weights += [kernel, *weights_called(normalised, "bias")]
        else:
            weights += [np.asarray(part) for part in fold_batch_norm(kernel, None, *next(norms))]
    twin.set_weights(weights)

    scores, twin_scores = (np.array(network(data[2], training=False)) for network in (normalised, twin))
    same = np.mean(scores.argmax(axis=1) == twin_scores.argmax(axis=1))
    figure, axis = plt.subplots(figsize=(4.4, 4))
    axis.axline((0, 0), slope=1, color="tab:green")
    axis.plot(scores.ravel(), twin_scores.ravel(), "k.", ms=2)
    axis.set_xlabel(f"scores with batch norm ({normalised.count_params():,} parameters)")
    axis.set_ylabel(f"scores of the twin ({twin.count_params():,} parameters)")
    axis.set_title(f"the same answer for {same:.1%} of the new digits", fontsize=10)

# %% [markdown]
# ## 6. Layer normalization
#
# With few pictures in a batch $\mu_\mathcal{B}$ and $\sigma^2_\mathcal{B}$ are poor estimates, with one
# vector they are useless. **Layer norm** (J. L. Ba et al., 2016, arXiv 1607.06450) uses the same formula,
# but takes mean and variance over other axes, within one sample. Nothing moves, nothing runs, and training
# and inference are the same.
#
# | | mean and variance over | how many means |
# | --- | --- | --- |
# | batch norm | batch, rows, columns | $C$ |
# | layer norm, as in Keras (`axis=-1`) | channels | $N \cdot H \cdot W$ |
# | layer norm of whole images (`axis=(1, 2, 3)`) | rows, columns, channels | $N$ |
#
# The $\gamma$ and $\beta$ of layer norm have the shape of the axes that the mean is taken over: $(C,)$ or
# $(H, W, C)$. Those of batch norm still have one number per channel.


# %% question="q6"
def layer_norm(x, gamma, beta, axis=-1, epsilon=1e-3):
    """Layer normalization.

    Arguments:
        x: array of floats of shape (N, H, W, C) or (N, C).
        gamma, beta: arrays of the shape of the axes in `axis`: (C,), or (H, W, C) for axis=(1, 2, 3).
        axis: the axis or the axes over which mean and variance are taken, a number or a tuple: -1 or the
              last axis' number, (1, 2, 3) or the like. Never the first one, and always up to the last one.
        epsilon: the number ε, inside the root.

    Returns:
        array of the shape of x.

    Example:
        with x = np.array([[1.0, 7.0], [4.0, 4.0]]),
        layer_norm(x, np.ones(2), np.zeros(2))  gives about [[-1., 1.], [0., 0.]]
    """
    # BEGIN SOLUTION
    mean = np.mean(x, axis=axis, keepdims=True)
    variance = np.var(x, axis=axis, keepdims=True)
    return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta
    # END SOLUTION


# %% check="q6"

# %% [markdown]
# Three images with 4 channels. We touch *one* number: one channel of the ringed pixel of the second image.
# Red: how many of a pixel's four channels then come out differently. Which rows should be red in all three
# images, in one, in one pixel?

# %%
with picture_of("q6"):
    x = np.random.default_rng(6).normal(size=(3, 8, 10, 4))
    touched = x.copy()
    touched[1, 2, 6, 0] += 1
    norms = {
        "batch norm": batch_norm_of_keras,
        "layer norm, axis=-1": lambda x: layer_norm(x, np.ones(4), np.zeros(4)),
        "layer norm, axis=(1, 2, 3)": lambda x: layer_norm(
            x, np.ones((8, 10, 4)), np.zeros((8, 10, 4)), axis=(1, 2, 3)
        ),
    }
    figure, axes = plt.subplots(3, 3, figsize=(10.5, 7), layout="constrained")
    for row, (name, norm) in zip(axes, norms.items(), strict=True):
        changed = np.abs(norm(touched) - norm(x)) > 1e-9
        for image, axis in enumerate(row):
            title = f"{name}: image {image + 1}"
            show_share(axis, changed[image].mean(axis=-1), title, ring=(2, 6) if image == 1 else None)

# %% [markdown]
# ## 7. To think about
#
# A colleague trains a network with batch norm on medical images so large that only *two* fit into a batch.
# After 60 steps (momentum 0.99) the training loss is low. Then they evaluate: hardly better than guessing.
# In training mode, the very same images are classified well, but every run gives other answers. In five to
# ten sentences: give two separate reasons for this, say for each how you would find out whether it is the
# one, and what you would change. Would layer norm have helped with either?

# %% [markdown] manual="q7" points=2
# # BEGIN SOLUTION
# First, the moving statistics lag behind. After 60 steps with momentum 0.99 they still consist to
# $0.99^{60} = 55\,\%$ of their initial values 0 and 1, so inference normalises with numbers that have
# little to do with the data. To find out, print moving mean and variance beside the statistics of a large
# sample; or run training images through the network in training mode for some hundred batches more, with a
# learning rate of 0, and evaluate again. Remedy: a momentum of 0.9, or more steps.
#
# Second, with two images the statistics are noisy, and the network has learned to live with them: each
# image is normalised together with whichever other one it meets, which is also why every run gives other
# answers. If even exact moving statistics (averaged over all training images) do not mend the evaluation,
# this is it. Remedy: larger batches of smaller crops, frozen statistics from a pretrained network, or a
# norm that does not look across the batch.
#
# Layer norm (or group norm) helps with both: it has no moving statistics, and an image's answer depends on
# that image alone.
# # END SOLUTION
