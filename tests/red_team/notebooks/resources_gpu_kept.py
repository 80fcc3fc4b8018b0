# /// attack
# tries = "Takes the memory of a GPU if there is one, in a process that stays behind."
# threats = ["resources.gpu", "resources.background"]
# shows = ["devices: []"]
# ///

# %% use="honest"

# %%
import ctypes
import glob
import os
import time

print("devices:", glob.glob("/dev/nvidia*") + glob.glob("/dev/dri/*") + glob.glob("/dev/kfd"))
if os.fork() == 0:
    os.setsid()
    try:
        cuda = ctypes.CDLL("libcuda.so.1")
        context, pointer = ctypes.c_void_p(), ctypes.c_void_p()
        cuda.cuInit(0), cuda.cuCtxCreate(ctypes.byref(context), 0, 0)
        cuda.cuMemAlloc(ctypes.byref(pointer), 1 << 30)
    finally:
        time.sleep(600)
