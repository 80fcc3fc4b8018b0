# /// attack
# tries = "Shows pictures, tables and errors of many megabytes in every cell."
# threats = ["resources.outputs"]
# shows = ["the rest is not kept"]
# claim = "limits"
# ///

# %% use="honest"

# %%
from IPython.display import HTML, display

display({"image/png": "A" * 20_000_000}, raw=True)

# %%
HTML("<b>" * 3_000_000)

# %%
raise ValueError("x" * 20_000_000)

# %%
"y" * 20_000_000
