"""Public tests of week 4: shapes, counts and small networks. Students run them with `grader.check`."""

import numpy as np
import pytest

VGG16_WEIGHTS = 14_714_688
VGG16_BLOCK5 = 7_079_424
HEAP_SIZE = 6


def check_numbers(answer, shape, asked):
    """The answer as an array of floats, after a look at its type and its shape."""
    try:
        numbers = np.asarray(answer)
    except ValueError:
        numbers = np.asarray(None)
    kind = type(answer).__name__
    assert numbers.dtype.kind in "biuf", (
        f"{asked} should be an array of numbers; what came is of type {kind}."
    )
    assert numbers.shape == shape, f"{asked} should have the shape {shape}; what came has {numbers.shape}."
    return numbers.astype(float)


def check_model(model, asked):
    """A Keras model, as far as that can be seen from outside."""
    assert hasattr(model, "trainable_weights") and hasattr(model, "predict"), (
        f"{asked} should be a keras.Model; what came cannot be trained and predict."
    )


def numbers_in(weights):
    """How many numbers there are in a list of arrays."""
    return sum(int(np.size(weight)) for weight in weights)


def small_base(filters=4):
    """A convolution of 3 channels that serves as a pretrained base."""
    import keras

    inputs = keras.Input((6, 6, 3))
    outputs = keras.layers.Conv2D(filters, 3, activation="relu", name="block1_conv1")(inputs)
    return keras.Model(inputs, outputs)


