"""Length-prefixed frames over a byte stream, with a size cap that is checked before anything is read."""

from __future__ import annotations

import os
import select
import struct
import time
from collections import deque

HEADER = struct.Struct(">Q")
CHUNK = 1 << 20


class FrameError(Exception):
    """The peer sent something that is not a frame, or a frame larger than allowed."""


class ClosedError(Exception):
    """The peer closed the stream."""


def pack(body: bytes) -> bytes:
    """Return `body` with its length in front."""
    return HEADER.pack(len(body)) + body


class FrameReader:
    """Cuts a stream of bytes into frames. Feed it what arrives; take complete frames out.

    Args:
        limit: the largest body in bytes; a larger announcement raises `FrameError` at once.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._chunks: deque[bytes] = deque()
        self._size = 0

    def feed(self, data: bytes) -> None:
        if data:
            self._chunks.append(data)
            self._size += len(data)

    def take(self) -> bytes | None:
        """Return the next complete body, or None when more bytes are needed.

        Raises:
            FrameError: the announced length is over the limit.
        """
        if self._size < HEADER.size:
            return None
        head = self._peek(HEADER.size)
        (length,) = HEADER.unpack(head)
        if length > self.limit:
            raise FrameError(f"a frame of {length} bytes was announced; at most {self.limit} are allowed")
        if self._size < HEADER.size + length:
            return None
        return self._consume(HEADER.size + length)[HEADER.size :]

    def _peek(self, count: int) -> bytes:
        if len(self._chunks[0]) < count:
            self._chunks = deque([b"".join(self._chunks)])
        return self._chunks[0][:count]

    def _consume(self, count: int) -> bytes:
        data = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
        rest = data[count:]
        self._chunks = deque([rest] if rest else [])
        self._size -= count
        return data[:count]


def write_all(fd: int, data: bytes, deadline: float | None = None) -> None:
    """Write `data` to a file descriptor, waiting for room until `deadline` (`time.monotonic`).

    Raises:
        TimeoutError: there was no room in time.
        ClosedError: nobody reads any more.
    """
    view = memoryview(data)
    while view:
        wait = None if deadline is None else max(0.0, deadline - time.monotonic())
        _, writable, _ = select.select([], [fd], [], wait)
        if not writable:
            raise TimeoutError("the peer does not read")
        try:
            view = view[os.write(fd, view[:CHUNK]) :]
        except BlockingIOError:
            continue
        except (BrokenPipeError, ConnectionResetError):
            raise ClosedError("the peer closed the stream") from None
