# /// attack
# tries = "Hangs in every call, and in the repr of what it answers."
# threats = ["resources.loops", "values.endless"]
# score = 3
# says = ["took longer than 3 s and was stopped"]
# claim = "limits"
# group = "hasty"
# ///

# %% use="honest: kernel"

# %%
class Slow:
    def __repr__(self):
        while True:
            pass


def double(number):
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue


def mirror(word):
    return Slow()


def shrink(image):
    return image
