"""What a process says that its notebook has shown: anything can come, and only what can be shown stays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder.sandbox.outputs import CUT, checked_cells
from autograder.wire.codec import Handle, WireError

CAP = 10_000


def checked(*outputs: Any, ok: Any = True, seconds: Any = 0.5, longest: float = 2.0) -> list[dict[str, Any]]:
    cells = [{"ok": ok, "seconds": seconds, "outputs": [*outputs]}]
    return checked_cells(cells, 1, cap=CAP, seconds=longest)


def test_what_a_kernel_sends_stays_as_it_is() -> None:
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": "x" * CAP},
        {"output_type": "display_data", "data": {"application/json": [1, 2.5, None, True]}, "metadata": {}},
    ]
    (cell,) = checked(*outputs[:1])
    assert cell == {"ok": True, "seconds": 0.5, "outputs": outputs[:1]}
    (cell,) = checked(*outputs[1:])
    assert cell["outputs"] == outputs[1:]


def test_many_short_outputs_up_to_the_cap_stay() -> None:
    streams = ["stdout", "stderr"] * 100
    outputs = [{"output_type": "stream", "name": name, "text": "x" * (CAP // 200)} for name in streams]
    assert checked(*outputs)[0]["outputs"] == outputs


@pytest.mark.parametrize(
    "odd",
    [
        np.array(["stream", "error"]),
        np.float64(1),
        ("a",),
        b"bytes",
        1j,
        slice(1),
        {1: "x"},
        Handle(1, "", "", ""),
    ],
    ids=lambda odd: type(odd).__name__,
)
@pytest.mark.parametrize("key", ["output_type", "name", "text", "data"])
def test_a_value_that_no_output_holds_is_refused(key: str, odd: Any) -> None:
    with pytest.raises(WireError):
        checked({"output_type": "stream", "name": "stdout", "text": "x", key: odd})


@pytest.mark.parametrize(
    "cells",
    [None, {}, [], [{}], [None], [{"ok": 1, "seconds": 1.0, "outputs": []}], [{"ok": True, "outputs": []}]],
    ids=str,
)
def test_what_is_no_result_is_refused(cells: Any) -> None:
    with pytest.raises(WireError):
        checked_cells(cells, 1, cap=CAP, seconds=1.0)


@pytest.mark.parametrize("seconds", [float("nan"), float("inf"), 1, None], ids=str)
def test_a_time_that_is_no_number_is_refused(seconds: Any) -> None:
    with pytest.raises(WireError):
        checked(seconds=seconds)


@pytest.mark.parametrize(("seconds", "becomes"), [(1e308, 2.0), (-5.0, 0.0), (1.5, 1.5)])
def test_no_cell_takes_longer_than_all_of_them(seconds: float, becomes: float) -> None:
    assert checked(seconds=seconds)[0]["seconds"] == becomes


@pytest.mark.parametrize(
    "output",
    [{"text": "x" * 50_000}, {"data": {"x" * 50_000: ""}}, {"data": [[]] * 50_000}],
    ids=["text", "key", "many"],
)
def test_more_than_a_cell_may_show_is_left_out_with_a_word(output: Any) -> None:
    (cell,) = checked({"output_type": "display_data", **output})
    assert cell["outputs"] == [{"output_type": "stream", "name": "stderr", "text": CUT}]


def test_all_cells_together_have_a_limit() -> None:
    cell = {"ok": True, "seconds": 0.0, "outputs": [{"output_type": "stream", "text": "x" * (1 << 23)}]}
    cells = checked_cells([cell] * 5, 5, cap=1 << 23, seconds=1.0)
    assert [len(cell["outputs"][0]["text"]) > len(CUT) for cell in cells] == [True, True, False, False, False]
