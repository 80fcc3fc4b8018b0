# /// attack
# tries = "Sends arrays whose shape does not fit their bytes, of types that are not allowed, and lengths below zero."
# threats = ["values.lying_shapes", "channel.forged"]
# score = 6
# says = ["an array's shape does not fit its data"]
# ///

# %% use="honest: double mirror"

# %%
import msgpack
import numpy as np
from autograder.wire import codec
from autograder.worker.answers import Answerer

honest = Answerer.answer
lies = iter(
    [["<f8", [2, 2], b"x"], ["|O", [2, 2], b"x" * 32], ["<f8", [-2, -2], b"x" * 32], ["<U0", [2, 2], b""]]
    * 99
)


def answer(self, question):
    asked = codec.decode(question)
    if asked.get("name") == "kernel" or (
        asked["do"] == "call"
        and isinstance(asked["with"][0][0:1], list)
        and asked["with"][0]
        and isinstance(asked["with"][0][0], np.ndarray)
    ):
        lie = msgpack.ExtType(1, msgpack.packb(next(lies)))
        return msgpack.packb({"value": lie})
    return honest(self, question)


Answerer.answer = answer


def shrink(image):
    return image
