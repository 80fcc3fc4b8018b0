"""Photographs from scikit-image, cut into scraps: small square pieces that lie any way up under any lamp.

Each picture is divided into tiles of 64×64 pixels, and each tile belongs to one part: training, validation
or test. A scrap lies inside one tile, so scraps of different parts never share a pixel.
"""

import numpy as np
import skimage.data

SIZE, TILE, PARTS = 32, 64, 4
PRETRAINING = (
    *("astronaut", "camera", "cell", "chelsea", "clock", "coffee"),
    *("immunohistochemistry", "motorcycle", "page", "retina", "rocket", "text"),
)
HEAP = ("brick", "coins", "grass", "gravel", "hubble_deep_field", "moon")
TRAINING, VALIDATION, TEST = (0,), (1,), (2,)


def photograph(name):
    """One of the photographs: array of shape (height, width, 3), uint8, RGB. Grey ones are grey in RGB."""
    image = skimage.data.stereo_motorcycle()[0] if name == "motorcycle" else getattr(skimage.data, name)()
    return image if image.ndim == 3 else np.repeat(image[..., np.newaxis], 3, axis=2)


def at_half_size(image):
    """The mean of each block of 2×2 pixels, as uint8."""
    height, width = image.shape[0] // 2, image.shape[1] // 2
    blocks = image[: 2 * height, : 2 * width].reshape(height, 2, width, 2, 3)
    return np.round(blocks.mean(axis=(1, 3))).astype(np.uint8)


def heap_of_scraps(parts, per_photograph, seed):
    """Scraps of the photographs in HEAP at half their size, mixed.

    Arguments:
        parts: which tiles they come from, such as TRAINING.
        per_photograph: how many of each photograph.
        seed: the same scraps come for the same seed.

    Returns:
        images: array of shape (6 · per_photograph, 32, 32, 3), uint8, RGB.
        labels: array of shape (6 · per_photograph,): 0 for a scrap of HEAP[0], and so on.
    """
    rng = np.random.default_rng(seed)
    images = [cut(at_half_size(photograph(name)), parts, per_photograph, rng) for name in HEAP]
    labels = np.repeat(np.arange(len(HEAP)), per_photograph)
    order = rng.permutation(len(labels))
    return under_a_lamp(turned(np.concatenate(images), rng), rng)[order], labels[order]


def cut(image, parts, count, rng, tile=TILE):
    """`count` pieces of 32×32 pixels from the tiles of `parts`. Pieces with nothing on them are left out."""
    rows, columns = np.indices((image.shape[0] // tile, image.shape[1] // tile)).reshape(2, -1)
    tiles = np.stack([rows, columns], axis=1)[np.isin((rows + 2 * columns) % PARTS, parts)] * tile
    pieces = []
    while len(pieces) < count:
        row, column = rng.choice(tiles) + rng.integers(tile - SIZE + 1, size=2)
        piece = image[row : row + SIZE, column : column + SIZE]
        if piece.std() > 8:
            pieces.append(piece)
    return np.array(pieces)


def turned(images, rng):
    """Each image one of eight ways: turned by 0°, 90°, 180° or 270°, and mirrored or not."""
    quarters, mirrored = rng.integers(4, size=len(images)), rng.integers(2, size=len(images))
    turns = [np.rot90(image, count) for image, count in zip(images, quarters, strict=True)]
    return np.array([turn[:, ::-1] if flip else turn for turn, flip in zip(turns, mirrored, strict=True)])


def under_a_lamp(images, rng):
    """Each image with another contrast (0.6 to 1.4) and brightness (-30 to 30), as uint8."""
    contrast = rng.uniform(0.6, 1.4, size=(len(images), 1, 1, 1))
    brightness = rng.uniform(-30, 30, size=(len(images), 1, 1, 1))
    return np.clip(np.round(contrast * images + brightness), 0, 255).astype(np.uint8)
