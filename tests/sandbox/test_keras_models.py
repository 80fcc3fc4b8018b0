"""A Keras model is sent into the sandbox as data, and one of the student's is asked through a handle."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from providers import DOCKER, LIMITS

from autograder.examiner import StandIn, StudentNotebook
from autograder.image import ImageInfo
from autograder.sandbox import Slot, SlotSpec, provider

keras = pytest.importorskip("keras", reason="NOT TESTED WITH KERAS: it is not installed (extra `tensorflow`)")

CELLS = (
    "import keras, numpy as np",
    "def parameters(model): return model.count_params()",
    "def half(model, x): return model.predict(x, verbose=0) / 2",
    "def first_weights(model): return model.layers[0].get_weights()[0]",
    """
def make(units=4):
    head, last = keras.layers.Dense(units, name="head"), keras.layers.Dense(2)
    model = keras.Sequential([keras.Input((3,)), head, last])
    model.compile("sgd", "mse")
    return model
model = make()
""",
)


@pytest.fixture(scope="module", params=[DOCKER, "process"])
def slot(request: pytest.FixtureRequest) -> Iterator[Slot]:
    """A slot with Keras and TensorFlow imported."""
    limits = LIMITS.model_copy(update={"run_seconds": 60, "call_seconds": 30, "memory_mb": 2048})
    spec = SlotSpec(("numpy", "keras"), limits)
    if request.param == "docker":
        image: ImageInfo = request.getfixturevalue("grading_image")
        spec = SlotSpec(("numpy", "keras"), limits, image=image.name)
    with Slot(provider(request.param), spec) as slot:
        yield slot


@pytest.fixture(scope="module")
def notebook(slot: Slot) -> Iterator[StudentNotebook]:
    notebook = StudentNotebook(slot, CELLS, {}, seed=1)
    assert notebook.run().cells_failed == ()
    yield notebook
    notebook.stop()


@pytest.fixture
def model() -> Any:
    """A network whose weights and answers are known."""
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="known")])
    model.set_weights([np.arange(6, dtype=np.float32).reshape(3, 2), np.array([1, -1], np.float32)])
    return model


def test_a_model_that_is_sent_has_the_same_weights_and_answers(notebook: StudentNotebook, model: Any) -> None:
    x = np.array([[1.0, 2.0, 3.0]], np.float32)
    assert notebook.value("parameters")(model) == 8
    np.testing.assert_array_equal(notebook.value("first_weights")(model), model.get_weights()[0])
    np.testing.assert_allclose(notebook.value("half")(model, x), [[8.5, 10.5]], rtol=1e-6)


def test_a_model_comes_back_as_a_handle_that_can_be_asked(notebook: StudentNotebook) -> None:
    came = notebook.value("model")
    assert isinstance(came, StandIn)
    assert came.count_params() == 3 * 4 + 4 + 4 * 2 + 2
    assert came.layers[0].name == "head"
    assert [layer.units for layer in came.layers] == [4, 2]
    assert came.output_shape == (None, 2)
    assert came.predict(np.zeros((5, 3)), verbose=0).shape == (5, 2)
    assert [weight.shape for weight in came.get_weights()] == [(3, 4), (4,), (4, 2), (2,)]


def test_a_model_made_by_a_call_has_its_own_attributes(notebook: StudentNotebook) -> None:
    made = notebook.value("make")(units=7)
    assert made.layers[0].units == 7
    assert made.layers[0].trainable is True
    made.layers[0].trainable = False
    assert made.layers[0].trainable is False
    assert len(made.trainable_weights) == 2


def test_a_handle_can_be_given_to_another_function(notebook: StudentNotebook) -> None:
    made = notebook.value("make")()
    assert notebook.value("parameters")(made) == made.count_params()


def test_training_through_a_handle_changes_the_weights(notebook: StudentNotebook) -> None:
    made = notebook.value("make")()
    before = made.get_weights()[0]
    made.fit(np.ones((8, 3)), np.ones((8, 2)), epochs=1, verbose=0)
    assert not np.array_equal(before, made.get_weights()[0])


def test_a_tensor_arrives_as_an_array(notebook: StudentNotebook) -> None:
    answer = notebook.value("model")(np.zeros((2, 3), np.float32))
    assert type(answer) is np.ndarray
    np.testing.assert_array_equal(answer, np.zeros((2, 2)))
