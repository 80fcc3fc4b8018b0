# /// attack
# tries = "Looks through all stack frames, all objects that the garbage collector knows, and its whole memory."
# threats = ["secrets.frames", "secrets.objects"]
# shows = ["looked at frames and objects: []"]
# ///

# %% use="honest"

# %% use="search"


# %%
def search():
    found = set()
    for frame in sys._current_frames().values():
        while frame is not None:
            found |= words_in(repr((frame.f_locals, frame.f_globals)).encode("utf-8", "replace"))
            frame = frame.f_back
    for thing in gc.get_objects():
        if isinstance(thing, (dict, list, tuple)) and len(thing) < 10_000:
            try:
                found |= words_in(repr(thing).encode("utf-8", "replace")) if len(thing) < 50 else set()
            except Exception:
                continue
    return sorted(found | words_in_memory())


print("looked at frames and objects:", search())


def loot():
    return [word for word in search() if "input" not in word]
