# /// attack
# tries = "Sends a result whose texts are arrays, which are neither equal nor unequal to anything."
# threats = ["channel.forged"]
# score = 0
# run = "died"
# says = ["wrote into the grader's channel"]
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
import numpy as np

odd = np.array(["stream", "error"])
send(result([{"output_type": odd}, {"output_type": "stream", "name": odd, "text": odd}]))
