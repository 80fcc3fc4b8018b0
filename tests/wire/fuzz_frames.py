"""Coverage-guided: any bytes, cut anywhere, are the frames that their headers say, or a `FrameError`."""

from __future__ import annotations

import atheris

with atheris.instrument_imports(include=["autograder.wire"]):
    from autograder.wire.frames import HEADER, pack

from fuzzing import Memory, fuzz
from wire_values import frames_in, frames_read

LIMIT = 1 << 12
BODIES = (b"", b"x", b"hello" * 30, bytes(LIMIT))
MEMORY = Memory()


def check(data: bytes) -> None:
    provider = atheris.FuzzedDataProvider(data)
    chunks = [provider.ConsumeBytes(provider.ConsumeIntInRange(0, 64)) for _ in range(8)]
    chunks.append(provider.ConsumeBytes(provider.remaining_bytes()))
    taken = MEMORY.peak(lambda: frames_read(chunks, LIMIT))
    assert taken <= 8 * len(data) + (1 << 16), f"{taken} bytes of memory for {len(data)}"
    assert frames_read(chunks, LIMIT) == frames_in(b"".join(chunks), LIMIT)


if __name__ == "__main__":
    whole = [pack(body) for body in BODIES]
    fuzz(check, [*whole, b"".join(whole), HEADER.pack(LIMIT + 1), HEADER.pack(2**64 - 1), whole[2][:-1]])
