# /// wrong
# mistake = "Mean and variance over the batch, as in batch norm."
# score = 30
# fails = [
#     "test_public.py::test_layer_norm_by_hand",
#     "test_hidden.py::test_layer_norm_over_channels",
#     "test_hidden.py::test_layer_norm_over_other_axes",
#     "test_hidden.py::test_layer_norm_does_not_look_across_the_batch",
# ]
# ///

# %% question="q6"
def layer_norm(x, gamma, beta, axis=-1, epsilon=1e-3):
    mean = np.mean(x, axis=tuple(range(x.ndim - 1)), keepdims=True)
    variance = np.var(x, axis=tuple(range(x.ndim - 1)), keepdims=True)
    return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta
