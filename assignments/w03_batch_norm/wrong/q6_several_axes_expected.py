# /// wrong
# mistake = "A number is understood for -1 only; else `axis` is taken for a tuple."
# score = 33
# fails = [
#     "test_hidden.py::test_layer_norm_over_other_axes",
# ]
# ///

# %% question="q6"
def layer_norm(x, gamma, beta, axis=-1, epsilon=1e-3):
    axes = (-1,) if axis == -1 else axis
    count = np.prod([x.shape[number] for number in axes])
    mean = np.sum(x, axis=axes, keepdims=True) / count
    variance = np.sum((x - mean) ** 2, axis=axes, keepdims=True) / count
    return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta
