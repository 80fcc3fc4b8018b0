"""The child's side of one submission: receive the notebook, run it, answer questions until it is over.

Frames to the relay start with one byte: `C` a cell begins (its index follows), `R` the notebook has run,
`A` an answer (the question's number follows), `X` confinement failed before any student code ran.
"""

from __future__ import annotations

import os
import random
import signal
import socket
import struct
from pathlib import Path
from typing import Any

from autograder.wire import codec, frames
from autograder.worker.answers import Answerer

NUMBER = struct.Struct(">I")


def serve(descriptor: int, kernel: Any) -> None:
    """Run the notebook that comes first on `descriptor`, then answer the questions that follow."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    channel = _Channel(descriptor)
    order = codec.decode(channel.receive())
    _write_files(order["files"])
    _seed(order["seed"])
    results = kernel.run(
        order["cells"],
        order["skip"],
        order["output_bytes"],
        lambda index: channel.send(b"C" + NUMBER.pack(index)),
    )
    channel.send(b"R" + _encoded(results))
    answerer = Answerer(kernel.names)
    while True:
        question = channel.receive()
        number, body = question[: NUMBER.size], question[NUMBER.size :]
        channel.send(b"A" + number + answerer.answer(body))


def _encoded(results: list[dict[str, Any]]) -> bytes:
    """Encode what the cells showed; where that cannot be carried, at least how they went."""
    try:
        return codec.encode(results)
    except codec.WireError as error:
        note = {"output_type": "stream", "name": "stderr", "text": f"The outputs are not kept: {error}\n"}
        return codec.encode([{**result, "outputs": [note]} for result in results])


def report_failure(descriptor: int, sentence: str) -> None:
    """Tell the relay that this submission cannot run, through no fault of its own."""
    _Channel(descriptor).send(b"X" + sentence.encode())


class _Channel:
    """The socket to the relay. Only the process that was forked for the submission speaks on it."""

    def __init__(self, descriptor: int) -> None:
        self._socket = socket.socket(fileno=descriptor)
        self._socket.setblocking(True)
        self._owner = os.getpid()

    def send(self, body: bytes) -> None:
        self._check_owner()
        self._socket.sendall(frames.pack(body))

    def receive(self) -> bytes:
        self._check_owner()
        (length,) = frames.HEADER.unpack(self._exactly(frames.HEADER.size))
        return self._exactly(length)

    def _exactly(self, count: int) -> bytes:
        data = bytearray()
        while len(data) < count:
            chunk = self._socket.recv(min(frames.CHUNK, count - len(data)))
            if not chunk:
                os._exit(0)
            data += chunk
        return bytes(data)

    def _check_owner(self) -> None:
        if os.getpid() != self._owner:
            os._exit(0)


def _write_files(files: dict[str, bytes]) -> None:
    for name, content in files.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _seed(seed: int) -> None:
    """Make a notebook that draws random numbers without a seed of its own give the same each time."""
    import numpy as np

    random.seed(seed)
    np.random.seed(seed % (1 << 32))
