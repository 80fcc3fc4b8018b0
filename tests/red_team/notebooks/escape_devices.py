# /// attack
# tries = "Opens, makes and maps devices, kernel memory and disks."
# threats = ["escape.devices"]
# shows = ["devices: []"]
# ///

# %% use="honest"

# %%
import os
import stat

found = []
harmless = {"null", "zero", "full", "random", "urandom", "tty", "ptmx", "console", "0"}
for folder, _, names in os.walk("/dev"):
    for name in names:
        mode = os.lstat(os.path.join(folder, name)).st_mode
        if (stat.S_ISBLK(mode) or stat.S_ISCHR(mode)) and name not in harmless:
            found.append(name)
for path in (
    "/dev/mem",
    "/dev/kmsg",
    "/dev/port",
    "/dev/sda",
    "/dev/vda",
    "/dev/kvm",
    "/dev/fuse",
    "/proc/kcore",
):
    try:
        os.read(os.open(path, os.O_RDONLY | os.O_NONBLOCK), 1)
        found.append(path)
    except OSError:
        continue
for number in ((1, 1), (8, 0), (10, 229)):
    try:
        os.mknod("device", 0o660 | stat.S_IFCHR, os.makedev(*number))
        found.append(number)
    except OSError:
        continue
print("devices:", found)
