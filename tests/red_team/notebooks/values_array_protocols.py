# /// attack
# tries = "Answers with an object whose __array__ gives another array each time, and whose protocols say yes."
# threats = ["values.array_protocols", "values.changing"]
# score = 9
# ///

# %%
import itertools

import numpy as np

count = itertools.count()


class Chameleon:
    __array_priority__ = 10**9

    def __array__(self, *_, **__):
        return np.full((2, 2), next(count), dtype=float)

    def __array_ufunc__(self, *_, **__):
        return True

    def __array_function__(self, *_, **__):
        return True

    @property
    def __array_interface__(self):
        return {"shape": (2, 2), "typestr": "<f8", "data": (next(count), False), "version": 3}


kernel = Chameleon()

# %% use="honest: double shrink mirror"
