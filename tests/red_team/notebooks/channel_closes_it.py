# /// attack
# tries = "Closes the channel and opens something else in its place."
# threats = ["channel.descriptors", "channel.silence"]
# score = 12
# run = "died"
# says = ["Code cell 5 ended the Python process"]
# claim = "limits"
# ///

# %% use="honest"

# %%
import os
import socket

ours, theirs = socket.socketpair()
os.dup2(theirs.fileno(), 3)
os.closerange(4, 1024)

# %%
print("nobody hears this")
