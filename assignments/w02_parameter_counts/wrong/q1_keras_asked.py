# /// wrong
# mistake = "Keras is asked instead: it refuses a stride together with a dilation."
# score = 38
# fails = [
#     "test_hidden.py::test_sizes_of_any_line",
# ]
# ///

# %% question="q1"
from w02_helpers import keras_size


def output_size(size, kernel, stride=1, padding="valid", dilation=1):
    return keras_size(size, kernel, stride, padding, dilation)
