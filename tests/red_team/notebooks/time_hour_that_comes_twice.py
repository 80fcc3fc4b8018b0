# /// attack
# tries = "Is late by an hour that would be in time if the clocks had not been set back."
# threats = ["time.zones", "time.clock"]
# deadline = "rejected"
# says = ["received"]
# claim = "limits"
# received = "2026-10-25T12:30:00+01:00"
# ///

# %% use="honest"
