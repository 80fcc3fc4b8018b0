# /// attack
# tries = "Starts a hundred thousand threads."
# threats = ["resources.threads"]
# run = ["memory", "completed"]
# claim = "limits"
# ///

# %% use="honest"

# %%
import threading
import time

for _ in range(100_000):
    threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
