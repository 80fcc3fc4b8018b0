# /// wrong
# mistake = "The kernel is scaled along its input channels."
# score = 31
# fails = [
#     "test_hidden.py::test_folding_into_convolutions",
#     "test_hidden.py::test_folding_into_dense_layers",
# ]
# ///

# %% question="q5"
def fold_batch_norm(kernel, bias, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    scale = gamma / np.sqrt(moving_variance + epsilon)
    offset = -moving_mean if bias is None else bias - moving_mean
    return kernel * np.resize(scale, kernel.shape[-2])[:, np.newaxis], offset * scale + beta
