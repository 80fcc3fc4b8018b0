# /// attack
# tries = "Takes a signed receipt and writes an earlier time into it."
# threats = ["time.forged", "time.clock"]
# deadline = "flagged"
# says = ["its signature is missing or does not fit"]
# claim = "limits"
# receipt = "time_changed"
# received = "2026-10-26T11:00:00+01:00"
# ///

# %% use="honest"
