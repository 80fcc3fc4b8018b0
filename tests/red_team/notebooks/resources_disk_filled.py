# /// attack
# tries = "Fills scratch, /tmp and shared memory with files, one of them with a hole of a terabyte."
# threats = ["resources.disk"]
# run = ["memory", "completed", "died"]
# claim = "limits"
# ///

# %% use="honest"

# %%
for folder in (".", "/tmp", "/dev/shm") if __import__("os").getuid() >= 20000 else (".",):
    for number in range(40):
        try:
            with open(f"{folder}/red-team-leftover-{number}", "wb") as file:
                file.write(bytes(10**6))
        except OSError as error:
            print(error)
            break
try:
    open("hole", "wb").truncate(1 << 40)
except OSError as error:
    print(error)
