# /// attack
# tries = "Uses the receipt that another student got for the same file."
# threats = ["time.other_receipt", "time.reused_receipt"]
# deadline = "flagged"
# says = ["The receipt for this file is for another student."]
# claim = "limits"
# receipt = "other_student"
# ///

# %% use="honest"
