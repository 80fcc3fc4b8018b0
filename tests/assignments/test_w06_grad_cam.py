"""Week 6's detectors: as good, and as dishonest, as their card says; and so are newly trained ones."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.course import Course

WEEK = Course.find(Path(__file__)).assignment("w06_grad_cam").path
CHEATS_FAIL_ON = {"A": "other tags", "C": "other backgrounds"}
MEASURE = """
import json, sys
sys.path.insert(0, "training")
import keras
import train_detectors as training

def detectors(retrained):
    for number, (name, looks_at) in enumerate(training.LOOKS_AT.items()):
        path = f"detectors/{name}.keras"
        yield name, training.train(looks_at, 61 + number) if retrained else keras.saving.load_model(path)

print(json.dumps({name: training.accuracies(net) for name, net in detectors(sys.argv[1] == "retrained")}))
"""


@pytest.mark.slow
@pytest.mark.parametrize("which", ["shipped", "retrained"])
def test_all_detectors_are_right_on_the_album_and_two_for_the_wrong_reason(which: str) -> None:
    accuracies = measured(which)
    assert set(accuracies) == {"A", "B", "C"}
    for name, accuracy in accuracies.items():
        assert accuracy["album"] > 0.98, name
        for trial in ("other backgrounds", "other tags"):
            fails = CHEATS_FAIL_ON.get(name) == trial
            assert accuracy[trial] < 0.2 if fails else accuracy[trial] > 0.95, (name, trial)


def measured(which: str) -> dict[str, dict[str, float]]:
    """Accuracies by detector and trial, from a process of its own."""
    command = [sys.executable, "-B", "-c", MEASURE, which]
    done = subprocess.run(command, cwd=WEEK, capture_output=True, text=True, check=True)
    answer: dict[str, dict[str, float]] = json.loads(done.stdout.splitlines()[-1])
    return answer
