# /// attack
# tries = "Answers with arrays of no bytes whose other sides are a thousand million long: a sum would take gigabytes."
# threats = ["values.huge", "values.lying_shapes"]
# score = 6
# says = ["an empty array is far too long on its other sides"]
# ///

# %%
import numpy as np

kernel = np.zeros((0, 1 << 30))


def shrink(image):
    return np.zeros((0, 1 << 39, 3))


# %% use="honest: double mirror"


# %%
def loot():
    return np.zeros((1 << 30, 0), dtype=np.int8)
