# /// attack
# tries = "Imports what the grader is made of, and its tests, from wherever they may lie."
# threats = ["harness.patched_worker", "secrets.files"]
# shows = ["found: []"]
# ///

# %% use="honest"

# %%
import importlib
import sys

sys.path += ["/", "..", "../..", "/opt", "/opt/autograder", "/submissions", "/assignments", "/root", "/home"]
found = []
names = [
    "autograder.examiner",
    "autograder.course",
    "autograder.grading",
    "autograder.results",
    "test_hidden",
]
for name in [*names, "assignments.w01_bait.test_hidden", "test_public", "conftest"]:
    try:
        importlib.import_module(name)
        found.append(name)
    except ImportError:
        pass
print("found:", found)


def loot():
    return found
