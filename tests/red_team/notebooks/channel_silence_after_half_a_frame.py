# /// attack
# tries = "Announces a frame, sends half of it, and says nothing more."
# threats = ["channel.half", "channel.silence"]
# score = 12
# run = "timeout"
# says = ["took longer than 6 s and was stopped"]
# claim = "limits"
# group = "hasty"
# ///

# %% use="honest"

# %%
import os
import struct
import time

os.write(3, struct.pack(">Q", 1000) + b"A" * 500)
time.sleep(1000)
