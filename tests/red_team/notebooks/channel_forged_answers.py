# /// attack
# tries = "Queues answers to questions that will come, before they come."
# threats = ["channel.forged", "channel.unasked"]
# score = 10
# claim = "limits"
# ///

# %% use="honest"

# %% use="channel"

# %%
import threading

send(result(7))
for number in range(1, 3):
    send(b"A" + struct.pack(">I", number) + codec.encode({"value": 6}))

# %%
print("the answers lie in wait")
