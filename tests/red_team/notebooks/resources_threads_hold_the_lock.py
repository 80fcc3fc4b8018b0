# /// attack
# tries = "Starts threads that never give up the interpreter, so that nothing else of it gets a turn."
# threats = ["resources.threads", "resources.loops"]
# score = 12
# run = ["timeout", "completed"]
# claim = "limits"
# group = "hasty"
# ///

# %% use="honest"

# %%
import sys
import threading

sys.setswitchinterval(1000)
for _ in range(4):
    threading.Thread(target=lambda: all(each == 0 for each in iter(int, 1)), daemon=True).start()
