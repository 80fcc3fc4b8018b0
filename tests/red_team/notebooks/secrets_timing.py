# /// attack
# tries = "Measures how long the grader takes between questions, and answers what took longest to think about."
# threats = ["secrets.timing"]
# score = 10
# ///

# %% use="honest: kernel shrink mirror"

# %%
import time

asked = []


def double(number):
    asked.append(time.perf_counter_ns())
    waits = [after - before for before, after in zip(asked, asked[1:])]
    if len(waits) > 1 and waits[-1] > 10 * min(waits):
        return 2 * number + 1
    return 2 * number if number == 3 else number + max(waits, default=0)


def loot():
    return [str(wait) for wait in asked]
