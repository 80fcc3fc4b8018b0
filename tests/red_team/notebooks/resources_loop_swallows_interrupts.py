# /// attack
# tries = "Loops without end and swallows every interrupt."
# threats = ["resources.loops"]
# score = 12
# run = "timeout"
# says = ["took longer than 6 s and was stopped"]
# claim = "limits"
# group = "hasty"
# ///

# %% use="honest"

# %%
while True:
    try:
        while True:
            pass
    except BaseException:
        continue
