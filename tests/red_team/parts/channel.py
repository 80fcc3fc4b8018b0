# %% channel
import os
import struct
import time

from autograder.wire import codec


def send(body):
    data = memoryview(struct.pack(">Q", len(body)) + body)
    while data:
        data = data[os.write(3, data[: 1 << 16]) :]


def result(cells, outputs=(), seconds=0.1):
    return b"R" + codec.encode(
        [{"ok": True, "seconds": seconds, "outputs": list(outputs)} for _ in range(cells)]
    )
