# /// attack
# tries = "Takes all memory, in a list, and after raising every limit that there is."
# threats = ["resources.memory", "resources.limits"]
# run = "memory"
# says = ["Code cell 5 used more than 400 MB of memory and was stopped"]
# claim = "limits"
# ///

# %% use="honest"

# %%
import resource

for kind in range(16):
    for limit in ((resource.RLIM_INFINITY,) * 2, (1 << 40, 1 << 40)):
        try:
            resource.setrlimit(kind, limit)
        except (OSError, ValueError):
            continue
try:
    open("/proc/self/oom_score_adj", "w").write("-1000")
except OSError:
    pass
hoard = []
while True:
    hoard.append(bytearray(b"x") * 10_000_000)
