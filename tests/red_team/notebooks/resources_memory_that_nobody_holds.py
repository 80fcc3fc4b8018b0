# /// attack
# tries = "Hides memory in anonymous files, shared memory of the old kind, keys, and memory that is locked away."
# threats = ["resources.memory"]
# shows = ["refused: 7 of 7"]
# ///

# %% use="honest"

# %%
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
arm = os.uname().machine == "aarch64"
numbers = {"memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194), "msgget": (68, 186)}
numbers |= {"add_key": (248, 217), "io_uring_setup": (425, 425), "semget": (64, 190)}
refused = [
    name for name, number in numbers.items() if libc.syscall(number[arm], 0, 1 << 20, 0o1600, 0, 0) == -1
]
print(f"refused: {len(refused)} of {len(numbers)}")
