# /// attack
# tries = "Answers with objects that are equal to, greater than and contained in everything."
# threats = ["values.always_equal"]
# score = 0
# ///

# %%
class Perfect:
    shape = (2, 2)
    dtype = float
    kind = "f"

    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    __lt__ = __le__ = __gt__ = __ge__ = __contains__ = __eq__

    def __hash__(self):
        return 0

    def __bool__(self):
        return True

    def __getattr__(self, name):
        return self

    def __call__(self, *args, **kwargs):
        return self

    def __float__(self):
        return 1.0

    __index__ = __int__ = __len__ = lambda self: 4


perfect = Perfect()


def double(number):
    return perfect


kernel = perfect
shrink = mirror = loot = double
