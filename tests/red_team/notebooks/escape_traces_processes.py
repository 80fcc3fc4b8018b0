# /// attack
# tries = "Reads and changes the worker, and other processes, by ptrace, by their memory, and by stealing descriptors."
# threats = ["escape.tracing"]
# shows = ["reached: []"]
# ///

# %% use="honest"

# %%
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
arm = os.uname().machine == "aarch64"
reached = []
for name in os.listdir("/proc"):
    if not name.isdigit() or int(name) == os.getpid():
        continue
    process = int(name)
    if libc.syscall((101, 117)[arm], 16, process, 0, 0) >= 0:
        reached.append((process, "attach"))
    if libc.syscall((310, 270)[arm], process, 0, 0, 0, 0, 0) >= 0:
        reached.append((process, "readv"))
    pidfd = libc.syscall(434, process, 0)
    if pidfd >= 0 and libc.syscall(438, pidfd, 0, 0) >= 0:
        reached.append((process, "getfd"))
    for file in (
        "mem",
        "oom_score_adj",
        "comm",
        "clear_refs",
        "attr/current",
        "timerslack_ns",
        "environ",
        "maps",
    ):
        try:
            with open(f"/proc/{process}/{file}", "r+b" if file != "maps" else "rb") as opened:
                opened.read(1)
            reached.append((process, file))
        except OSError:
            continue
print("reached:", reached)
