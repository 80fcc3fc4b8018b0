# /// attack
# tries = "Fills the buffers of thousands of sockets in small processes: memory of the kernel, and of none of them."
# threats = ["resources.memory"]
# run = "memory"
# says = ["Code cell 5 ", "and was stopped", "400 MB"]
# ///

# %% use="honest"

# %%
import subprocess
import sys
import time

code = """
import socket, time
pairs = []
try:
    while True:
        pairs.append(socket.socketpair())
        for end in pairs[-1]:
            end.setblocking(False)
            try:
                while True:
                    end.send(b"x" * 32768)
            except BlockingIOError:
                continue
except OSError:
    time.sleep(600)
"""
small = [subprocess.Popen([sys.executable, "-S", "-c", code]) for _ in range(10)]
time.sleep(600)
