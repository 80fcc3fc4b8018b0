# /// attack
# tries = "Forks without end."
# threats = ["resources.forks"]
# run = "memory"
# says = ["Code cell 5 "]
# claim = "limits"
# ///

# %% use="honest"

# %%
import os

while True:
    try:
        os.fork()
    except OSError:
        continue
