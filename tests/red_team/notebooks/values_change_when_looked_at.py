# /// attack
# tries = "Lists and dicts that give other items each time, so that a check sees one thing and the grader another."
# threats = ["values.changing"]
# score = 3
# ///

# %%
import random

import numpy as np


class Changing(list):
    def __iter__(self):
        return iter([random.random()])

    def __getitem__(self, index):
        return random.random()

    def __len__(self):
        return random.randrange(5)


class Whole(float):
    @property
    def __class__(self):
        return int

    def __index__(self):
        return random.randrange(10)


def double(number):
    return Whole(2 * number)


def mirror(word):
    return Changing(word[::-1])


kernel = Changing([[1.0, -1.0], [1.0, -1.0]])

# %% use="honest: shrink"


# %%
def loot():
    return Changing()
