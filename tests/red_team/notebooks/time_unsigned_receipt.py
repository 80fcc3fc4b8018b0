# /// attack
# tries = "Adds a line to the manifest that nobody has signed."
# threats = ["time.forged"]
# deadline = "flagged"
# says = ["its signature is missing or does not fit"]
# claim = "limits"
# receipt = "unsigned"
# ///

# %% use="honest"
