# /// attack
# tries = "Writes to every descriptor that it has inherited."
# threats = ["channel.descriptors", "channel.binary"]
# score = 12
# run = "died"
# says = ["wrote into the grader's channel"]
# claim = "limits"
# ///

# %% use="honest"

# %%
import os

for descriptor in range(64):
    try:
        os.write(descriptor, bytes(range(256)) * 8)
    except OSError:
        continue

# %%
print("still here")
