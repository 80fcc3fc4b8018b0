# /// attack
# tries = "Is in time, by a clock that still shows summer time: the honest case beside the two before."
# threats = ["time.zones"]
# deadline = "on_time"
# says = []
# claim = "limits"
# received = "2026-10-25T13:00:00+02:00"
# ///

# %% use="honest"
