"""How these tests run a notebook in a slot and look at what came."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from autograder.sandbox import Lost, Ran, Slot
from autograder.wire import codec

SLACK = 2.0


def run(slot: Slot, *cells: str, files: Mapping[str, bytes] | None = None, seed: int = 1) -> Ran:
    """Run a notebook that must come to its end."""
    result = slot.run(cells, files or {}, seed=seed)
    assert isinstance(result, Ran), f"the notebook was lost: {result}"
    return result


def lose(slot: Slot, *cells: str) -> Lost:
    """Run a notebook that must not come to its end."""
    result = slot.run(cells, {}, seed=1)
    assert isinstance(result, Lost), f"the notebook ran: {result}"
    return result


def output_of(ran: Ran, cell: int = -1) -> str:
    """What a cell printed, and the errors it ended with."""
    parts = [
        output["text"] if output["output_type"] == "stream" else f"{output['ename']}: {output['evalue']}"
        for output in ran.cells[cell]["outputs"]
        if output["output_type"] in ("stream", "error")
    ]
    return "".join(parts)


def rich_outputs(ran: Ran, cell: int = -1) -> list[dict[str, Any]]:
    """The MIME bundles that a cell showed."""
    return [output["data"] for output in ran.cells[cell]["outputs"] if "data" in output]


def ask(slot: Slot, question: dict[str, Any]) -> dict[str, Any] | Lost:
    answer = slot.ask(codec.encode(question), slot.spec.limits.call_seconds)
    return answer if isinstance(answer, Lost) else codec.decode(answer)


def value(slot: Slot, name: str) -> Any:
    """What the notebook has defined as `name`."""
    answer = ask(slot, {"do": "get", "name": name})
    assert isinstance(answer, dict) and "value" in answer, answer
    return answer["value"]


def call(slot: Slot, name: str, *arguments: Any) -> Any:
    return ask(slot, {"do": "call", "target": value(slot, name), "with": [list(arguments), {}]})


@contextmanager
def limited(slot: Slot, **limits: float) -> Iterator[None]:
    """Other limits for a while; a slot takes them with each notebook."""
    spec = slot.spec
    slot.spec = replace(spec, limits=spec.limits.model_copy(update=limits))
    try:
        yield
    finally:
        slot.spec = spec


@contextmanager
def brief(slot: Slot) -> Iterator[float]:
    """Give notebooks in `slot` little time; yields how many seconds."""
    seconds = 0.4
    with limited(slot, run_seconds=seconds), within(seconds + SLACK):
        yield seconds


@contextmanager
def within(seconds: float) -> Iterator[None]:
    began = time.monotonic()
    yield
    took = time.monotonic() - began
    assert took < seconds, f"it took {took:.2f} s, and may take {seconds:g} s"
