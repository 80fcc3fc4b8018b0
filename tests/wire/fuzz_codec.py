"""Coverage-guided: any bytes are a plain value or a `WireError`, in bounded memory, and can be sent back."""

from __future__ import annotations

import atheris

with atheris.instrument_imports(include=["autograder.wire"]):
    from autograder.wire import codec

from fuzzing import Memory, encoded_values, fuzz
from wire_values import difference, memory_allowed, value_or_error

MEMORY = Memory()


def check(data: bytes) -> None:
    taken = MEMORY.peak(lambda: value_or_error(data))
    assert taken <= memory_allowed(data), f"{taken} bytes of memory for {len(data)}"
    value, error = value_or_error(data)
    if error is None:
        back = codec.decode(codec.encode(value))
        assert difference(back, value) is None, difference(back, value)


if __name__ == "__main__":
    fuzz(check, encoded_values())
