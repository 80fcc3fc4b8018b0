# /// attack
# tries = "Makes tens of thousands of files and folders, with names that are hard to handle."
# threats = ["resources.many_files"]
# claim = "limits"
# ///

# %% use="honest"

# %%
import os

names = ["line\nbreak", "\x1b[2J", "-rf", "*", " ", "\\", "'\"", "\u202egnp", "x" * 250, "\udcff"]
for name in names:
    os.makedirs(os.fsencode(name) if "\udcff" not in name else b"\xff", exist_ok=True)
try:
    for number in range(20_000):
        os.close(os.open(f"{number}", os.O_CREAT | os.O_WRONLY))
except OSError as error:
    print(error)
