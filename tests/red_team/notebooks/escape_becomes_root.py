# /// attack
# tries = "Becomes root or another user by set-user-id programs, capabilities and calls."
# threats = ["escape.privileges"]
# shows = ["became: []"]
# ///

# %% use="honest"

# %%
import ctypes
import os
import shutil
import subprocess

became = []
for call in ("setuid", "setgid", "seteuid", "setegid"):
    for user in (0, 10001, 20001, 19999):
        try:
            if user not in (os.getuid(), os.getgid()):
                getattr(os, call)(user)
                became.append((call, user))
        except OSError:
            continue
try:
    os.setgroups([0, 4, 999])
    became.append("groups")
except OSError:
    pass
for program in (
    ["su", "-c", "id -u"],
    ["sudo", "-n", "id", "-u"],
    ["pkexec", "id", "-u"],
    ["newgrp", "root"],
):
    if shutil.which(program[0]):
        done = subprocess.run(program, capture_output=True, input=b"\n", timeout=10)
        if done.stdout.strip() == b"0":
            became.append(program)
shutil.copy("/usr/bin/env", "own")
try:
    os.chmod("own", 0o6755)
    os.chown("own", 0, 0)
    became.append("chown")
except OSError:
    pass
status = dict(line.split(":", 1) for line in open("/proc/self/status") if ":" in line)
became += [name for name in ("CapEff", "CapPrm", "CapInh", "CapAmb") if int(status[name], 16)]
if ctypes.CDLL(None).prctl(38, 0, 0, 0, 0) == 0:
    became.append("new privileges")
print("became:", became)
