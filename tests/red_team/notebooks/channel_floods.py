# /// attack
# tries = "Floods stdout, stderr, displays and the channel with tens of megabytes."
# threats = ["channel.floods", "channel.binary", "resources.outputs"]
# says = []
# shows = ["more output was produced"]
# claim = "limits"
# ///

# %% use="honest"

# %% use="channel"

# %%
import sys

for _ in range(20_000):
    print("y" * 1000)
    print("\x00\xff\x1b[2J\x07" * 100, file=sys.stderr)

# %%
from IPython.display import display

for number in range(3000):
    display({"application/octet-stream": "\x00" * 1000, "text/plain": str(number)}, raw=True)
for _ in range(100_000):
    send(b"C" + struct.pack(">I", 7))
