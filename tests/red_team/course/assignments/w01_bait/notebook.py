# %% [markdown]
# # Week 1: Bait
#
# Four questions that take a line each, so that an attack and the honest rest of a notebook are told apart.

# %%
import numpy as np


# %% question="q1"
def double(number):
    """Return twice the number."""
    # BEGIN SOLUTION
    return 2 * number
    # END SOLUTION


# %% check="q1"

# %% question="q2"
kernel = ...
# BEGIN SOLUTION
kernel = np.array([[1.0, -1.0], [1.0, -1.0]])
# END SOLUTION

# %% check="q2"


# %% question="q3"
def shrink(image):
    """Return every second row and column."""
    # BEGIN SOLUTION
    return image[::2, ::2]
    # END SOLUTION


# %% check="q3"


# %% question="q4"
def mirror(word):
    """Return the word backwards."""
    # BEGIN SOLUTION
    return word[::-1]
    # END SOLUTION


# %% check="q4"


# %% question="q5"
def loot():
    """Return a list of secrets. There is no way to know one."""
    # BEGIN SOLUTION
    return []
    # END SOLUTION


# %% check="q5"
