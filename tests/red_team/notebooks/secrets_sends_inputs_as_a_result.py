# /// attack
# tries = "Sends the inputs of hidden tests as the result of a second run of the notebook."
# threats = ["secrets.inputs", "channel.forged", "channel.unasked"]
# ///

# %% use="honest: double kernel shrink"

# %% use="channel"

# %%
def mirror(word):
    shown = [{"output_type": "stream", "name": "stdout", "text": word}]
    send(result(5, shown))
    send(b"C" + bytes(4))
    send(b"X" + word.encode())
    return word[::-1]
