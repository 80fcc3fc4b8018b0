# /// attack
# tries = "Sends the relay's own messages: ran, answer, lost, stopped, failed, each in several forms."
# threats = ["channel.forged", "channel.unasked"]
# claim = "limits"
# ///

# %% use="honest"

# %% use="channel"

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
