# /// attack
# tries = "Reads every file that it can reach: tests, submissions, the course, reports, the host's own files."
# threats = ["secrets.files"]
# shows = ["looked at files: [] []"]
# ///

# %% use="honest"

# %% use="search"


# %%
import glob


def search():
    programs = ("/usr", "/lib", "/lib64", "/bin", "/sbin", "/opt", "/root")
    roots = [path for path in glob.glob("/*") + glob.glob("/.*") if path not in ("/proc", "/sys", *programs)]
    return sorted(words_below(*roots, "/opt/venv/bin", "/opt/autograder"))


tests = [p for p in ("/submissions", "/work", "/course", "/assignments") if os.path.exists(p)]
tests += [
    os.path.join(d, n)
    for d, _, names in os.walk("/opt")
    for n in names
    if n in ("test_hidden.py", "receipts.jsonl")
]
print("looked at files:", search(), tests)


def loot():
    return search()
