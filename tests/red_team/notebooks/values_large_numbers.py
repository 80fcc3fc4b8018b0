# /// attack
# tries = "Answers with integers of a million bits, texts of millions of characters, and a number that takes long to print."
# threats = ["values.large_numbers"]
# score = 6
# says = ["too large to carry", "answer larger than 4 MB"]
# claim = "limits"
# ///

# %%
def double(number):
    return 1 << 1_000_000


def mirror(word):
    return "x" * 8_000_000


# %% use="honest: kernel shrink"


# %%
def loot():
    return ["9" * 5000, 10**400]
