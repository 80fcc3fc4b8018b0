# /// attack
# tries = "Edits the check cells: the checker is replaced by one that says that all is right, the others are deleted."
# threats = ["harness.check_cells"]
# score = 0
# shows = ["q1 results: All test cases passed!"]
# ///

# %%
import sys
import types

import numpy as np


class Notebook:
    def check(self, question):
        print(f"{question} results: All test cases passed!")


otter = types.ModuleType("otter")
otter.Notebook = Notebook
sys.modules["otter"] = otter
grader = Notebook()

# %%
grader.check("q1")
grader.check("q2")
