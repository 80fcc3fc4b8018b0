# /// wrong
# mistake = "A layer without bias is not foreseen."
# score = 32
# fails = [
#     "test_hidden.py::test_folding_into_convolutions[False]",
#     "test_hidden.py::test_folding_into_dense_layers",
# ]
# ///

# %% question="q5"
def fold_batch_norm(kernel, bias, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    scale = gamma / np.sqrt(moving_variance + epsilon)
    offset = bias - moving_mean
    return kernel * scale, offset * scale + beta
