"""Week 5's horses, and drawing: pictures that wait for their question, masks on images, losses as bars.

Nothing in here is needed to answer a question.
"""

from contextlib import contextmanager

import matplotlib.pyplot as plt
import numpy as np
import skimage.data
import skimage.transform

GREEN, RED, BLUE = (0.1, 0.75, 0.3), (0.9, 0.1, 0.1), (0.15, 0.4, 1.0)


@contextmanager
def picture_of(question):
    """Draw a picture, or say which question to answer first. Every error but that is yours, and is shown."""
    try:
        yield
    except NotImplementedError as error:
        if not is_unanswered(error):
            raise
        plt.close("all")
        print(f"Answer {question} first, then run this cell again: a picture will be here.")


def is_unanswered(error):
    """Whether a question that is still open has raised this; TensorFlow has this kind of error, too."""
    return str(error).startswith("Write your answer to")


def horses(count, seed, size=48, unseen=False):
    """Horses in uneven light: pictures in which a horse of one texture stands on a ground of another.

    The silhouette and the textures (brick, grass, gravel) come with scikit-image. Each horse is mirrored or
    not, turned by up to 25°, 36 to 48 pixels long and somewhere near the middle. It is darker than the
    ground around it, but the light changes from one side of the picture to the other by more than that.

    Arguments:
        count: how many pictures.
        seed: a number; the same one gives the same pictures.
        size: height and width in pixels.
        unseen: take the textures from the right half of their photographs instead of the left.

    Returns:
        images: array of shape (count, size, size, 1), float32, from 0 (black) to 1 (white).
        masks: array of shape (count, size, size, 1), float32: 1 where the horse is, 0 elsewhere.
    """
    draws = np.random.default_rng(seed)
    silhouette = skimage.transform.resize(1.0 - skimage.data.horse(), (82, 100), anti_aliasing=True)
    textures = [_half(photo(), unseen) for photo in _TEXTURES]
    pairs = [_horse(draws, silhouette, textures, size) for _ in range(count)]
    images, masks = (
        np.array(arrays, dtype=np.float32)[..., np.newaxis] for arrays in zip(*pairs, strict=True)
    )
    return images, masks


