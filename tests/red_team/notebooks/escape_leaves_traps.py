# /// attack
# tries = "Leaves what a later Python would run: start-up files, caches, packages, settings, and a changed kernel."
# threats = ["escape.next_submission", "harness.configuration"]
# shows = ["traps outside: []"]
# ///

# %% use="honest"

# %%
import os
import site

import numpy as np

outside = []
names = (
    "sitecustomize.py",
    "usercustomize.py",
    "trap.pth",
    "conftest.py",
    "ipython_config.py",
    "matplotlibrc",
)
folders = [
    os.path.dirname(np.__file__),
    *site.getsitepackages(),
    "/opt/autograder",
    "/opt/fonts",
    "/scratch",
    "/",
]
folders += [
    os.path.expanduser("~/.ipython"),
    os.path.expanduser("~/.config/matplotlib"),
    "/root",
    "/etc/ipython",
]
for folder in folders:
    for name in names:
        try:
            if not folder.startswith(os.getcwd()):
                with open(os.path.join(folder, name), "w") as file:
                    file.write("print('trapped')")
                outside.append(os.path.join(folder, name))
        except OSError:
            continue
np.random.default_rng = np.testing.assert_allclose = lambda *_, **__: True
print("traps outside:", outside)
