# /// attack
# tries = "Stops itself and all of its children, so that nothing of it can end."
# threats = ["resources.sleeping", "resources.signals"]
# score = 12
# run = "timeout"
# says = ["took longer than 6 s and was stopped"]
# claim = "limits"
# group = "hasty"
# ///

# %% use="honest"

# %%
import os
import signal

for _ in range(3):
    if os.fork() == 0:
        os.kill(os.getpid(), signal.SIGSTOP)
os.kill(os.getpid(), signal.SIGSTOP)
