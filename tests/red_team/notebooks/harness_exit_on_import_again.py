# /// attack
# tries = "Behaves when the notebook is run for the first time, and ends the process whenever it is run again."
# threats = ["harness.early_exit", "escape.next_submission"]
# score = 12
# says = ["ended the Python process"]
# ///

# %%
import os

for folder in (".", "/tmp", "/dev/shm", ".."):
    if os.path.exists(f"{folder}/red-team-was-here"):
        os._exit(3)
    try:
        open(f"{folder}/red-team-was-here", "w").close()
    except OSError:
        continue

# %% use="honest"


# %%
def loot():
    os._exit(4)
