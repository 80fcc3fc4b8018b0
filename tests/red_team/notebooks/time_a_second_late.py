# /// attack
# tries = "Is one second late, in another zone, where the clock shows two hours less."
# threats = ["time.zones"]
# deadline = "rejected"
# says = ["received"]
# claim = "limits"
# received = "2026-10-25T09:00:01-02:00"
# ///

# %% use="honest"
