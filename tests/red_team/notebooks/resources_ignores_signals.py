# /// attack
# tries = "Ignores all signals that can be ignored, and sleeps."
# threats = ["resources.signals", "resources.sleeping"]
# score = 12
# run = "timeout"
# says = ["took longer than 6 s and was stopped"]
# claim = "limits"
# group = "hasty"
# ///

# %% use="honest"

# %%
import signal
import time

for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_IGN)
while True:
    time.sleep(1000)
