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
# # Week 1: Convolution and the corner filter
#
# You will write the one operation that gives convolutional networks their name, and then use it to
# find the **corner** of a rectangle, the **edges** in a photograph and **letters e** on a page.
# Nothing is learned from data yet: this week *you* choose the numbers in the kernels.

# %%
import numpy as np
import scipy.signal
import skimage.data
from IPython.display import Image, display
from matplotlib import pyplot as plt
from w01_helpers import answered, cross, frame, panels, picture_of, ring, show, show_numbers, show_signed

plt.rcParams["figure.dpi"] = 80

# %%
display(Image("figures/opening.png"))

# %% [markdown]
# **How this works.** Replace each `...` or `raise NotImplementedError(…)` by your answer and run the check
# below it. It runs the public tests; hidden ones, with inputs you have not seen, run after you hand in.
# Under every check is a picture of what your answer does. Look at it: most mistakes can be seen.

# %% [markdown]
# ## 1. Convolution by hand
#
# Lay a small *kernel* $W$ of $K_1 \times K_2$ numbers on an image $X$ of $N_1 \times N_2$ pixels, with its
# upper left entry at the *offset* $(j_1, j_2)$. Multiply what lies on top of each other, and add up:
#
# $$Z[j_1, j_2] = \sum_{k_1=0}^{K_1-1} \sum_{k_2=0}^{K_2-1} W[k_1, k_2]\, X[j_1 + k_1, j_2 + k_2]$$
#
# $Z$ is large where the image looks like the kernel. Signal processing calls this *correlation*; deep
# learning, and Keras, call it **convolution**, and so do we. Rows are counted downwards, columns to the
# right.
#
# At the border there are three customs. Pixels outside the image count as 0.
#
# | mode | zeros around the image | shape of $Z$ | a 512×512 photo with a 9×9 kernel |
# | --- | --- | --- | --- |
# | valid | none | $N_1-K_1+1,\; N_2-K_2+1$ | 504×504 |
# | same | just enough to keep the size | $N_1,\; N_2$ | 512×512 |
# | full | as long as one pixel is covered | $N_1+K_1-1,\; N_2+K_2-1$ | 520×520 |
#
# Loops are fine. But of the four that the formula suggests, the two over the *kernel* are the short ones:
# for each $(k_1, k_2)$ a whole shifted image can be added at once.


