# /// wrong
# mistake = "Two runs get the same name."
# score = 46
# fails = [
#     "test_public.py::test_each_run_has_a_name",
#     "test_hidden.py::test_which_run_is_which",
# ]
# ///

# %% question="q8"
def best_epoch(history):
    return int(np.argmin(history["val_loss"])) + 1


def accuracy_gap(history):
    best = best_epoch(history) - 1
    return float(history["accuracy"][best] - history["val_accuracy"][best])


# runs: dict with one of "frozen", "from scratch", "random, frozen" and "rate too high" for each letter.
runs = {"A": "from scratch", "B": "frozen", "C": "frozen", "D": "random, frozen"}
