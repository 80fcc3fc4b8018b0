# /// attack
# tries = "Sends the relay's own messages: ran, answer, lost, stopped, failed, each in several forms."
# threats = ["channel.forged", "channel.unasked"]
# claim = "limits"
# ///

# %% use="honest"

# %%
import os
import struct
import time

from autograder.wire import codec


def send(body):
    data = struct.pack(">Q", len(body)) + body
    while data:
        data = data[os.write(3, data[: 1 << 16]) :]


def result(outputs=(), count=6, seconds=0.1):
    return b"R" + codec.encode(
        [{"ok": True, "seconds": seconds, "outputs": list(outputs)} for _ in range(count)]
    )


# %%
import msgpack

for operation in ("ran", "answer", "lost", "stopped", "failed", "ready"):
    message = {"op": operation, "answer": codec.encode({"value": 6}), "problems": [], "reason": "timeout"}
    send(
        msgpack.packb(
            {**message, "message": "the sandbox is broken", "memory": 0, "result": b"", "seconds": 0}
        )
    )
send(b"Xthe sandbox is broken")
send(b"C" + struct.pack(">I", 4_000_000_000))
send(b"C")
send(b"")
