"""The two networks of the week: VGG16 as Keras has it, and a small one of the same kind that fits in a mail.

Neither ever pretends: weights come from a file whose hash is known, or you are told that they are random.
"""

import hashlib
import json
import os
from pathlib import Path

import keras

CARD = json.loads(Path(__file__).with_name("mini_vgg.json").read_text())
PHOTOGRAPHS = CARD["photographs"]
PUBLISHED = {
    "6d6bbae143d832006294945121d1f1fc": "without its top",
    "64373286793e3c8b2b4e3219cbf3544b": "with its top",
}


def mini_vgg(weights="photographs", include_top=False):
    """A VGG of 32×32 pixels: four blocks of two 3×3 convolutions and a pooling, named as in VGG16.

    Arguments:
        weights: "photographs", trained to say from which of twelve photographs a scrap is; or None: random.
        include_top: with the pooling and the softmax over the twelve photographs. Without them the output is
            that of block4_pool, of shape (2, 2, 64).

    Returns:
        keras.Model. Its input is what `preprocess` gives.

    Raises:
        ValueError: another name for `weights`, or the file of the weights is not the one that we shipped.
    """
    if weights not in ("photographs", None):
        raise ValueError(f'weights should be "photographs" or None (came: {weights!r})')
    x = inputs = keras.Input((32, 32, 3))
    for block, filters in enumerate(CARD["filters"], start=1):
        for convolution in (1, 2):
            x = keras.layers.Conv2D(
                filters,
                3,
                padding="same",
                activation="relu",
                kernel_initializer="he_normal",
                name=f"block{block}_conv{convolution}",
            )(x)
        x = keras.layers.MaxPooling2D(name=f"block{block}_pool")(x)
    pooled = keras.layers.GlobalAveragePooling2D(name="pool")(x)
    classes = len(PHOTOGRAPHS)
    outputs = keras.layers.Dense(classes, activation="softmax", name="predictions")(pooled)
    network = keras.Model(inputs, outputs, name="mini_vgg")
    if weights == "photographs":
        path = Path(__file__).with_name("mini_vgg.weights.h5")
        if hashlib.sha256(path.read_bytes()).hexdigest() != CARD["sha256"]:
            raise ValueError(f"{path.name} is not the file that was shipped; download the week again")
        network.load_weights(path)
    return network if include_top else keras.Model(inputs, x, name="mini_vgg")


def vgg16():
    """VGG16 without its top, for images of 32×32 pixels, and whether it is pretrained.

    Returns:
        (keras.Model, bool). True: with the ImageNet weights that Keras publishes, from the file that the
        environment variable VGG16_WEIGHTS names. False: the variable is not set, and the weights are random.

    Raises:
        ValueError: the variable names a file that does not exist, or another one than Keras publishes.
    """
    network = keras.applications.VGG16(weights=None, include_top=False, input_shape=(32, 32, 3))
    name = os.environ.get("VGG16_WEIGHTS")
    if not name:
        print("VGG16 has RANDOM weights: the environment variable VGG16_WEIGHTS names no file.")
        return network, False
    path = Path(name)
    if not path.is_file():
        raise ValueError(f"VGG16_WEIGHTS names {name}, which does not exist; correct it, or unset it")
    digest = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
    if digest not in PUBLISHED:
        raise ValueError(
            f"VGG16_WEIGHTS names {name}, with MD5 {digest}. Keras publishes two files for VGG16, with"
            f" {' and '.join(PUBLISHED)}; name one of these, or unset the variable"
        )
    network.load_weights(path, by_name=True)
    print(f"VGG16 has the weights of ImageNet, from {path.name} (VGG16 {PUBLISHED[digest]}).")
    return network, True
