# /// attack
# tries = "Fills scratch, /tmp and shared memory with files, one of them with a hole of a terabyte."
# threats = ["resources.disk"]
# run = ["completed", "died"]
# claim = "limits"
# ///

# %% use="honest"

# %%
import os
import time

full = False
for folder in (".", "/tmp", "/dev/shm") if os.getuid() >= 20000 else (".",):
    for number in range(40):
        try:
            with open(f"{folder}/red-team-leftover-{number}", "wb") as file:
                file.write(bytes(10**6))
        except OSError as error:
            full = True
            print(error)
            break
try:
    open("hole", "wb").truncate(1 << 40)
except OSError as error:
    print(error)
if not full:
    time.sleep(600)  # where no disk is ever full, the watch has to come
