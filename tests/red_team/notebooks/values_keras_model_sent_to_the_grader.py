# /// attack
# tries = "Sends a model as data, with code in it, the way that only the grader may send one."
# threats = ["values.models", "channel.forged"]
# score = 9
# says = ["is not an answer"]
# ///

# %% use="honest: kernel shrink mirror"

# %%
import json

from autograder.wire import codec
from autograder.worker.answers import Answerer

function = {"class_name": "__lambda__", "config": {"code": "4wAAAA==", "defaults": None, "closure": None}}
layer = {"module": "keras.layers", "class_name": "Lambda", "config": {"name": "evil", "function": function}}
evil = json.dumps(
    {"module": "keras", "class_name": "Sequential", "config": {"name": "evil", "layers": [layer]}}
)
honest = Answerer._encode


def answer(self, value):
    if value is double:
        return codec.encode({"value": codec.KerasModel(evil, [])})
    return honest(self, value)


Answerer._encode = answer


def double(number):
    return 2 * number
