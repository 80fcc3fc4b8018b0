# /// attack
# tries = "Signs a receipt itself, with a secret that it guessed."
# threats = ["time.forged"]
# deadline = "flagged"
# says = ["its signature is missing or does not fit"]
# claim = "limits"
# receipt = "other_secret"
# ///

# %% use="honest"
