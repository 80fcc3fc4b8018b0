# /// attack
# tries = "Sends a result of fourteen megabytes, past what the kernel would keep of a cell."
# threats = ["channel.forged", "resources.outputs"]
# says = []
# shows = ["the rest is not kept"]
# claim = "limits"
# ///

# %% use="honest"

# %%
import os
import struct
import time

from autograder.wire import codec


def send(body):
    data = struct.pack(">Q", len(body)) + body
    view = memoryview(data)
    while view:
        view = view[os.write(3, view[: 1 << 20]) :]


def result(outputs=(), count=6, seconds=0.1):
    return b"R" + codec.encode(
        [{"ok": True, "seconds": seconds, "outputs": list(outputs)} for _ in range(count)]
    )


# %%
send(result([{"output_type": "stream", "name": "stdout", "text": "x" * (14 << 20)}]))
