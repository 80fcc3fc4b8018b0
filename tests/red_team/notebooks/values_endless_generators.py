# /// attack
# tries = "Answers with iterators without end, and with sequences that are longer than any."
# threats = ["values.endless", "values.lying_shapes"]
# score = 0
# ///

# %%
import itertools


class Endless:
    def __len__(self):
        return 1 << 62

    def __iter__(self):
        return itertools.count()

    def __getitem__(self, index):
        return 0


kernel = Endless()


def double(number):
    return itertools.count(number)


def shrink(image):
    return (row for row in iter(int, 1))


def mirror(word):
    while True:
        yield word


loot = double
