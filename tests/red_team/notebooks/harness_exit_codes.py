# /// attack
# tries = "Ends the process with exit code 0 in the middle of the notebook, as if all had gone well."
# threats = ["harness.early_exit"]
# score = 12
# run = "died"
# says = ["Code cell 5 ended the Python process with exit code 0. The notebook was run again without it."]
# ///

# %% use="honest"

# %%
import os

os._exit(0)

# %%
print("after the end")
