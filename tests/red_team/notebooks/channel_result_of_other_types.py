# /// attack
# tries = "Sends a result whose texts are arrays, which are neither equal nor unequal to anything."
# threats = ["channel.forged"]
# score = 0
# run = "died"
# says = ["wrote into the grader's channel"]
# claim = "limits"
# ///

# %% use="honest"

# %% use="channel"

# %%
import numpy as np

odd = np.array(["stream", "error"])
send(result(6, [{"output_type": odd}, {"output_type": "stream", "name": odd, "text": odd}]))
