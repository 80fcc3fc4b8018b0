# /// attack
# tries = "Prints its environment, its command line and its parents', and what the kernel tells."
# threats = ["secrets.processes"]
# shows = ["environment: []"]
# ///

# %% use="honest"

# %% use="search"


# %%
places = ["/proc/self/environ", "/proc/self/cmdline", "/proc/1/environ", "/proc/1/cmdline", "/proc/cmdline"]
places += ["/proc/self/mountinfo", "/proc/self/cgroup", "/proc/net/unix", "/proc/keys", "/proc/sysvipc/shm"]
found = words_in(repr(dict(os.environ)).encode())
for place in places:
    found |= words_in_file(place)
for name in list(os.environ):
    assert "SECRET" not in name and "PASSWORD" not in name
print("environment:", sorted(found))


def loot():
    return sorted(found)
