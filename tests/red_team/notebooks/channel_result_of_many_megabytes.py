# /// attack
# tries = "Sends a result of fourteen megabytes, past what the kernel would keep of a cell."
# threats = ["channel.forged", "resources.outputs"]
# says = []
# shows = ["the rest is not kept"]
# claim = "limits"
# ///

# %% use="honest"

# %% use="channel"

# %%
send(result(6, [{"output_type": "stream", "name": "stdout", "text": "x" * (14 << 20)}]))
