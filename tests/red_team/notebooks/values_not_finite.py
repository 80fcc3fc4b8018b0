# /// attack
# tries = "Answers with NaN and infinities, which compare oddly."
# threats = ["values.not_finite"]
# score = 4
# ///

# %%
import numpy as np

nan, infinity = float("nan"), float("inf")


def double(number):
    return nan


kernel = np.array([[nan, infinity], [-infinity, nan]])


def shrink(image):
    return np.full(image[::2, ::2].shape, np.nan)


# %% use="honest: mirror"


# %%
def loot():
    return [nan, infinity, -nan]
