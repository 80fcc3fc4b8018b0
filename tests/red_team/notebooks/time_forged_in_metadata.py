# /// attack
# tries = "Writes times into metadata, names and files, and sets the clocks of its process back."
# threats = ["time.forged", "time.clock"]
# deadline = "rejected"
# says = ["received"]
# received = "2026-10-27T12:00:00+01:00"
# ///

# %% received_at="2026-10-01T12:00:00+02:00" timestamp="2026-10-01"
import os
import time

open("timestamp.txt", "w").write("2026-10-01 12:00:00 UTC")
os.utime("timestamp.txt", (0, 0))
try:
    time.clock_settime(time.CLOCK_REALTIME, 0)
    print("the clock is set back")
except OSError as error:
    print("refused:", error)

# %% use="honest"
