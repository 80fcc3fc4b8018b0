# /// attack
# tries = "Leaves processes behind that have left its session and its parents, and wait for whoever comes next."
# threats = ["resources.background", "resources.signals", "escape.next_submission"]
# shows = ["left 3 behind"]
# claim = "limits"
# ///

# %% use="honest"

# %%
import os
import signal
import time

reader, writer = os.pipe()
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
            signal.signal(number, signal.SIG_IGN)
        if os.fork() == 0:
            os.write(writer, b".")
            while True:
                time.sleep(1000)
        os._exit(0)
for _ in range(3):
    os.wait()
print(f"left {len(os.read(reader, 1)) + len(os.read(reader, 1)) + len(os.read(reader, 1))} behind")
