# /// attack
# tries = "Announces a frame of an exabyte, and one of a few bytes that goes on and on."
# threats = ["channel.oversized"]
# score = 0
# run = "died"
# says = ["The notebook wrote into the grader's channel"]
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
os.write(3, struct.pack(">Q", 4) + b"Cxxxxxxxxxxxxxxxx" * 50)
os.write(3, struct.pack(">Q", 1 << 60) + b"R")
time.sleep(60)