def show(axis, image, title=""):
    """A grey image from 0 (black) to 1 (white), of shape (H, W) or (H, W, 1), without ticks."""
    axis.imshow(_flat(image), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    _label(axis, title)


def overlay(axis, image, truth, prediction=None, title=""):
    """An image with its mask in green; with a prediction: green found, blue missed, red wrongly found."""
    truth = _flat(truth) > 0.5
    prediction = truth if prediction is None else _flat(prediction) > 0.5
    picture = np.repeat(_flat(image)[..., np.newaxis], 3, axis=2)
    for pixels, colour in (
        (truth & prediction, GREEN),
        (truth & ~prediction, BLUE),
        (~truth & prediction, RED),
    ):
        picture[pixels] = 0.45 * picture[pixels] + 0.55 * np.array(colour)
    axis.imshow(np.clip(picture, 0, 1), interpolation="nearest")
    _label(axis, title)


def show_losses(losses, expected):
    """Bars of named losses from 0 to 1, each with a red line where it should end."""
    _, axis = plt.subplots(figsize=(8, 2.6), layout="constrained")
    axis.barh(range(len(losses)), [float(loss) for loss in losses.values()], color="0.7")
    axis.vlines(expected, np.arange(len(losses)) - 0.45, np.arange(len(losses)) + 0.45, color="red", lw=2)
    axis.set_yticks(range(len(losses)), [f"{name}: {loss:.3f}" for name, loss in losses.items()])
    axis.invert_yaxis()
    axis.set(xlim=(-0.02, 1.02), xlabel="Dice loss")


def what_levels_carry(model, image, filters, depth):
    """What each level of a U-Net adds to its output, as pictures: level 0, 1, … and the bottom.

    Its weights become transparent: every 3×3 convolution passes on the mean of its channels pixel by pixel,
    the transposed ones repeat a pixel over 2×2, biases are 0. All layers with `filters` * 2**level filters or
    more are switched off, for one level after the other; each picture is what the output gains from one more.

    Arguments:
        model: a U-Net with sigmoid. Its weights change.
        image: array of shape (H, W, C), from 0 to 1.
        filters, depth: those of the U-Net.

    Returns:
        list of depth + 1 arrays of shape (H, W), each scaled to a maximum of 1.
    """
    logits = []
    for levels in range(depth + 2):
        model.set_weights([_transparent(weight, filters * 2**levels) for weight in model.get_weights()])
        probability = np.asarray(model(image[np.newaxis]), dtype=float)[0, ..., 0]
        with np.errstate(divide="ignore"):
            logits.append(np.nan_to_num(np.log(probability / (1 - probability))))
    carried = np.diff(logits, axis=0)
    return [picture / max(picture.max(), 1e-3) for picture in carried]


def _transparent(weight, too_many):
    transparent = np.zeros_like(weight)
    kind = weight.shape[:2] if weight.ndim == 4 else None
    if kind == (3, 3) and weight.shape[3] < too_many:
        transparent[1, 1] = 1 / weight.shape[2]
    if kind == (2, 2):
        transparent[:] = 1 / weight.shape[3]
    if kind == (1, 1):
        transparent[:] = 4 / weight.shape[2]
    return transparent


_TEXTURES = (skimage.data.brick, skimage.data.grass, skimage.data.gravel)
CONTRAST, ROUGHNESS, LIGHT = 0.40, 0.08, 0.30


def _horse(draws, silhouette, textures, size):
    mask = _posed(draws, silhouette, size)
    ground, coat = (_patch(draws, textures[index], size) for index in draws.permutation(3)[:2])
    image = 0.5 + ROUGHNESS * np.where(mask, coat, ground) + LIGHT * _light(draws, size)
    image = image + CONTRAST * (0.3 - mask)
    return np.clip(image, 0, 1), mask


def _posed(draws, silhouette, size):
    """The silhouette on a (size, size) grid: mirrored, turned, scaled, shifted at random."""
    if draws.random() < 0.5:
        silhouette = silhouette[:, ::-1]
    height, width = silhouette.shape
    middle = (np.array([width, height]) - 1) / 2
    to_middle = skimage.transform.AffineTransform(translation=-middle)
    pose = skimage.transform.SimilarityTransform(
        scale=draws.uniform(36, 48) / width,
        rotation=np.deg2rad(draws.uniform(-25, 25)),
        translation=(size - 1) / 2 + draws.uniform(-0.08, 0.08, size=2) * size,
    )
    inverse = (to_middle + pose).inverse
    return skimage.transform.warp(silhouette, inverse, output_shape=(size, size), order=1) > 0.5


def _half(photo, right):
    """One half of a photograph, with mean 0 and standard deviation 1."""
    middle = photo.shape[1] // 2
    half = (photo[:, middle:] if right else photo[:, :middle]).astype(float)
    return (half - half.mean()) / half.std()


def _patch(draws, texture, size):
    top = draws.integers(texture.shape[0] - size + 1)
    left = draws.integers(texture.shape[1] - size + 1)
    return texture[top : top + size, left : left + size]


def _light(draws, size):
    """A slope from -1 to 1 across the picture, in a random direction."""
    angle = draws.uniform(0, 2 * np.pi)
    along = np.linspace(-1, 1, size)
    return np.cos(angle) * along[:, np.newaxis] + np.sin(angle) * along


def _flat(image):
    image = np.asarray(image)
    return image[..., 0] if image.ndim == 3 else image


def _label(axis, title):
    axis.set_title(title, fontsize=10)
    axis.set_xticks([])
    axis.set_yticks([])
