"""What a notebook has shown, as its own process tells it: checked and cut before anybody looks at it.

The kernel keeps these rules too, but it runs where the student's code runs, which can send what it likes.
"""

from __future__ import annotations

import math
from typing import Any

from autograder.wire.codec import WireError

TOTAL_CHARACTERS = 1 << 24
SLACK = 1 << 15  # beyond the texts, which the kernel counts: 200 outputs, its remark on what it dropped
CUT = "\n… more output was produced; the rest is not kept\n"


def checked_cells(cells: Any, count: int, *, cap: int, seconds: float) -> list[dict[str, Any]]:
    """Return for each cell whether it ran without an error (`ok`), its `seconds` and its `outputs`.

    Outputs are lists, dicts, texts, numbers, booleans and None, at most `cap` characters of a cell.

    Args:
        cells: what a frame held.
        count: how many cells were run.
        seconds: how long all took; no cell is said to have taken longer.

    Raises:
        WireError: this is not the result of a run.
    """
    if not isinstance(cells, list) or len(cells) != count:
        raise WireError("not the result of a run")
    left = TOTAL_CHARACTERS + SLACK
    checked = []
    for cell in cells:
        result, size = _checked(cell, min(cap + SLACK, left), seconds)
        left -= size
        checked.append(result)
    return checked


def _checked(cell: Any, room: int, longest: float) -> tuple[dict[str, Any], int]:
    if not isinstance(cell, dict):
        raise WireError("not the result of a cell")
    ok, seconds, outputs = cell.get("ok"), cell.get("seconds"), cell.get("outputs")
    if type(ok) is not bool or type(seconds) is not float or not isinstance(outputs, list):
        raise WireError("not the result of a cell")
    if not math.isfinite(seconds):
        raise WireError("a cell's time is no number")
    size = _size(outputs)
    if size > room:
        outputs, size = [{"output_type": "stream", "name": "stderr", "text": CUT}], len(CUT)
    return {"ok": ok, "seconds": min(max(seconds, 0.0), longest), "outputs": outputs}, size


def _size(value: Any) -> int:
    """Characters of all texts in `value`, and one for everything else in it.

    Raises:
        WireError: it holds something that no output holds.
    """
    if isinstance(value, str):
        return len(value)
    if isinstance(value, list):
        return 1 + sum(map(_size, value))
    if isinstance(value, dict) and all(type(key) is str for key in value):
        return 1 + sum(len(key) + _size(item) for key, item in value.items())
    if value is None or type(value) in (bool, int, float):
        return 1
    raise WireError("an output holds something that cannot be shown")
