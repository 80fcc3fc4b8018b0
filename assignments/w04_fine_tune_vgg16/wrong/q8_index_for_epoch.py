# /// wrong
# mistake = "The index of the best epoch, counted from 0."
# score = 46
# fails = [
#     "test_public.py::test_numbers_of_one_history",
#     "test_hidden.py::test_random_histories",
# ]
# ///

# %% question="q8"
def best_epoch(history):
    return int(np.argmin(history["val_loss"]))


def accuracy_gap(history):
    best = best_epoch(history)
    return float(history["accuracy"][best] - history["val_accuracy"][best])


# runs: dict with one of "frozen", "from scratch", "random, frozen" and "rate too high" for each letter.
runs = {"A": "from scratch", "B": "rate too high", "C": "frozen", "D": "random, frozen"}
