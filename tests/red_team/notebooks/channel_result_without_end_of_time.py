# /// attack
# tries = "Sends a result whose cells have taken longer than there are seconds, so that their sum is infinite."
# threats = ["channel.forged"]
# claim = "limits"
# ///

# %% use="honest"

# %% use="channel"

# %%
send(result(6, seconds=1e308))
