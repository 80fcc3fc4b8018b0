"""Week 5: what its notebook and README claim of skips holds when the networks are trained again."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

WEEK = Path(__file__).parents[2] / "assignments" / "w05_unet"


@pytest.mark.slow
def test_skips_matter_on_the_horses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(WEEK)
    _, truth, found, solved = runpy.run_path(str(WEEK / "measure_skips.py"))["compare"](seed=7)
    areas = {name: solved["iou"](truth, masks).mean() for name, masks in found.items()}
    edges = {name: solved["boundary_iou"](truth, masks).mean() for name, masks in found.items()}
    assert areas["U-Net"] > areas["no skips"] + 0.08 > areas["Otsu"] + 0.16
    assert edges["U-Net"] > edges["no skips"] + 0.15
