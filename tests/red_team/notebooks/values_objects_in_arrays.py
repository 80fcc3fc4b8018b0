# /// attack
# tries = "Answers with arrays of objects that have methods of their own, and with structured arrays."
# threats = ["values.object_arrays", "values.always_equal"]
# score = 6
# says = ["an array of objects cannot be carried; use numbers", "`shrink(…)` gave something that a test cannot use"]
# ///

# %%
import numpy as np


class Perfect:
    def __eq__(self, other):
        return True

    def __sub__(self, other):
        return 0.0


kernel = np.array([[Perfect(), Perfect()], [Perfect(), Perfect()]], dtype=object)


def shrink(image):
    return np.zeros(image[::2, ::2].shape, dtype=[("a", "f8"), ("b", "O")])


# %% use="honest: double mirror"
