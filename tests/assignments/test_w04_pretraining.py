"""Week 4's mini-VGG is what its card says, and training it again gives as good a one.

Also: VGG16 never pretends to have the weights of ImageNet.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

WEEK = Path(__file__).resolve().parents[2] / "assignments" / "w04_fine_tune_vgg16"
CARD = json.loads((WEEK / "mini_vgg.json").read_text())


@pytest.fixture
def week_module(monkeypatch):
    """Imports one of the week's modules, and forgets it and what it imported from the week afterwards."""
    for folder in (WEEK, WEEK / "pretraining"):
        monkeypatch.syspath_prepend(str(folder))
    before = set(sys.modules)

    def load(path: str) -> ModuleType:
        specification = importlib.util.spec_from_file_location(Path(path).stem, WEEK / path)
        assert specification is not None and specification.loader is not None
        module = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(module)
        return module

    yield load
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", None) or "").startswith(str(WEEK)):
            del sys.modules[name]


def test_the_weights_are_those_of_the_card():
    assert hashlib.sha256((WEEK / "mini_vgg.weights.h5").read_bytes()).hexdigest() == CARD["sha256"]
    assert CARD["sha256"] in (WEEK / "pretraining" / "README.md").read_text()


def test_the_mini_vgg_is_as_good_as_its_card_says(week_module):
    pretraining, networks = week_module("pretraining/pretrain.py"), week_module("networks.py")
    network = networks.mini_vgg(include_top=True)
    assert network.count_params() == CARD["parameters"]
    assert pretraining.held_out_accuracy(network) == pytest.approx(CARD["held_out_accuracy"], abs=0.005)


@pytest.mark.slow
def test_training_again_gives_the_same_quality(week_module, tmp_path):
    card = week_module("pretraining/pretrain.py").pretrain(tmp_path)
    assert card["parameters"] == CARD["parameters"]
    assert card["held_out_accuracy"] == pytest.approx(CARD["held_out_accuracy"], abs=0.03)


def test_a_changed_weights_file_is_refused(week_module, monkeypatch):
    networks = week_module("networks.py")
    monkeypatch.setitem(networks.CARD, "sha256", "0" * 64)
    with pytest.raises(ValueError, match="not the file that was shipped"):
        networks.mini_vgg()


def test_vgg16_says_that_its_weights_are_random(week_module, monkeypatch, capsys):
    monkeypatch.delenv("VGG16_WEIGHTS", raising=False)
    network, pretrained = week_module("networks.py").vgg16()
    assert not pretrained
    assert "RANDOM" in capsys.readouterr().out
    assert network.count_params() == 14_714_688


@pytest.mark.parametrize("content", [None, b"these are no weights"])
def test_a_wrong_weights_file_is_refused_not_replaced_by_random_weights(
    week_module, monkeypatch, tmp_path, content
):
    path = tmp_path / "vgg16.h5"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("VGG16_WEIGHTS", str(path))
    with pytest.raises(ValueError, match=str(path)):
        week_module("networks.py").vgg16()


def test_weights_from_a_known_file_are_loaded(week_module, monkeypatch, tmp_path, capsys):
    import keras

    networks = week_module("networks.py")
    other = keras.applications.VGG16(weights=None, include_top=False, input_shape=(32, 32, 3))
    path = tmp_path / "notop.h5"
    other.save(path)
    digest = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
    monkeypatch.setitem(networks.PUBLISHED, digest, "without its top")
    monkeypatch.setenv("VGG16_WEIGHTS", str(path))
    network, pretrained = networks.vgg16()
    assert pretrained
    assert "ImageNet" in capsys.readouterr().out
    for mine, theirs in zip(network.get_weights(), other.get_weights(), strict=True):
        assert (mine == theirs).all()
