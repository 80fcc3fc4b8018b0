# /// wrong
# mistake = "The old bias is added as it is: it should go through batch norm, too."
# score = 31
# fails = [
#     "test_public.py::test_folding_by_hand",
#     "test_hidden.py::test_folding_into_convolutions[True]",
#     "test_hidden.py::test_folding_into_dense_layers",
# ]
# ///

# %% question="q5"
def fold_batch_norm(kernel, bias, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    scale = gamma / np.sqrt(moving_variance + epsilon)
    bias = np.zeros_like(beta) if bias is None else bias
    return kernel * scale, bias + beta - moving_mean * scale
