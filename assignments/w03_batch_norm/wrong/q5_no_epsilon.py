# /// wrong
# mistake = "ε is forgotten: off where the moving variance is small."
# score = 30
# fails = [
#     "test_public.py::test_folding_by_hand",
#     "test_hidden.py::test_folding_into_convolutions",
#     "test_hidden.py::test_folding_into_dense_layers",
# ]
# ///

# %% question="q5"
def fold_batch_norm(kernel, bias, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    scale = gamma / np.sqrt(moving_variance)
    offset = -moving_mean if bias is None else bias - moving_mean
    return kernel * scale, offset * scale + beta
