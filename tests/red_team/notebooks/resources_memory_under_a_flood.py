# /// attack
# tries = "Takes memory in a child while it floods the channel with frames that the relay has to read."
# threats = ["resources.memory", "channel.floods"]
# run = ["memory", "timeout"]
# says = ["Code cell 5 ", "and was stopped"]
# claim = "limits"
# ///

# %% use="honest"

# %%
import os
import struct

frames = (struct.pack(">Q", 5) + b"C" + struct.pack(">I", 4)) * 500
if os.fork() == 0:
    hoard = []
    while True:
        hoard.append(bytearray(b"x") * 5_000_000)
while True:
    os.write(3, frames)
