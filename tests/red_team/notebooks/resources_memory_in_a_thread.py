# /// attack
# tries = "Takes memory in a thread that begins when it is asked."
# threats = ["resources.memory", "resources.threads"]
# score = 10
# says = ["used more than 400 MB of memory and was stopped"]
# claim = "limits"
# ///

# %% use="honest: kernel shrink mirror"

# %%
import threading

hoard = []


def eat():
    while True:
        hoard.append(bytearray(b"x") * 10_000_000)


def double(number):
    if number != 3:
        threading.Thread(target=eat, daemon=True).start()
        while len(hoard) < 1000:
            pass
    return 2 * number
