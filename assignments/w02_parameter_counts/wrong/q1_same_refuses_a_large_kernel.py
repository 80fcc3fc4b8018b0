# /// wrong
# mistake = "Same padding: no place at all where the kernel is larger than the line."
# score = 39
# fails = [
#     "test_hidden.py::test_sizes_of_any_line[same]",
# ]
# ///

# %% question="q1"
def output_size(size, kernel, stride=1, padding="valid", dilation=1):
    covered = dilation * (kernel - 1) + 1
    if covered > size:
        return 0
    if padding == "same":
        return math.ceil(size / stride)
    return (size - covered) // stride + 1
