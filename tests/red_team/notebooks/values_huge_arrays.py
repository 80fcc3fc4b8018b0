# /// attack
# tries = "Answers with an array of a terabyte made by broadcasting one number, and with one of many megabytes."
# threats = ["values.huge"]
# score = 6
# claim = "limits"
# ///

# %%
import numpy as np

kernel = np.broadcast_to(np.float64(1), (10**6, 10**5))


def shrink(image):
    return np.zeros((1000, 1000))


# %% use="honest: double mirror"
