# /// attack
# tries = "Forks, so that two processes write their answers into one channel, between each other's bytes."
# threats = ["channel.forged", "channel.half"]
# score = 9
# claim = "limits"
# ///

# %% use="honest: double kernel mirror"

# %%
import os
import struct


def shrink(image):
    if os.fork() == 0:
        os.write(3, struct.pack(">Q", 3_000_000_000) + b"A\0\0")
        os._exit(0)
    os.wait()
    return image[::2, ::2]