# %% question="q1"
def correlate2d(image, kernel, mode="valid"):
    """Convolution without reversal of a grey image with a kernel.

    Use NumPy only, not SciPy: no test can see which, but whoever marks question 7 can.

    Arguments:
        image: array of shape (N1, N2), of floats or integers (photos are uint8: 0 to 255).
        kernel: array of shape (K1, K2) with K1 <= N1 and K2 <= N2. Not always square, odd or symmetric.
        mode: "valid": no padding.
              "same": (K - 1) // 2 zeros before the image and K // 2 behind it, in each direction (above and
              below with K = K1, left and right with K = K2). For even K that is one more below and on the
              right. Keras and scipy.signal.correlate2d do the same.
              "full": K - 1 zeros on either side, in each direction.

    Returns:
        array of floats; its shape is in the table above.

    Example:
        correlate2d([[1, 2, 4]], [[1, -1]])          gives [[-1., -2.]]
        correlate2d([[1, 2, 4]], [[1, -1]], "same")  gives [[-1., -2., 4.]]
        correlate2d([[1, 2, 4]], [[1, -1]], "full")  gives [[-1., -1., -2., 4.]]
    """
    # BEGIN SOLUTION
    W = np.asarray(kernel, dtype=float)
    K1, K2 = W.shape
    padding = {
        "valid": ((0, 0), (0, 0)),
        "same": (((K1 - 1) // 2, K1 // 2), ((K2 - 1) // 2, K2 // 2)),
        "full": ((K1 - 1, K1 - 1), (K2 - 1, K2 - 1)),
    }
    X = np.pad(image, padding[mode])
    rows, columns = X.shape[0] - K1 + 1, X.shape[1] - K2 + 1
    Z = np.zeros((rows, columns))
    for k1 in range(K1):
        for k2 in range(K2):
            Z += W[k1, k2] * X[k1 : k1 + rows, k2 : k2 + columns]
    return Z
    # END SOLUTION


# %% check="q1"

# %% [markdown]
# The example from the lecture. A red box is a number that should be another one.

# %%
example = np.array([[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]])
W = np.array([[0, 1, 2], [2, 2, 0], [0, 1, 2]])

with picture_of("q1"):
    Z = correlate2d(example, W)
    [[left, middle, right]] = panels(1, 3, 9, 3)
    show_numbers(left, example, "image X")
    show_numbers(middle, W, "kernel W")
    show_numbers(right, Z, "your Z", expected=[[12, 12, 17], [10, 17, 19], [9, 6, 14]])

# %% [markdown]
# And the three modes, with a kernel that averages over 9×9 pixels. Where do the dark frames come from?

# %%
camera = skimage.data.camera()
face = camera[60:188, 170:298]

with picture_of("q1"):
    averages = {mode: correlate2d(face, np.full((9, 9), 1 / 81), mode) for mode in ("valid", "same", "full")}
    [[first, *others]] = panels(1, 4, 11, 3)
    show(first, face, f"X: {face.shape}")
    for panel, (mode, average) in zip(others, averages.items(), strict=True):
        show(panel, average, f"{mode}: {average.shape}", limits=(0, 255))

# %% [markdown]
# ## 2. Convolution with reversal
#
# In signal processing and mathematics, convolution also turns the kernel around, up–down and left–right.
# We call that **convolution with reversal**:
#
# $$Z[n_1, n_2] = \sum_{k_1=0}^{K_1-1} \sum_{k_2=0}^{K_2-1} W[k_1, k_2]\, X[n_1 - k_1, n_2 - k_2]$$
#
# In valid mode $n_1$ begins at $K_1 - 1$ and $n_2$ at $K_2 - 1$, so that no index is negative. Both visit the
# same windows, only with the weights in opposite order. A network that learns its kernels does not care;
# you, who write them by hand, must know which one you call.
#
# From here on you may also use `scipy.signal.correlate2d(image, kernel, mode)`: it is your `correlate2d`,
# compiled, but it computes in the type that it is given, and integers may overflow: give it floats. (Keep
# your own function under its name: its tests run at the very end.)


# %% question="q2"
def convolve2d_with_reversal(image, kernel, mode="valid"):
    """Convolution with reversal of a grey image with a kernel.

    Arguments:
        image, kernel, mode: as for `correlate2d`, with the same zeros around the image in each mode.
            (scipy.signal.convolve2d differs in one detail: for "same" with an even kernel it puts the
            extra zeros above and on the left. No test asks for that case.)

    Returns:
        array of floats, of the same shape as from `correlate2d`.

    Example:
        convolve2d_with_reversal([[1, 2, 4]], [[1, -1]])  gives [[1., 2.]]
    """
    # BEGIN SOLUTION
    return correlate2d(image, np.asarray(kernel)[::-1, ::-1], mode)
    # END SOLUTION


# %% check="q2"

# %% [markdown]
# Three bright pixels and a kernel in the shape of an F. One of the two stamps the kernel onto each bright
# pixel as it is; the other one turns it. Which one, and why?

# %%
dots = np.zeros((13, 25))
dots[3, 4] = dots[8, 11] = dots[5, 19] = 1
letter_f = np.array([[1, 1, 1], [1, 0, 0], [1, 1, 0], [1, 0, 0], [1, 0, 0]])

with picture_of("q1 and q2"):
    Z_without = correlate2d(dots, letter_f, "same")
    Z_with = convolve2d_with_reversal(dots, letter_f, "same")
    [[first, second, third, last]] = panels(1, 4, 12, 2.1, ratios=[2, 1, 2, 2])
    show(first, dots, "X")
    show(second, letter_f, "W")
    show(third, Z_without, "without reversal")
    show(last, Z_with, "with reversal")

# %% [markdown]
# ## 3. The corner filter
#
# Here is a white rectangle on black. Its **upper right corner** is the topmost and rightmost white pixel,
# (32, 111).

# %%
X = np.zeros((128, 128))
X[32:-32, 16:-16] = 1

[[panel]] = panels(1, 1, 3, 3)
show(panel, X, "X")
ring(panel, (32, 111))

# %% [markdown]
# Design a 4×4 filter $G$ such that $Z = G * X$ (without reversal)
#
# - is 0 wherever the image is constant, whatever its brightness there, inside and outside the rectangle;
# - has its maximum at the upper right corner: at one offset only, with the corner pixel inside the window.
#
# Start on paper. What does the window see at that corner, what at the other three, what along an edge?
# And what must be true of sixteen numbers that answer 0 to every constant image?

# %% question="q3"
# corner_filter: array of shape (4, 4), your G.
# BEGIN SOLUTION
corner_filter = np.full((4, 4), -1 / 3)
corner_filter[2:, :2] = 1
# END SOLUTION


# %% [markdown]
# Now let it find corners. The offset of the maximum says where the *window* begins; the corner pixel lies
# inside it.


# %% question="q3"
def find_upper_right_corner(image):
    """The upper right corner pixel of the one bright rectangle in an image.

    Arguments:
        image: array of shape (N1, N2). Somewhere is an upright rectangle of one brightness, on a darker
            background of one brightness (not always black). It is at least 4 pixels high and wide, and at
            least 4 pixels away from the image's border. There may be a little noise, of standard deviation
            up to 1 % of the contrast.

    Returns:
        (row, column): two integers, those of the topmost and rightmost pixel of the rectangle.

    Example:
        find_upper_right_corner(X)  gives (32, 111) for the X above
    """
    # BEGIN SOLUTION
    response = scipy.signal.correlate2d(image, corner_filter, mode="valid")
    j1, j2 = np.unravel_index(response.argmax(), response.shape)
    return j1 + 2, j2 + 1
    # END SOLUTION


# %% check="q3"

# %% [markdown]
# Your filter and its answer. A cross marks every offset that reaches the maximum: there should be one, in
# the ring.

# %%
with picture_of("q3"):
    Z = scipy.signal.correlate2d(X, answered(corner_filter), mode="valid")
    maxima = np.argwhere(np.isclose(Z, Z.max()))
    [[left, middle, right]] = panels(1, 3, 11, 3.6)
    show_numbers(left, corner_filter, f"your G (its entries add up to {np.sum(corner_filter):.2f})")
    show_signed(middle, Z, f"Z = G * X, from {Z.min():.3g} (blue) to {Z.max():.3g} (red)")
    show_signed(right, Z[20:42, 98:122], "Z around the corner")
    ring(middle, (30.5, 109.5))
    for maximum in maxima:
        cross(middle, maximum)

# %% [markdown]
# Rectangles it has not seen, also grey on grey. Ring: the corner. Cross: where your function sees it.


# %%
def rectangle(generator):
    """A random rectangle on a random background, and its upper right corner as (row, column)."""
    top, left = generator.integers(4, 50, size=2)
    height, width = generator.integers(4, 40, size=2)
    dark, bright = np.sort(generator.choice(np.linspace(0, 1, 11), size=2, replace=False))
    image = np.full((96, 112), dark)
    image[top : top + height, left : left + width] = bright
    return image, (top, left + width - 1)


with picture_of("q3"):
    generator = np.random.default_rng(1)
    pictures = [rectangle(generator) for _ in range(8)]
    found = [find_upper_right_corner(image) for image, _ in pictures]
    above, below = panels(2, 4, 10, 4.6)
    for panel, (image, corner), position in zip(above + below, pictures, found, strict=True):
        show(panel, image, f"{tuple(int(number) for number in position)}", limits=(0, 1))
        ring(panel, corner)
        cross(panel, position)

# %% [markdown]
# ## 4. Edges
#
# The Sobel filters measure how fast the brightness falls, from left to right ($x$) and from top to bottom
# ($y$):
#
# $$G_x = \begin{bmatrix} 1 & 0 & -1 \\ 2 & 0 & -2 \\ 1 & 0 & -1 \end{bmatrix}, \qquad
# G_y = \begin{bmatrix} 1 & 2 & 1 \\ 0 & 0 & 0 \\ -1 & -2 & -1 \end{bmatrix}, \qquad
# Z_x = G_x * X, \quad Z_y = G_y * X \quad \text{(without reversal, valid mode)}$$
#
# Before you run anything: is $Z_x$ positive or negative where a white area ends on its right?
# Together they give the strength of an edge in any direction, $\sqrt{Z_x^2 + Z_y^2}$.


# %% question="q4"
def sobel_x(image):
    """Fall of brightness from left to right: Zx = Gx * X, without reversal.

    Arguments:
        image: array of shape (N1, N2), of floats or integers. Careful with uint8: in it, 10 - 20 is 246.

    Returns:
        array of shape (N1 - 2, N2 - 2).
    """
    # BEGIN SOLUTION
    gradient_x = [[1, 0, -1], [2, 0, -2], [1, 0, -1]]
    return scipy.signal.correlate2d(image, gradient_x, mode="valid")
    # END SOLUTION


def sobel_y(image):
    """Fall of brightness from top to bottom: Zy = Gy * X, without reversal. Shapes as for `sobel_x`."""
    # BEGIN SOLUTION
    gradient_y = [[1, 2, 1], [0, 0, 0], [-1, -2, -1]]
    return scipy.signal.correlate2d(image, gradient_y, mode="valid")
    # END SOLUTION


def gradient_magnitude(image):
    """Strength of the edge at each pixel, the root of Zx² + Zy². Shapes as for `sobel_x`; never negative."""
    # BEGIN SOLUTION
    return np.hypot(sobel_x(image), sobel_y(image))
    # END SOLUTION


# %% check="q4"

# %% [markdown]
# A white disc first, because there you can predict every colour: $Z_x$ should be red on its right rim and
# blue on its left, $Z_y$ red at the bottom and blue at the top. Then a photograph.

# %%
rows, columns = np.mgrid[:96, :96]
disc = ((rows - 48) ** 2 + (columns - 48) ** 2 < 30**2).astype(float)

with picture_of("q4"):
    for row, image, limit in zip(panels(2, 4, 11, 5.8), (disc, camera[::2, ::2]), (4, 300), strict=True):
        show(row[0], image, "X")
        show_signed(row[1], sobel_x(image), "$Z_x$ (red: positive, blue: negative)", limit)
        show_signed(row[2], sobel_y(image), "$Z_y$", limit)
        show(row[3], gradient_magnitude(image), "strength of the edge", limits=(0, limit))

# %% [markdown]
# ## 5. Blur
#
# A kernel whose entries are positive and add up to 1 replaces each pixel by a weighted mean of its
# surroundings. Two of them:
#
# $$\text{uniform: } W[k_1, k_2] = \frac{1}{K^2}, \qquad
# \text{Gaussian: } W[k_1, k_2] \propto \exp\left(-\frac{(k_1 - c)^2 + (k_2 - c)^2}{2\sigma^2}\right),
# \quad c = \frac{K-1}{2}$$
#
# In mode *same* you saw a dark frame: at the border, zeros from outside were averaged in. A better blur
# takes the mean over those pixels that exist: divide by the sum of the weights that lie inside the image.


# %% question="q5"
def uniform_kernel(size):
    """Kernel of shape (size, size) with equal entries that add up to 1."""
    # BEGIN SOLUTION
    return np.full((size, size), 1 / size**2)
    # END SOLUTION


def gaussian_kernel(size, sigma):
    """Gaussian kernel around the middle of the window, with entries that add up to 1.

    Arguments:
        size: height and width of the kernel in pixels, odd or even (then the middle lies between two pixels).
        sigma: standard deviation in pixels.

    Returns:
        array of shape (size, size).
    """
    # BEGIN SOLUTION
    distance = np.arange(size) - (size - 1) / 2
    profile = np.exp(-(distance**2) / (2 * sigma**2))
    return np.outer(profile, profile) / profile.sum() ** 2
    # END SOLUTION


def blur(image, kernel):
    """Blurred image: each pixel is the mean, weighted by the kernel, over the pixels inside the image.

    Arguments:
        image: array of shape (N1, N2), of floats or integers.
        kernel: array of shape (K1, K2), K1 and K2 odd, of positive floats, whatever they add up to.

    Returns:
        array of floats of shape (N1, N2). A constant image comes back unchanged, up to its very border.
    """
    # BEGIN SOLUTION
    weighted_sum = scipy.signal.correlate2d(image, kernel, mode="same")
    weight_inside = scipy.signal.correlate2d(np.ones_like(image), kernel, mode="same")
    return weighted_sum / weight_inside
    # END SOLUTION


# %% check="q5"

# %% [markdown]
# Above, three kernels of 11×11; below, what they do. No dark frames, and the Gaussian is gentler at the
# same size.

# %%
with picture_of("q5"):
    kernels = {
        "uniform": uniform_kernel(11),
        "Gaussian, σ = 1.5": gaussian_kernel(11, 1.5),
        "Gaussian, σ = 3": gaussian_kernel(11, 3),
    }
    blurred = [blur(face, kernel) for kernel in kernels.values()]
    [curves, *above], [first, *below] = panels(2, 4, 11, 5.8, title_lines=2)
    axis = curves.axes("middle row of each kernel")
    axis.plot(np.transpose([kernel[5] for kernel in kernels.values()]), ".-")
    axis.set_ylim(0, 0.11)
    axis.legend(kernels, fontsize=8)
    show(first, face, "X", limits=(0, 255))
    for (name, kernel), image, upper, lower in zip(kernels.items(), blurred, above, below, strict=True):
        show(upper, kernel, f"{name}\nentries add up to {kernel.sum():.3g}", limits=(0, 0.03))
        show(lower, image, "X, blurred", limits=(0, 255))

# %% [markdown]
# ## 6. Patterns
#
# A convolutional layer slides several kernels over its input. Each gives one *feature map*; they are
# stacked as *channels*, in Keras along the last axis. With next week's words, you are about to write the
# forward pass of a convolutional layer with $n$ filters and one input channel.
#
# Which patch fits a pattern best, though? With the window and the pattern as vectors, $Z = \mathbf{w}^T
# \mathbf{x} = \|\mathbf{w}\|\,\|\mathbf{x}\| \cos\theta$. A bright window has a large $\|\mathbf{x}\|$ and
# gets a large $Z$ whatever it shows. Only $\cos\theta$ says how much the two look alike: it is largest, 1,
# where $\mathbf{x} = C\,\mathbf{w}$ with $C > 0$. So subtract from each its own mean (brightness) and divide
# by its length (contrast). From here on $\theta$ is the angle between what is left of the two:
#
# $$\cos\theta\,[j_1, j_2] = \frac{\sum_k (W_k - \bar W)(X_{j+k} - \bar X_j)}
# {\sqrt{\sum_k (W_k - \bar W)^2}\;\sqrt{\sum_k (X_{j+k} - \bar X_j)^2}}$$
#
# where $\bar X_j$ is the mean over the window at offset $j = (j_1, j_2)$, and $k$ runs over the kernel.


# %% question="q6"
def feature_maps(image, patterns):
    """One feature map per pattern: convolution without reversal, valid mode.

    Arguments:
        image: array of shape (N1, N2), of floats.
        patterns: array of shape (n, K1, K2), of floats.

    Returns:
        array of shape (N1 - K1 + 1, N2 - K2 + 1, n): the last axis counts the patterns.
    """
    # BEGIN SOLUTION
    maps = [scipy.signal.correlate2d(image, pattern, mode="valid") for pattern in patterns]
    return np.stack(maps, axis=-1)
    # END SOLUTION


def match_pattern(image, pattern):
    """How much each window of the image looks like the pattern, whatever its brightness and contrast.

    Arguments:
        image: array of shape (N1, N2), of floats or integers.
        pattern: array of shape (K1, K2), not constant, of floats or integers.

    Returns:
        array of shape (N1 - K1 + 1, N2 - K2 + 1): cos θ of the formula above, from -1 to 1.
        A constant window has no direction: there the answer is 0. A faint one has, however faint.
    """
    # BEGIN SOLUTION
    direction = pattern - pattern.mean()
    windows = np.lib.stride_tricks.sliding_window_view(image, pattern.shape)
    windows = windows - windows.mean(axis=(2, 3), keepdims=True)
    products = (windows * direction).sum(axis=(2, 3))
    lengths = np.sqrt((windows**2).sum(axis=(2, 3)) * (direction**2).sum())
    return products / np.where(lengths > 1e-9, lengths, np.inf)
    # END SOLUTION


# %% check="q6"

# %% [markdown]
# The X from the lecture and two patterns. In the feature map, the middle of the X scores as high as its
# arms; $\cos\theta$ knows better.

# %%
cross_image = np.maximum(np.eye(5), np.eye(5)[::-1])
patterns = np.array([np.eye(3), np.eye(3)[::-1]])

with picture_of("q6"):
    maps = feature_maps(cross_image, patterns)
    expected = np.array([[3, 0, 1], [0, 3, 0], [1, 0, 3]])
    for index, row in enumerate(panels(2, 4, 10, 5.2)):
        show(row[0], cross_image, "image")
        show(row[1], patterns[index], f"pattern {index + 1}")
        show_numbers(row[2], maps[..., index], "feature map", expected[:, ::-1] if index else expected)
        show_numbers(row[3], match_pattern(cross_image, patterns[index]), "cos θ")

# %% [markdown]
# Now a photographed page, darker on the left, and bent. We cut out one letter e (blue) and look for
# windows like it. The plain feature map only finds bright paper. With $\cos\theta$, one of the twelve
# boxes is wrong: which letter is it, and why was it taken for an e?

# %%
page = skimage.data.page()[40:145].astype(float)
letter_e = page[30:43, 121:132]


def best_windows(scores, count):
    """Offsets of the `count` highest scores whose windows overlap little."""
    scores, offsets = np.array(scores, dtype=float), []
    for _ in range(count):
        row, column = np.unravel_index(scores.argmax(), scores.shape)
        offsets.append((row, column))
        scores[max(row - 6, 0) : row + 7, max(column - 5, 0) : column + 6] = -np.inf
    return offsets


with picture_of("q6"):
    scores = {
        "the 12 highest values of the feature map": feature_maps(page, letter_e[np.newaxis])[..., 0],
        "the 12 highest values of cos θ": match_pattern(page, letter_e),
    }
    for [panel], (name, score) in zip(panels(2, 1, 10, 6.6), scores.items(), strict=True):
        show(panel, page, name)
        for offset in best_windows(score, 12):
            frame(panel, offset, letter_e.shape)
        frame(panel, (30, 121), letter_e.shape, "tab:blue")

# %% [markdown]
# ## 7. To think about
#
# You chose every number in these kernels by hand. Take your corner filter: what happens if the rectangle is
# *dark* on a bright background, turned by 45°, or twice as large? And some letters e on the page above
# scored low: why? Say in five to ten sentences which of these changes a single filter survives, and what a
# network of several layers would need in order to find the corner, or the e, in all of them.

# %% [markdown] manual="q7" points=2
# # BEGIN SOLUTION
# A single filter is tied to what it multiplies, and survives shifts and little else. The corner filter
# looks only at the few pixels around the corner, so a rectangle twice as large changes nothing. For a
# dark rectangle its response changes sign: the corner becomes the minimum. Turned by 45°, no window
# sees one bright quadrant any more: the response is weaker, and the same all along the upper right side, so
# the filter finds an edge and no corner. A letter e that scored low is bent by the page, a little larger, or
# lies between two pixels: $\cos\theta$ forgives brightness and contrast, but not shape.
#
# A network can learn several filters, one for each sign and several for directions and shapes, let a
# nonlinearity drop the negative answers, and combine the maps in a second layer. Pooling makes small
# shifts and bends matter less. Size remains the hardest: it needs layers that see larger windows, and
# examples of all sizes.
# # END SOLUTION
