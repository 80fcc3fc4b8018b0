# /// attack
# tries = "Takes memory in a thread while it floods the channel with frames that the relay has to read."
# threats = ["resources.memory", "channel.floods"]
# run = "memory"
# says = ["used more than 400 MB of memory and was stopped"]
# claim = "limits"
# ///

# %% use="honest"

# %%
import os
import struct
import threading

frames = (struct.pack(">Q", 5) + b"C" + struct.pack(">I", 4)) * 500
hoard = []


def eat():
    while True:
        hoard.append(bytearray(b"x") * 5_000_000)


threading.Thread(target=eat, daemon=True).start()
while True:
    os.write(3, frames)
