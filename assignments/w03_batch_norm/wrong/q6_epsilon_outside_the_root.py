# /// wrong
# mistake = "ε is added to the standard deviation."
# score = 31
# fails = [
#     "test_public.py::test_layer_norm_by_hand",
#     "test_hidden.py::test_layer_norm_over_channels",
#     "test_hidden.py::test_layer_norm_over_other_axes",
# ]
# ///

# %% question="q6"
def layer_norm(x, gamma, beta, axis=-1, epsilon=1e-3):
    mean = np.mean(x, axis=axis, keepdims=True)
    variance = np.var(x, axis=axis, keepdims=True)
    return gamma * (x - mean) / (np.sqrt(variance) + epsilon) + beta
