# /// attack
# tries = "Answers with dicts and sets whose keys all have the same hash, which makes them slow to build."
# threats = ["values.collisions"]
# score = 6
# says = ["too many keys with the same hash"]
# ///

# %%
prime = (1 << 61) - 1
slow = {}


def double(number):
    import msgpack

    keys = [[n * prime, None] for n in range(1, 3000)]
    packed = [[msgpack.ExtType(3, key.to_bytes(16, "big", signed=True)), value] for key, value in keys]
    raw = msgpack.packb({"value": msgpack.ExtType(7, msgpack.packb(packed))})
    return Raw(raw)


class Raw:
    def __init__(self, raw):
        self.raw = raw


from autograder.worker.answers import Answerer

honest = Answerer._encode
Answerer._encode = lambda self, value: value.raw if isinstance(value, Raw) else honest(self, value)


def mirror(word):
    import msgpack

    packed = [msgpack.ExtType(4, msgpack.packb([float(-1000003 * n), float(n)])) for n in range(1, 3000)]
    numbers = [complex(-1000003.0 * n, float(n)) for n in range(1, 3000)]
    return set(numbers)


# %% use="honest: kernel shrink"
