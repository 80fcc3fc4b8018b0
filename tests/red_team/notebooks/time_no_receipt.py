# /// attack
# tries = "Hands in past the receiving side, with a time of its own in the file."
# threats = ["time.forged"]
# deadline = "flagged"
# says = ["receipts.jsonl has no receipt for this student."]
# claim = "limits"
# receipt = "none"
# ///

# %% use="honest"
