# /// wrong
# mistake = "Always over all axes but the first one, whatever `axis` says."
# score = 32
# fails = [
#     "test_hidden.py::test_layer_norm_over_channels",
#     "test_hidden.py::test_layer_norm_over_other_axes",
# ]
# ///

# %% question="q6"
def layer_norm(x, gamma, beta, axis=-1, epsilon=1e-3):
    mean = np.mean(x, axis=tuple(range(1, x.ndim)), keepdims=True)
    variance = np.var(x, axis=tuple(range(1, x.ndim)), keepdims=True)
    return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta
