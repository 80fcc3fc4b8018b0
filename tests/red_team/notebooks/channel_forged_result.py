# /// attack
# tries = "Sends the result of the run itself, in which all is well and every test has passed, and goes on."
# threats = ["channel.forged"]
# score = 12
# shows = ["all tests passed, 16 of 16 points"]
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


def result(outputs=(), count=6, seconds=0.1):
    return b"R" + codec.encode(
        [{"ok": True, "seconds": seconds, "outputs": list(outputs)} for _ in range(count)]
    )


# %%
passed = {"output_type": "stream", "name": "stdout", "text": "all tests passed, 16 of 16 points"}
send(result([passed]))
raise RuntimeError("nobody hears of this")
