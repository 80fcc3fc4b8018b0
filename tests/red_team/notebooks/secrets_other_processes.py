# /// attack
# tries = "Reads memory, environment, descriptors, command lines and open files of every other process."
# threats = ["secrets.processes"]
# shows = ["looked at other processes: []"]
# ///

# %% use="honest"

# %% use="search"


# %%
def search():
    found = set()
    for process in other_processes():
        for file in ("environ", "cmdline", "maps", "auxv", "comm", "stack", "syscall", "mountinfo", "limits"):
            found |= words_in_file(f"/proc/{process}/{file}")
        found |= words_in_memory(process)
        for kind in ("fd", "map_files", "cwd", "root", "task"):
            found |= words_below(f"/proc/{process}/{kind}")
    return sorted(found)


print("looked at other processes:", search())


def loot():
    return search()
