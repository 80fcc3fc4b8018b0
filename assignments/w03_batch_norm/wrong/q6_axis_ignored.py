# /// wrong
# mistake = "Always over the channels, whatever `axis` says."
# score = 33
# fails = [
#     "test_hidden.py::test_layer_norm_over_other_axes",
# ]
# ///

# %% question="q6"
def layer_norm(x, gamma, beta, axis=-1, epsilon=1e-3):
    mean = np.mean(x, axis=-1, keepdims=True)
    variance = np.var(x, axis=-1, keepdims=True)
    return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta
