"""Hidden tests of week 4: random networks against Keras, weights that move or stay, and unseen scraps.

Each looks at what happens to weights, statistics and numbers, never at how a model was written. Messages
name the likely mistake, never an input.
"""

import importlib.util
from pathlib import Path

import keras
import numpy as np
import pytest
from keras.applications.vgg16 import preprocess_input

HELD_BACK = (3,)


def module(path):
    """One of the week's own modules."""
    file = Path(__file__).parent / path
    specification = importlib.util.spec_from_file_location(f"w04_{file.stem}", file)
    loaded = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(loaded)
    return loaded


scraps, networks = module("pretraining/scraps.py"), module("networks.py")


def measured(answer, what):
    """Check the type of an answer; it comes back as an array of floats."""
    try:
        array = np.asarray(answer)
    except ValueError:
        array = np.empty((), dtype=object)
    assert array.dtype.kind in "iufb", (
        f"{what} should answer with an array of numbers, not {type(answer).__name__}."
    )
    return array.astype(np.float64)


def right_inputs(images):
    """What VGG16 wants, by Keras itself."""
    return preprocess_input(np.array(images, dtype=np.float32))


def random_images(rng, count, height=6, width=6):
    return rng.integers(0, 256, size=(count, height, width, 3), dtype=np.uint8)


def random_base(rng, shape=(6, 6, 3), filters=(3, 4, 5), batch_norm=False):
    """A base of blocks block1_conv1, block2_conv1, …, its weights random, none of them alike."""
    x = inputs = keras.Input(shape)
    for block, count in enumerate(filters, start=1):
        x = keras.layers.Conv2D(count, 3, padding="same", activation="elu", name=f"block{block}_conv1")(x)
        if batch_norm:
            x = keras.layers.BatchNormalization(momentum=0.5, name=f"block{block}_norm")(x)
    base = keras.Model(inputs, x)
    base.set_weights(
        [
            rng.uniform(0.5, 1.5, weight.shape)
            if batch_norm and weight.ndim == 1
            else 0.1 * rng.normal(size=weight.shape)
            for weight in base.get_weights()
        ]
    )
    return base


def positions(weights, wanted):
    """Where each of the wanted arrays is among the weights."""
    found = []
    for array in wanted:
        places = [
            place
            for place, weight in enumerate(weights)
            if np.shape(weight) == array.shape and np.allclose(weight, array, atol=1e-7)
        ]
        assert len(places) == 1, "The model should have each weight of the base, unchanged, exactly once."
        found += places
    return found


def weights_of(model):
    return [np.array(weight, dtype=np.float64) for weight in model.get_weights()]


def one_step(model, rng, classes, count=8):
    """Train on one batch of random inputs."""
    x = rng.normal(size=(count, 6, 6, 3)).astype(np.float32)
    model.train_on_batch(x, np.arange(count) % classes)


def moved(before, after):
    """For each weight, how far its farthest number moved."""
    return [float(np.abs(new - old).max()) for old, new in zip(before, after, strict=True)]


# q1


@pytest.mark.question("q1")
@pytest.mark.points(1)
def test_preprocess_like_keras(preprocess, rng):
    """Any batch, of integers or floats, as Keras does it."""
    for images in (
        random_images(rng, 2, 5, 7),
        random_images(rng, 1, 4, 3).astype(np.int64),
        rng.uniform(0, 255, size=(3, 2, 6, 3)),
    ):
        came = preprocess(images)
        numbers = measured(came, "preprocess")
        expected = right_inputs(images)
        assert np.asarray(came).dtype == np.float32, "The inputs of a network should be of type float32."
        assert numbers.shape == expected.shape, "The shape should be that of the images."
        assert not np.allclose(numbers, images / 255), "Divided by 255: that is what other networks want."
        assert np.allclose(numbers, expected, atol=1e-3), (
            "Wrong numbers: the last axis should be blue, green, red, each without its own mean."
        )


@pytest.mark.question("q1")
@pytest.mark.points(1)
def test_back_from_anything(to_image, rng):
    """Numbers that no image has given: rounded, and cut off at 0 and 255."""
    for shape in ((4, 5, 3), (2, 3, 3, 3)):
        inputs = rng.uniform(-230, 230, size=shape).astype(np.float32)
        came = to_image(inputs)
        numbers = measured(came, "to_image")
        exact = (inputs + np.array([103.939, 116.779, 123.68], dtype=np.float32))[..., ::-1].astype(
            np.float64
        )
        assert numbers.shape == shape, "The shape should be that of the inputs."
        assert np.asarray(came).dtype == np.uint8, "The images should be of type uint8."
        outside = (exact < -0.5) | (exact > 255.5)
        assert np.array_equal(numbers[outside], np.where(exact[outside] < 0, 0, 255)), (
            "What lies below 0 or above 255 should become 0 or 255; in uint8 it wraps around."
        )
        assert np.abs(numbers - np.clip(exact, 0, 255)).max() < 0.501, (
            "Wrong numbers: the means belong to blue, green and red, and numbers are to be rounded, not cut."
        )


# q2


@pytest.mark.question("q2")
@pytest.mark.points(1)
def test_top_predictions_of_random_models(top_predictions, rng):
    """Any number of images, classes and places on the list."""
    for count, classes, top in ((4, 6, 1), (1, 5, 5), (3, 7, 3)):
        inputs = keras.Input((4, 5, 3))
        means = keras.layers.GlobalAveragePooling2D()(inputs)
        model = keras.Model(inputs, keras.layers.Dense(classes, activation="softmax")(means))
        model.set_weights([rng.normal(scale=0.03, size=(3, classes)), rng.normal(size=classes)])
        names = [f"class {number}" for number in rng.permutation(classes)]
        images = random_images(rng, count, 4, 5)
        came = top_predictions(model, images, names, top=top)
        probabilities = np.asarray(model(right_inputs(images)), dtype=np.float64)
        assert isinstance(came, list) and len(came) == count, "There should be one list for each image."
        for best, row in zip(came, probabilities, strict=True):
            assert len(best) == top, "For each image there should be `top` pairs."
            order = np.argsort(-row)[:top]
            shares = measured([share for _, share in best], "top_predictions")
            assert np.all(np.diff(shares) <= 1e-9), "The likeliest class should come first."
            assert np.allclose(shares, row[order], atol=1e-4), (
                "Wrong probabilities: were the images preprocessed, exactly once?"
            )
            assert [name for name, _ in best] == [names[index] for index in order], (
                "The names do not belong to the probabilities."
            )


@pytest.mark.question("q2")
@pytest.mark.points(1)
def test_extractors_see_the_same_layers(feature_extractor, rng):
    """Any layers in any order, the model's own and not copies of them."""
    base = random_base(rng)
    every = [layer.name for layer in base.layers[1:]]
    wanted = [every[2], every[0], every[1]]
    x = rng.normal(size=(2, 6, 6, 3)).astype(np.float32)
    outer = feature_extractor(base, every)
    inner = feature_extractor(outer, wanted)
    single = feature_extractor(outer, every[1:2])
    for scale in (1.0, -0.5):
        base.set_weights([scale * weight for weight in base.get_weights()])
        outer.set_weights(base.get_weights())
        oracle = keras.Model(base.input, [base.get_layer(name).output for name in wanted])(x)
        outputs = inner(x)
        assert isinstance(outputs, list | tuple) and len(outputs) == 3, (
            "Three names should give three outputs."
        )
        for output, expected in zip(outputs, oracle, strict=True):
            numbers = measured(output, "The extractor")
            assert numbers.shape == expected.shape, (
                "An output has another shape than its layer's: is the order kept?"
            )
            assert np.allclose(numbers, expected, atol=1e-4), (
                "An output differs from its layer's. If only after the weights of the model were changed: the"
                " extractor should be made of the same layers, not of copies."
            )
        alone = single(x)
        alone = alone[0] if isinstance(alone, list | tuple) else alone
        assert np.allclose(measured(alone, "The extractor"), oracle[2], atol=1e-4), (
            "One layer by itself differs."
        )


# q3


@pytest.mark.question("q3")
@pytest.mark.points(2)
@pytest.mark.parametrize("classes", [2, 3, 7])
def test_probabilities_of_the_head(with_head, rng, classes):
    """The head turns the averages of the base's channels into probabilities."""
    base = random_base(rng, shape=(6, 8, 3), filters=(4, 5))
    model = with_head(base, classes)
    weights = weights_of(model)
    inside = positions(weights, base.get_weights())
    head = [weight for place, weight in enumerate(weights) if place not in inside]
    units = 1 if classes == 2 else classes
    assert [weight.shape for weight in head] == [(5, units), (units,)], (
        "The head should be one dense layer on the averages of the channels, with one unit for two classes"
        " and else as many units as classes."
    )
    x = 3 * rng.normal(size=(9, 6, 8, 3)).astype(np.float32)
    came = measured(model(x), "The model")
    assert came.shape == (9, units), "The output should have one row for each image."
    scores = np.asarray(base(x), dtype=np.float64).mean(axis=(1, 2)) @ head[0] + head[1]
    if classes == 2:
        assert came.std() > 1e-6, "Every image gets the same answer. What is the softmax of one number?"
        expected = 1 / (1 + np.exp(-scores))
        assert np.allclose(came, expected, atol=1e-4), (
            "One unit should answer with the probability of class 1."
        )
    else:
        assert np.allclose(came.sum(axis=1), 1, atol=1e-4), (
            "The probabilities of an image should add up to 1."
        )
        expected = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        assert np.allclose(came, expected, atol=1e-4), (
            "Wrong probabilities: a softmax over a dense layer on the average of each channel is asked for."
        )


@pytest.mark.question("q3")
@pytest.mark.points(2)
def test_frozen_weights_and_statistics_stay(with_head, compile_for, rng):
    """In training the base does not change, nor the statistics of its batch norm; the head does."""
    base = random_base(rng, batch_norm=True)
    model = compile_for(with_head(base, 3), 0.01)
    before = weights_of(model)
    inside = positions(before, base.get_weights())
    one_step(model, rng, classes=3)
    change = moved(before, weights_of(model))
    weights, statistics = [], []
    for place, name in zip(inside, [weight.path for weight in base.weights], strict=True):
        (statistics if "moving" in name else weights).append(change[place])
    assert max(weights) == 0, "The weights of the base change in training: it is not frozen."
    assert max(statistics) == 0, "The running statistics of the base's batch norm change in training."
    head = [amount for place, amount in enumerate(change) if place not in inside]
    assert len(head) == 2 and min(head) > 0, "Training should change the weights and the bias of the head."
    assert abs(max(head) - 0.01) < 0.001, (
        "Adam's first step moves a weight by the learning rate; yours moves the head by something else."
    )


@pytest.mark.question("q3")
@pytest.mark.points(2)
@pytest.mark.parametrize("classes", [2, 4])
def test_loss_of_the_head(with_head, compile_for, rng, classes):
    """The loss is the cross-entropy of the probabilities, and the accuracy is reported."""
    rate = float(rng.uniform(0.0005, 0.05))
    model = compile_for(with_head(random_base(rng, filters=(3,)), classes), rate)
    assert abs(float(model.optimizer.learning_rate) - rate) < 1e-6 * rate + 1e-8, (
        "The learning rate is not the one that was asked for."
    )
    model.set_weights([3 * weight for weight in model.get_weights()])
    x = rng.normal(size=(10, 6, 6, 3)).astype(np.float32)
    labels = np.arange(10) % classes
    answers = measured(model(x), "The model").astype(np.float32)
    probabilities = np.concatenate([1 - answers, answers], axis=1) if classes == 2 else answers
    expected = -np.log(probabilities[np.arange(10), labels]).mean()
    scores = model.test_on_batch(x, labels, return_dict=True)
    assert "accuracy" in scores, 'The metric "accuracy" is missing.'
    for loss in (scores["loss"], model.compute_loss(x, labels, answers)):
        assert abs(float(loss) - expected) < 1e-3, (
            "The loss is not the cross-entropy of the probabilities. Does it take them for something else"
            " (from_logits=True), or do loss and last layer not belong together?"
        )
    assert abs(float(scores["accuracy"]) - np.mean(probabilities.argmax(axis=1) == labels)) < 1e-6, (
        "The accuracy should be the share of images whose likeliest class is the true one."
    )


# q4


def views(images):
    """The eight views of an image, or of each image of a batch of square ones."""
    return [
        np.rot90(mirrored, quarters, axes=(-3, -2))
        for mirrored in (images, images[..., ::-1, :])
        for quarters in range(4)
    ]


def explanations(came, originals):
    """For each image (view, contrast, brightness, largest error) of the best of its eight explanations."""
    images, found = came.reshape(len(came), -1), []
    for view, candidates in enumerate(views(originals)):
        candidates = candidates.reshape(images.shape)
        centred = candidates - candidates.mean(axis=1, keepdims=True)
        contrast = (centred * images).sum(axis=1) / (centred**2).sum(axis=1)
        brightness = images.mean(axis=1) - contrast * candidates.mean(axis=1)
        errors = np.abs(contrast[:, None] * candidates + brightness[:, None] - images).max(axis=1)
        found.append(np.stack([np.full(len(images), view), contrast, brightness, errors], axis=1))
    best = np.argmin([each[:, 3] for each in found], axis=0)
    return np.array(found)[best, np.arange(len(images))]


@pytest.mark.question("q4")
@pytest.mark.points(2)
def test_views_and_lamps(augment, rng):
    """Every image is a view of its own original under a lamp; views and lamps are all there."""
    images = rng.integers(45, 171, size=(1600, 16, 16, 3)).astype(np.uint8)
    came = measured(augment(images, int(rng.integers(1 << 30))), "augment")
    assert came.shape == images.shape, "The shape should be that of the images."
    found = explanations(came, images.astype(np.float64))
    assert found[:, 3].max() < 1.5, (
        "Some images are no view of their own original under another lamp. Are they in the same order, turned"
        " in their plane, with one contrast and one brightness for all pixels and channels?"
    )
    amounts = np.bincount(found[:, 0].astype(int), minlength=8)
    assert amounts.min() > 0, "Some of the eight views never occur: four quarters, mirrored and not."
    assert amounts.min() > 130 and amounts.max() < 270, "The eight views should be equally likely."
    contrast, brightness = found[:, 1], found[:, 2]
    assert contrast.min() > 0.695 and contrast.max() < 1.305, "The contrast should lie between 0.7 and 1.3."
    assert contrast.min() < 0.71 and contrast.max() > 1.29, "The contrast should vary from 0.7 to 1.3."
    # Near a contrast of 1 rounding errors are alike, and what is found can be wrong by almost 1.
    assert (np.abs(brightness) > 30.3).sum() <= 3, "The brightness should lie between -30 and 30."
    assert brightness.min() < -29.4 and brightness.max() > 29.4, "The brightness should vary from -30 to 30."
    for what, drawn, lowest, highest in (
        ("contrast", contrast, 0.7, 1.3),
        ("brightness", brightness, -30, 30),
    ):
        shares = np.histogram(drawn, bins=4, range=(lowest, highest))[0]  # 400 each, give or take 17
        assert shares.min() > 300 and shares.max() < 500, (
            f"The {what} should be uniform between {lowest} and {highest}: every number equally likely."
        )
    related = abs(np.corrcoef(contrast, brightness)[0, 1])
    assert related < 0.2, "Contrast and brightness should be drawn independently of each other."
    neighbours = [abs(np.corrcoef(drawn[:-1], drawn[1:])[0, 1]) for drawn in (contrast, brightness)]
    same_view = np.mean(found[:-1, 0] == found[1:, 0])  # one in eight
    assert max(neighbours) < 0.2 and same_view < 0.2, (
        "Images next to each other are too alike: each should have a view and a lamp of its own."
    )
    black = np.zeros((1600, 2, 2, 3), dtype=np.uint8)
    came = measured(augment(black, int(rng.integers(1 << 30))), "augment")
    brightest = came[came < 128].max(initial=0)  # what wraps around below 0 is the next test's
    assert brightest == 30, "Numbers should be rounded, not cut off, and the brightness be at most 30."


@pytest.mark.question("q4")
@pytest.mark.points(1)
def test_bright_and_dark_images_do_not_wrap_around(augment, rng):
    """Where an image becomes brighter than 255 or darker than 0, it is cut off."""
    white, black = (np.full((40, 4, 4, 3), level, dtype=np.uint8) for level in (254, 1))
    images = np.concatenate([white, black])
    came = measured(augment(images, int(rng.integers(1 << 30))), "augment")
    assert came.shape == images.shape, "The shape should be that of the images."
    assert came[:40].min() > 140, "A white image became dark: in uint8, numbers above 255 wrap around."
    assert came[40:].max() < 40, "A black image became bright: in uint8, numbers below 0 wrap around."
    assert came[:40].max() == 255 and came[40:].min() == 0, (
        "Numbers should be cut off at 0 and 255, not before."
    )


def normalised(images):
    """Each image as a vector of length 1 without its mean: the same under every lamp."""
    vectors = np.asarray(images, dtype=np.float32).reshape(len(images), -1)
    vectors = vectors - vectors.mean(axis=1, keepdims=True)
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)


def likeness(images, originals):
    """Matrix of how much each image looks like each original, in the best of its eight views."""
    vectors = normalised(images)
    return np.max([vectors @ normalised(view).T for view in views(np.asarray(originals))], axis=0)


@pytest.mark.question("q4")
@pytest.mark.points(2)
def test_trained_on_training_scraps_only(training_images, training_labels):
    """Every image of the larger training set is a training scrap, with that scrap's label."""
    images, labels = (
        measured(training_images, "training_images"),
        measured(training_labels, "training_labels"),
    )
    assert images.ndim == 4 and images.shape[1:] == (32, 32, 3), "The images should be of 32×32 pixels, RGB."
    assert labels.shape == (len(images),), "There should be one label for each image."
    originals, own = scraps.heap_of_scraps(scraps.TRAINING, 5, seed=0)
    alike = likeness(images, originals)
    assert alike.max(axis=1).min() > 0.7, (
        "Some images are views of no training scrap. Scraps for validation and test must not be trained on."
    )
    assert np.array_equal(own[alike.argmax(axis=1)], labels), (
        "Some images have the label of another photograph."
    )
    amounts = np.bincount(alike.argmax(axis=1), minlength=len(originals))
    assert amounts.min() >= 8, "Each training scrap should be there at least eight times."
    assert amounts.max() <= 12, "Each training scrap should be there at most twelve times."
    distinct = len(np.unique(images.reshape(len(images), -1), axis=0))
    assert distinct > 0.9 * len(images), "Many copies are alike: give each its own seed."


# q5


def faint_base(rng):
    """A base whose features are small numbers, so that a new head is undecided."""
    base = random_base(rng, filters=(4,))
    base.set_weights([0.02 * weight for weight in base.get_weights()])
    return base


def with_biases(model, biases, scale=1):
    """A model of three classes on `faint_base`: its head's biases as given, its other weights scaled."""
    weights = model.get_weights()
    model.set_weights([np.array(biases) if np.shape(w) == (3,) else scale * np.array(w) for w in weights])
    return model


def rising(with_head, compile_for, rng):
    """A model and two sets of two kinds of images: the other way round in validation, whose loss only rises.

    The third class is out of question, as is seen by its bias.
    """
    dark, bright = (rng.integers(low, low + 80, size=(20, 6, 6, 3), dtype=np.uint8) for low in (0, 175))
    images, labels = np.concatenate([dark, bright]), np.repeat([0, 1], 20)
    model = with_biases(compile_for(with_head(faint_base(rng), 3), 0.01), [0, 0, -20])
    return model, (images, labels), (images[::4], 1 - labels[::4])


def zigzag(with_head, _, rng):
    """A model and two sets for which the validation loss falls, and then rises, in a zigzag.

    All features are 0, so only the three biases learn: by gradient descent from one batch, at a rate at which
    they jump over the goal and back. The classes' order is random; the losses are always about

        4.00 2.15 1.74 1.88 1.502 1.85 1.501 1.85 1.51 1.85 1.51 1.84 …

    The lowest, in epoch 7, is lower than the one in epoch 5 by 0.0008.
    """
    order = rng.permutation(3)
    model = with_biases(with_head(faint_base(rng), 3), np.array([0.0, 2.0, 0.0])[order], scale=0)
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.optimizer.learning_rate = 7.0
    amounts, watched = np.array([3, 2, 15])[order], np.array([6, 2, 2])[order]
    sets = [(random_images(rng, each.sum()), np.repeat([0, 1, 2], each)) for each in (amounts, watched)]
    return model, *sets


def scored(model, images, labels):
    """Cross-entropy of a model on images, computed here."""
    probabilities = measured(model(right_inputs(images)), "The model")
    if probabilities.shape[1] == 1:
        probabilities = np.concatenate([1 - probabilities, probabilities], axis=1)
    return float(-np.log(np.maximum(probabilities[np.arange(len(labels)), labels], 1e-7)).mean())


@pytest.mark.question("q5")
@pytest.mark.points(3)
@pytest.mark.parametrize("losses", ["rising", "zigzag"])
def test_stops_early_and_keeps_the_best(with_head, compile_for, train, rng, losses):
    """Stopped in time, and back to the best weights, where the loss rises or goes in a zigzag."""
    case, tolerance = {"rising": (rising, 1e-3), "zigzag": (zigzag, 2e-4)}[losses]
    model, training, validation = case(with_head, compile_for, rng)
    untrained = model.get_weights()
    for patience, options in ((2, {"patience": 2}), (5, {})):
        model.set_weights(untrained)
        path = f"hidden{patience}.weights.h5"
        history = train(model, training, validation, 20, path, **options)
        came = measured(history["val_loss"], "train")
        best = int(came.argmin())
        assert losses == "zigzag" or best == 0, (
            "The validation loss should rise here. Do loss, labels and preprocessing belong together?"
        )
        assert len(came) < 20, (
            "It does not stop early. Is each loss compared with the lowest so far, not with the one before?"
        )
        assert len(came) == best + 1 + patience, (
            "It should stop after `patience` epochs in a row, by default 5, without a new lowest validation"
            " loss, be it lower by ever so little."
        )
        kept = scored(model, *validation)
        assert abs(kept - came[best]) < tolerance or abs(kept - came[-1]) > 1e-4, (
            "The model has the weights of the last epoch, not of the best."
        )
        assert abs(kept - came[best]) < tolerance, (
            "The model in the end should have the weights of the epoch with the lowest validation loss, and"
            " its inputs be preprocessed once."
        )
        model.set_weights([0 * weight for weight in weights_of(model)])
        model.load_weights(path)
        again = scored(model, *validation)
        assert abs(again - came[best]) < tolerance, (
            "The checkpoint should have the weights of the best epoch."
        )


@pytest.mark.question("q5")
@pytest.mark.points(2)
def test_what_an_epoch_is(with_head, compile_for, train, rng):
    """Batches of 32, of preprocessed training images and no others."""
    count = 32 * 33  # in batches of 31, 32 and 33 these are 35, 33 and 32 steps
    images, labels = random_images(rng, count + 10), np.arange(count + 10) % 3
    model = compile_for(with_head(faint_base(rng), 3), 1e-7)
    expected = scored(model, images[:count], labels[:count])
    training, validation = (images[:count], labels[:count]), (images[count:], labels[count:])
    history = train(model, training, validation, 1, "epoch.weights.h5")
    assert len(history["loss"]) == 1, "One epoch was asked for."
    steps = int(model.optimizer.iterations)
    assert steps != 34, "One step too many in an epoch: are the validation scraps trained on?"
    assert steps == 33, f"{count} images in batches of 32 are 33 steps in an epoch."
    assert abs(float(history["loss"][0]) - expected) < 1e-3 * (1 + expected), (
        "The training loss belongs to other inputs: the training images should be preprocessed, exactly once."
    )


# q6


@pytest.mark.question("q6")
@pytest.mark.points(3)
@pytest.mark.parametrize("block", ["block3", "block2", "block"])
def test_only_the_block_and_the_head_move(with_head, compile_for, unfreeze_block, rng, block):
    """After training a frozen base, unfreezing moves the block and the head, and nothing else."""
    base = random_base(rng)
    model = compile_for(with_head(base, 3), 0.01)
    inside = positions(weights_of(model), base.get_weights())
    one_step(model, rng, classes=3)
    before = weights_of(model)
    model = unfreeze_block(model, block, 0.0004)
    assert max(moved(before, weights_of(model))) == 0, "Unfreezing should leave the weights as they are."
    assert abs(float(model.optimizer.learning_rate) - 0.0004) < 1e-8, (
        "The learning rate is not the one asked for."
    )
    one_step(model, rng, classes=3)
    change = moved(before, weights_of(model))
    for place, weight in zip(inside, base.weights, strict=True):
        if weight.path.startswith(block):
            assert change[place] > 0, (
                "The block does not move in training. Was the model compiled again after unfreezing? A nested"
                " base must itself be trainable, too."
            )
            assert change[place] < 0.0005, "The block moves by more than the learning rate."
        else:
            assert change[place] == 0, "Other layers than those of the block move in training."
    head = [amount for place, amount in enumerate(change) if place not in inside]
    assert min(head) > 0, "The head should go on learning."


# q7


@pytest.mark.question("q7")
@pytest.mark.points(1)
def test_accuracy_of_random_models(accuracy, rng):
    """The accuracy of any model on any images."""
    for count, classes in ((40, 3), (25, 5)):
        inputs = keras.Input((3, 4, 3))
        means = keras.layers.GlobalAveragePooling2D()(inputs)
        model = keras.Model(inputs, keras.layers.Dense(classes, activation="softmax")(means))
        model.set_weights([rng.normal(size=(3, classes)), rng.normal(size=classes)])
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        images, labels = random_images(rng, count, 3, 4), rng.integers(classes, size=count)
        expected = np.mean(np.asarray(model(right_inputs(images))).argmax(axis=1) == labels)
        came = measured(accuracy(model, images, labels), "accuracy")
        assert came.shape == (), "The accuracy is one number."
        assert abs(came - expected) < 1e-6, (
            "Wrong: the share of images whose likeliest class is their label, the images preprocessed once."
        )


def pretrained():
    return [np.array(weight) for weight in networks.mini_vgg().get_weights()]


@pytest.mark.question("q7")
@pytest.mark.points(2)
def test_where_the_weights_come_from(frozen, fine_tuned, from_scratch, random_frozen):
    """Two bases are the pretrained one, of which only block 4 was changed, and little; two are not."""
    wanted = pretrained()
    names = [weight.path for weight in networks.mini_vgg().weights]
    for name, model, same in (
        ("frozen", frozen, "block"),
        ("fine_tuned", fine_tuned, ("block1", "block2", "block3")),
        ("from_scratch", from_scratch, ()),
        ("random_frozen", random_frozen, ()),
    ):
        weights = weights_of(model)
        for path, array in zip(names, wanted, strict=True):
            there = [w for w in weights if w.shape == array.shape]
            equal = any(np.array_equal(weight.astype(np.float32), array) for weight in there)
            if path.startswith(same):
                assert equal, (
                    f"{name}: {path} is not as pretrained. Does the base have its pretrained weights, is it"
                    " a base of its own, and were these layers frozen?"
                )
            else:
                assert not equal, f"{name}: {path} should not have the pretrained weights."
            if not same and path.endswith("kernel"):
                distance = min(np.linalg.norm(weight - array) for weight in there) / np.linalg.norm(array)
                assert distance > 0.5, f"{name}: {path} began with the pretrained weights, not random ones."


@pytest.mark.question("q7")
@pytest.mark.points(1)
def test_features_are_not_destroyed(fine_tuned):
    """Fine-tuning changes block 4 by little."""
    weights = weights_of(fine_tuned)
    for path, array in zip(
        [weight.path for weight in networks.mini_vgg().weights], pretrained(), strict=True
    ):
        if path.startswith("block4") and path.endswith("kernel"):
            (now,) = [weight for weight in weights if weight.shape == array.shape]
            change = np.linalg.norm(now - array) / np.linalg.norm(array)
            assert change > 0, "Block 4 has not changed: was it trained?"
            assert change < 0.35, "Block 4 has changed beyond recognition: the learning rate is too high."


@pytest.mark.question("q7")
@pytest.mark.points(3)
@pytest.mark.parametrize("name", ["frozen", "fine_tuned"])
def test_unseen_scraps(frozen, fine_tuned, rng, name):
    """Scraps of parts of the photographs that you never had."""
    images, labels = scraps.heap_of_scraps(HELD_BACK, 240, seed=rng)
    model = {"frozen": frozen, "fine_tuned": fine_tuned}[name]
    batches = [measured(model(right_inputs(batch)), name) for batch in np.split(images, 6)]
    right = np.concatenate(batches).argmax(axis=1) == labels
    assert right.mean() > 0.45, (  # right answers have 0.75, random features 0.25 to 0.4
        "Too few are sorted right. Is it trained on preprocessed images, with pretrained features,"
        " its best weights kept?"
    )


@pytest.mark.question("q7")
@pytest.mark.points(1)
def test_how_the_four_were_trained(histories, from_scratch, random_frozen, rng):
    """A history for each; fine-tuning goes on from a trained head; the other two learn, too."""
    names = ["fine_tuned", "from_scratch", "frozen", "random_frozen"]
    assert isinstance(histories, dict) and set(names) <= set(histories), (
        f"histories should have the history of each of {', '.join(names)} under its name."
    )
    losses = {name: measured(histories[name]["val_loss"], f"histories[{name!r}]") for name in names}
    half_way = np.sqrt(losses["frozen"][0] * losses["frozen"].min())
    assert losses["fine_tuned"][0] < half_way or len(losses["frozen"]) == 1, (
        "fine_tuned begins with a loss too near to the one that frozen began with: its head should be trained"
        " already, and its history be that of the training with block 4."
    )
    assert losses["random_frozen"].min() < losses["random_frozen"][0], "random_frozen does not learn at all."
    for name, model in (("from_scratch", from_scratch), ("random_frozen", random_frozen)):
        biases = [weight for weight in weights_of(model) if weight.shape == (len(scraps.HEAP),)]
        assert biases and np.abs(biases[-1]).max() > 0, (
            f"{name}: the head's biases are still 0; was it trained?"
        )
    images, labels = scraps.heap_of_scraps(HELD_BACK, 40, seed=rng)
    right = measured(from_scratch(right_inputs(images)), "from_scratch").argmax(axis=1) == labels
    assert right.mean() > 0.25, "from_scratch does hardly better than guessing: is all of it trained?"


# q8


@pytest.mark.question("q8")
@pytest.mark.points(1)
def test_random_histories(best_epoch, accuracy_gap, rng):
    """Any history; the first of several best epochs."""
    for epochs in (1, 4, 9):
        history = {
            name: rng.uniform(0.1, 0.9, size=epochs).round(3).tolist()
            for name in ("accuracy", "val_accuracy", "loss", "val_loss")
        }
        if epochs > 4:
            history["val_loss"][3] = history["val_loss"][7] = 0.05
        best = int(np.argmin(history["val_loss"]))
        came = measured(best_epoch(history), "best_epoch")
        assert came.shape == () and came == best + 1, (
            "The best epoch is the first one of the lowest validation loss, counted from 1."
        )
        gap = measured(accuracy_gap(history), "accuracy_gap")
        expected = history["accuracy"][best] - history["val_accuracy"][best]
        assert gap.shape == () and abs(gap - expected) < 1e-6, (
            "The gap is accuracy minus validation accuracy, both at the best epoch."
        )


@pytest.mark.question("q8")
@pytest.mark.points(1.5)
def test_which_run_is_which(runs):
    """All four runs are recognised."""
    expected = {"A": "from scratch", "B": "rate too high", "C": "frozen", "D": "random, frozen"}
    assert isinstance(runs, dict), "runs should be a dict."
    right = sum(runs.get(letter) == name for letter, name in expected.items())
    assert right == 4, (
        "Not all are right. Where is training accuracy high and validation far below it? Where do both"
        " stay low? Where do the curves jump about, and where do both soon agree?"
    )
