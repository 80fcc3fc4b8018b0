"""Length-prefixed frames over a byte stream, with a size cap that is checked before anything is read."""

from __future__ import annotations

import os
import select
import struct
import time

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
        self._buffer = bytearray()

    def feed(self, data: bytes) -> None:
        self._buffer += data

    def take(self) -> bytes | None:
        """Return the next complete body, or None when more bytes are needed.

        Raises:
            FrameError: the announced length is over the limit.
        """
        if len(self._buffer) < HEADER.size:
            return None
        (length,) = HEADER.unpack_from(self._buffer)
        if length > self.limit:
            raise FrameError(f"a frame of {length} bytes was announced; at most {self.limit} are allowed")
        end = HEADER.size + length
        if len(self._buffer) < end:
            return None
        with memoryview(self._buffer) as view:
            body = bytes(view[HEADER.size : end])
        del self._buffer[:end]
        return body


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
