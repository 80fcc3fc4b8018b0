# %% double
def double(number):
    return 2 * number


# %% kernel
import numpy as np

kernel = np.array([[1.0, -1.0], [1.0, -1.0]])


# %% shrink
def shrink(image):
    return image[::2, ::2]


# %% mirror
def mirror(word):
    return word[::-1]
