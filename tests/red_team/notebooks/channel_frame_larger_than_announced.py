# /// attack
# tries = "Announces a frame of an exabyte, and one of a few bytes that goes on and on."
# threats = ["channel.oversized"]
# score = 0
# run = "died"
# says = ["The notebook wrote into the grader's channel"]
# claim = "limits"
# ///

# %% use="honest"

# %% use="channel"

# %%
os.write(3, struct.pack(">Q", 4) + b"Cxxxxxxxxxxxxxxxx" * 50)
os.write(3, struct.pack(">Q", 1 << 60) + b"R")
time.sleep(60)