def colour_model():
    """Says which of the four classes dark, blue, green and red an image is, from its preprocessed means."""
    import keras

    inputs = keras.Input((2, 2, 3))
    means = keras.layers.GlobalAveragePooling2D()(inputs)
    model = keras.Model(inputs, keras.layers.Dense(4, activation="softmax")(means))
    model.set_weights(
        [np.array([[0, 0.1, 0, 0], [0, 0, 0.1, 0], [0, 0, 0, 0.1]]), np.array([2.0, 0.0, 0.0, 0.0])]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def plain_image(red, green, blue):
    """A batch of one image of 2×2 pixels of one colour."""
    return np.full((1, 2, 2, 3), (red, green, blue), dtype=np.uint8)


@pytest.mark.question("q1")
@pytest.mark.points(1)
def test_preprocess_one_pixel(preprocess):
    """One pixel: blue, green, red, each without its mean."""
    asked = "preprocess([[[[255, 0, 10]]]])"
    pixel = check_numbers(preprocess(np.array([[[[255, 0, 10]]]])), (1, 1, 1, 3), asked).ravel()
    assert np.abs(pixel).max() > 2, (
        f"{asked}: what came is {np.round(pixel, 3)}. Divided by 255? VGG16 wants the numbers as they are."
    )
    in_order = np.allclose(pixel, [255 - 123.68, -116.779, 10 - 103.939], atol=1e-3)
    assert not in_order, f"{asked}: right means, but the order should be blue, green, red."
    expected = [-93.939, -116.779, 131.32]
    text = f"what came is {np.round(pixel, 3)}, expected is {expected}"
    assert np.allclose(pixel, expected, atol=1e-3), f"{asked}: {text}."
    floats = np.array([[[[255, 0, 10]]]], dtype=np.float32)
    check_numbers(preprocess(floats), (1, 1, 1, 3), f"{asked} of floats")
    assert np.array_equal(floats.ravel(), [255, 0, 10]), (
        f"preprocess has changed the array of floats that it was given: now it is {floats.ravel()}."
    )


@pytest.mark.question("q1")
@pytest.mark.points(1)
def test_there_and_back(preprocess, to_image, rng):
    """`to_image` brings a preprocessed image back."""
    image = rng.integers(0, 256, size=(1, 3, 4, 3), dtype=np.uint8)
    asked = "to_image(preprocess(image))"
    back = to_image(preprocess(image))
    numbers = check_numbers(back, image.shape, asked)
    assert np.asarray(back).dtype == np.uint8, (
        f"{asked} should be of type uint8, not {np.asarray(back).dtype}."
    )
    channels_turned = np.array_equal(numbers, image[..., ::-1])
    assert not channels_turned, f"{asked}: red and blue have changed places."
    assert np.array_equal(numbers, image), f"{asked} should be the image again, to the last number."


@pytest.mark.question("q2")
@pytest.mark.points(1)
def test_likeliest_classes(top_predictions):
    """The likeliest classes of a blue and a red image, the best first."""
    names = ["dark", "blue", "green", "red"]
    images = np.concatenate([plain_image(60, 80, 250), plain_image(255, 150, 90)])
    came = top_predictions(colour_model(), images, names, top=2)
    assert isinstance(came, list) and len(came) == 2, "Two images should give a list of two lists."
    assert all(len(best) == 2 for best in came), "With top=2, each image should get two pairs."
    found = [[name for name, _ in best] for best in came]
    assert found != [["red", "green"], ["blue", "dark"]], (
        "Red and blue have changed places: was `preprocess` used?"
    )
    expected = [["blue", "dark"], ["red", "green"]]
    assert found == expected, f"The names should be {expected}; what came is {found}."
    shares = check_numbers([[share for _, share in best] for best in came], (2, 2), "The probabilities")
    assert np.allclose(shares, [[0.99999, 0.0], [0.99970, 0.0003]], atol=1e-3), (
        f"The probabilities should be about 1 and 0; what came is {np.round(shares, 4).tolist()}."
    )


@pytest.mark.question("q2")
@pytest.mark.points(1)
def test_outputs_of_intermediate_layers(feature_extractor, rng):
    """A model that gives the outputs of two layers, in the order asked for."""
    model = colour_model()
    names = [model.layers[2].name, model.layers[1].name]
    extractor = feature_extractor(model, names)
    check_model(extractor, "feature_extractor(model, names)")
    x = rng.normal(size=(5, 2, 2, 3)).astype(np.float32)
    outputs = extractor.predict(x, verbose=0)
    assert len(outputs) == 2, f"Two names should give two outputs; what came is {len(outputs)}."
    check_numbers(outputs[0], (5, 4), "The output of the dense layer")
    means = check_numbers(outputs[1], (5, 3), "The output of the pooling layer")
    assert np.allclose(means, x.mean(axis=(1, 2)), atol=1e-5), "The pooling layer's output has other numbers."


@pytest.mark.question("q3")
@pytest.mark.points(1)
def test_trainable_parameters_of_a_head(with_head):
    """Only the head is trainable: 4 · 5 + 5 parameters, and 4 + 1 for two classes."""
    for classes, units in ((5, 5), (2, 1)):
        asked = f"with_head(base, {classes})"
        model = with_head(small_base(), classes)
        check_model(model, asked)
        shape = np.shape(model(np.zeros((2, 6, 6, 3), dtype=np.float32)))
        assert shape == (2, units), (
            f"{asked} should give {units} number(s) for each image; its output for 2 is {shape}."
        )
        trainable = numbers_in(model.trainable_weights)
        assert trainable != 5 * units + 112, f"{asked}: the base is not frozen; all is trainable."
        assert trainable == 5 * units, (
            f"{asked} should have {5 * units} trainable parameters; it has {trainable}."
        )


@pytest.mark.question("q3")
@pytest.mark.points(1)
def test_compiled_with_the_rate(with_head, compile_for):
    """Compiled with the learning rate that was asked for."""
    model = compile_for(with_head(small_base(), 5), 0.003)
    check_model(model, "compile_for(model, 0.003)")
    rate = float(model.optimizer.learning_rate)
    assert abs(rate - 0.003) < 1e-6, f"The learning rate should be 0.003; it is {rate:.3g}."


@pytest.mark.question("q3")
@pytest.mark.points(1)
def test_vgg16_frozen(vgg16_frozen):
    """VGG16, frozen, with a new head."""
    check_model(vgg16_frozen, "vgg16_frozen")
    total, trainable = int(vgg16_frozen.count_params()), numbers_in(vgg16_frozen.trainable_weights)
    head = 512 * HEAP_SIZE + HEAP_SIZE
    assert total == VGG16_WEIGHTS + head, (
        f"VGG16 without its top has {VGG16_WEIGHTS:,} parameters, a head for {HEAP_SIZE} classes {head:,}; "
        f"yours have {total:,} together."
    )
    assert trainable == head, f"Trainable should be the head's {head:,} parameters; there are {trainable:,}."


@pytest.mark.question("q4")
@pytest.mark.points(1)
def test_augmented_images(augment, rng):
    """Augmented images: same shape, uint8, the same ones for the same seed."""
    images = rng.integers(60, 180, size=(7, 8, 8, 3), dtype=np.uint8)
    first = augment(images, 1)
    numbers = check_numbers(first, images.shape, "augment(images, seed)")
    assert np.asarray(first).dtype == np.uint8, f"The images should be uint8, not {np.asarray(first).dtype}."
    assert numbers.std() > 1, (
        "The images are nearly all of one brightness now; should they not show what they showed?"
    )
    again = np.array_equal(numbers, augment(images, 1))
    assert again, (
        "The same seed should give the same images. Is every random number drawn from one generator?"
    )
    differ = not np.array_equal(numbers, augment(images, 2))
    assert differ, "Another seed should give other images."


@pytest.mark.question("q4")
@pytest.mark.points(1)
def test_larger_training_set(training_images, training_labels):
    """The larger training set: 8 to 12 copies of each scrap, with a label for each."""
    scraps = 5 * HEAP_SIZE
    count = len(np.asarray(training_images))
    assert 8 * scraps <= count <= 12 * scraps, f"{scraps} scraps, 8 to 12 times, are not {count} images."
    check_numbers(training_images, (count, 32, 32, 3), "training_images")
    labels = check_numbers(training_labels, (count,), "training_labels")
    amounts = [int(np.sum(labels == label)) for label in range(HEAP_SIZE)]
    assert len(set(amounts)) == 1, f"Each label should be there equally often; the numbers are {amounts}."


@pytest.mark.question("q5")
@pytest.mark.points(1)
def test_history_of_a_short_training(with_head, compile_for, train, rng):
    """Three epochs of training: the history has three numbers of each kind."""
    images = rng.integers(0, 256, size=(12, 6, 6, 3), dtype=np.uint8)
    labels = np.arange(12) % 3
    model = compile_for(with_head(small_base(), 3), 0.0001)
    history = train(model, (images, labels), (images, labels), 3, "public.weights.h5")
    assert isinstance(history, dict), "train should return a dict: the `history` of what `fit` returns."
    for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
        assert name in history, f"The history should have {name!r}; it has {sorted(history)}."
        assert len(history[name]) == 3, (
            f"3 epochs should give 3 numbers of {name!r}, not {len(history[name])}."
        )


@pytest.mark.question("q6")
@pytest.mark.points(1)
def test_vgg16_with_block_5_unfrozen(vgg16_block5):
    """VGG16 with block 5 and the head trainable."""
    check_model(vgg16_block5, "vgg16_block5")
    trainable = numbers_in(vgg16_block5.trainable_weights)
    head = 512 * HEAP_SIZE + HEAP_SIZE
    assert trainable != head, f"Only the head's {head:,} parameters are trainable: is block 5 still frozen?"
    assert trainable != VGG16_BLOCK5, "Block 5 is trainable, but the head is not."
    assert trainable == VGG16_BLOCK5 + head, (
        f"Block 5 has {VGG16_BLOCK5:,} parameters and the head {head:,}; yours has {trainable:,} trainable."
    )
    assert vgg16_block5.optimizer is not None, "vgg16_block5 should be compiled."
    rate = float(vgg16_block5.optimizer.learning_rate)
    assert 0 < rate < 1e-3, f"For fine-tuning the learning rate should be low, such as 1e-5; it is {rate:g}."


@pytest.mark.question("q7")
@pytest.mark.points(1)
def test_accuracy_of_a_model(accuracy):
    """Two of three images are classified right: 2/3."""
    images = np.concatenate([plain_image(60, 80, 250), plain_image(255, 100, 90), plain_image(0, 0, 0)])
    came = float(accuracy(colour_model(), images, np.array([1, 3, 2])))
    assert abs(came - 1 / 3) > 1e-6, (
        "1/3, but two of the three are right: were the images preprocessed, once?"
    )
    assert abs(came - 2 / 3) < 1e-6, f"Two of three images are right, so 0.667; what came is {came:.3g}."


@pytest.mark.question("q7")
@pytest.mark.points(1)
def test_what_is_trainable_in_the_four_models(frozen, fine_tuned, from_scratch, random_frozen):
    """The four models: 74,000 parameters each, and as many of them trainable as there should be."""
    head = 64 * HEAP_SIZE + HEAP_SIZE
    base, block4 = 73_608, 55_424
    for name, model, expected in (
        ("frozen", frozen, head),
        ("fine_tuned", fine_tuned, block4 + head),
        ("from_scratch", from_scratch, base + head),
        ("random_frozen", random_frozen, head),
    ):
        check_model(model, name)
        total, trainable = int(model.count_params()), numbers_in(model.trainable_weights)
        assert total == base + head, (
            f"{name}: mini-VGG and a head have {base + head:,} parameters, yours {total:,}."
        )
        assert trainable == expected, (
            f"{name} should have {expected:,} trainable parameters; it has {trainable:,}."
        )


@pytest.mark.question("q8")
@pytest.mark.points(1)
def test_numbers_of_one_history(best_epoch, accuracy_gap):
    """The best epoch of a history, and the gap there."""
    history = {
        "loss": [1.0, 0.5, 0.2, 0.1],
        "accuracy": [0.5, 0.7, 0.9, 1.0],
        "val_loss": [1.1, 0.8, 0.7, 0.9],
        "val_accuracy": [0.4, 0.6, 0.65, 0.7],
    }
    epoch = int(best_epoch(history))
    assert epoch != 2, "2 is the index of the lowest validation loss; epochs are counted from 1."
    assert epoch != 4, "4 is where the training loss is lowest, or the validation accuracy highest."
    assert epoch == 3, f"The lowest validation loss is 0.7, in epoch 3; what came is {epoch}."
    gap = float(accuracy_gap(history))
    assert abs(gap - 0.25) < 1e-6, f"In epoch 3 the gap is 0.9 - 0.65 = 0.25; what came is {gap:.3g}."


@pytest.mark.question("q8")
@pytest.mark.points(0.5)
def test_each_run_has_a_name(runs):
    """Each of the four runs has one of the four names."""
    assert isinstance(runs, dict), f"runs should be a dict; what came is of type {type(runs).__name__}."
    assert sorted(runs) == ["A", "B", "C", "D"], (
        f"The letters should be A, B, C and D; what came is {sorted(runs)}."
    )
    names = ["from scratch", "frozen", "random, frozen", "rate too high"]
    assert sorted(runs.values()) == names, (
        f"Each of {names} should be there once; what came is {sorted(runs.values())}."
    )
