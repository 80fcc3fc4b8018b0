# /// attack
# tries = "Queues answers to questions that will come, before they come."
# threats = ["channel.forged", "channel.unasked"]
# score = 10
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
    while data:
        data = data[os.write(3, data[: 1 << 16]) :]


def result(outputs=(), count=7, seconds=0.1):
    return b"R" + codec.encode(
        [{"ok": True, "seconds": seconds, "outputs": list(outputs)} for _ in range(count)]
    )


# %%
import threading

send(result())
for number in range(1, 3):
    send(b"A" + struct.pack(">I", number) + codec.encode({"value": 6}))

# %%
print("the answers lie in wait")
