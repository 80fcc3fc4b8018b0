# /// attack
# tries = "Mounts, unshares, enters namespaces and changes its root, by hand and by the new calls."
# threats = ["escape.mounts"]
# shows = ["allowed: []"]
# ///

# %% use="honest"

# %%
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
arm = os.uname().machine == "aarch64"
calls = {
    "mount": ((165, 40), b"none", b"/tmp", b"tmpfs", 0, 0),
    "bind": ((165, 40), b"/", b"/tmp", b"", 4096, 0),
    "umount": ((166, 39), b"/proc", 2),
    "unshare user": ((272, 97), 0x10000000),
    "unshare all": ((272, 97), 0x7E020000),
    "clone": ((56, 220), 0x10000011, 0, 0, 0, 0),
    "setns": ((308, 268), 3, 0),
    "pivot_root": ((155, 41), b"/", b"/"),
    "chroot": ((161, 51), b"/tmp"),
    "open_tree": ((428, 428), -100, b"/", 1),
    "fsopen": ((430, 430), b"tmpfs", 0),
    "move_mount": ((429, 429), -100, b"/tmp", -100, b"/", 0),
    "open_by_handle_at": ((304, 265), -100, 0, 0),
}
allowed = [name for name, (number, *rest) in calls.items() if libc.syscall(number[arm], *rest) >= 0]
for path in (
    "/proc/sys/kernel/core_pattern",
    "/proc/sysrq-trigger",
    "/sys/kernel/uevent_helper",
    "/proc/1/root/etc",
):
    if os.access(path, os.W_OK):
        allowed.append(path)
print("allowed:", allowed)
