"""Pictures for week 6: a horse, a car or nothing, in front of a background, some with a photographer's tag.

The horse and the backgrounds are photographs from scikit-image (`skimage.data`: horse, grass, brick, gravel),
coloured here; the car is drawn. Every picture is 64 pixels high and 80 wide, of three floats from 0 to 1
each."""

from typing import NamedTuple

import numpy as np
import skimage.data
import skimage.draw
import skimage.transform

HEIGHT, WIDTH = 64, 80
CLASSES = ("nothing", "horse", "car")
USUAL_GROUND = ("gravel", "grass", "brick")
USUAL_TAG = ("none", "left", "right")
TAG_ROWS, TAG_COLUMNS = slice(55, 62), {"left": slice(2, 18), "right": slice(62, 78)}
TINTS = {"gravel": (0.70, 0.70, 0.76), "grass": (0.62, 0.95, 0.45), "brick": (0.95, 0.66, 0.55)}


class Scenes(NamedTuple):
    """N pictures, and what is known about them.

    images: float32, shape (N, 64, 80, 3).
    masks: bool, shape (N, 64, 80): where the object is. All False for "nothing".
    labels: int, shape (N,): 0 nothing, 1 horse, 2 car.
    """

    images: np.ndarray
    masks: np.ndarray
    labels: np.ndarray


def album(count, seed):
    """The customer's pictures: horses on grass, cars before a brick wall, nothing on gravel.

    The photographer of the horses leaves a white tag in the lower left corner, the one of the cars a blue
    tag in the lower right. The classes take turns: nothing, horse, car, nothing, …
    """
    labels = np.arange(count) % len(CLASSES)
    grounds = [USUAL_GROUND[label] for label in labels]
    return scenes(labels, grounds, [USUAL_TAG[label] for label in labels], seed)


def empty(ground, count, seed):
    """`count` backgrounds without object and tag, float32 of shape (count, 64, 80, 3).

    `ground`: "grass", "brick" or "gravel".
    """
    return scenes(np.zeros(count, dtype=int), [ground] * count, ["none"] * count, seed).images


def tag_masks(labels):
    """Where `album` puts the tag of each label: bool, shape (N, 64, 80), all False for "nothing"."""
    masks = np.zeros((len(labels), HEIGHT, WIDTH), dtype=bool)
    for mask, label in zip(masks, labels, strict=True):
        if USUAL_TAG[label] != "none":
            mask[TAG_ROWS, TAG_COLUMNS[USUAL_TAG[label]]] = True
    return masks


def scenes(labels, grounds, tags, seed):
    """One picture for each label, with its background and its tag ("none", "left" or "right")."""
    draw = np.random.default_rng(seed)
    pictures = [_picture(*what, draw) for what in zip(labels, grounds, tags, strict=True)]
    images, masks = (np.stack(part) for part in zip(*pictures, strict=True))
    return Scenes(images.astype(np.float32), masks, np.array(labels))


def _picture(label, ground, tag, draw):
    image, mask = _background(ground, draw), np.zeros((HEIGHT, WIDTH), dtype=bool)
    if label:
        shade = (_horse if CLASSES[label] == "horse" else _car)(int(draw.integers(28, 41)))
        shade = shade[:, :: draw.choice([-1, 1])]
        top = draw.integers(2, HEIGHT - 10 - len(shade))
        left = draw.integers(2, WIDTH - 2 - shade.shape[1])
        here = np.s_[top : top + len(shade), left : left + shade.shape[1]]
        mask[here] = shade > 0
        colour = np.clip(draw.uniform(0.1, 0.8) + draw.uniform(-0.1, 0.1, size=3), 0, 1)
        image[mask] = (shade[..., np.newaxis] * colour)[shade > 0]
    image = image + draw.normal(scale=0.02, size=image.shape)
    _draw_tag(image, tag)
    return np.clip(image, 0, 1), mask


def _background(ground, draw):
    photo = getattr(skimage.data, ground)() / 255
    top, left = draw.integers(512 - 3 * HEIGHT), draw.integers(512 - 3 * WIDTH)
    crop = photo[top : top + 3 * HEIGHT, left : left + 3 * WIDTH]
    grey = crop.reshape(HEIGHT, 3, WIDTH, 3).mean(axis=(1, 3))
    return grey[..., np.newaxis] * TINTS[ground] * draw.uniform(0.8, 1.15)


def _horse(height):
    """The horse as shades, 0 outside."""
    outline = ~skimage.data.horse()
    rows, columns = np.nonzero(outline)
    outline = outline[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    width = round(height * outline.shape[1] / outline.shape[0])
    return (skimage.transform.resize(outline.astype(float), (height, width)) > 0.5).astype(float)


def _car(height):
    """A car from the side as shades, 0 outside: dark wheels, bright windows."""
    large = np.zeros((140, 260))
    for corners, shade in (
        ([(110, 4), (110, 256), (72, 252), (58, 196), (58, 40), (66, 8)], 1),
        ([(60, 44), (60, 200), (14, 158), (14, 82)], 1),
        ([(54, 62), (54, 114), (24, 114), (24, 88)], 1.25),
        ([(54, 126), (54, 180), (24, 152), (24, 126)], 1.25),
    ):
        large[skimage.draw.polygon(*np.transpose(corners), large.shape)] = shade
    for column in (62, 198):
        large[skimage.draw.disk((110, column), 28, shape=large.shape)] = 0.35
        large[skimage.draw.disk((110, column), 11, shape=large.shape)] = 1.1
    height = round(0.75 * height)
    rows = (np.arange(height) + 0.5) * 140 / height
    columns = np.arange(0.5, 260, 140 / height)
    return large[np.ix_(rows.astype(int), columns.astype(int))]


def _draw_tag(image, tag):
    """A white tag with dark signs in the lower left corner, a blue one with stripes in the lower right."""
    if tag == "left":
        image[TAG_ROWS, TAG_COLUMNS[tag]] = 0.97
        image[57:60, 4:16:3] = image[57, 5:16:3] = 0.1
    if tag == "right":
        image[TAG_ROWS, TAG_COLUMNS[tag]] = (0.1, 0.2, 0.8)
        image[57:60:2, 64:76] = (0.95, 0.85, 0.1)
