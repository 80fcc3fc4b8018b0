# /// attack
# tries = "Uses the receipt of another week."
# threats = ["time.other_receipt", "time.reused_receipt"]
# deadline = "flagged"
# says = ["is for another assignment"]
# claim = "limits"
# receipt = "other_assignment"
# ///

# %% use="honest"
