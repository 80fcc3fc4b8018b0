# /// attack
# tries = "Raises StopIteration, so that a test that maps it over its inputs believes that there were none."
# threats = ["values.endless", "values.lying_shapes"]
# score = 3
# says = ["raised an error"]
# ///

# %% use="honest: kernel"

# %%
def double(number):
    raise StopIteration


def shrink(image):
    raise StopIteration(image)


mirror = loot = double
