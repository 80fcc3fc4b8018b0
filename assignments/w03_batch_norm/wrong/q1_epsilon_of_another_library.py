# /// wrong
# mistake = "The default ε is PyTorch's, 1e-5."
# score = 33
# fails = [
#     "test_hidden.py::test_nearly_constant_channels",
# ]
# ///

# %% question="q1"
def batch_statistics(x):
    axes = tuple(range(np.ndim(x) - 1))
    return np.mean(x, axis=axes), np.var(x, axis=axes)


def normalize(x, mean, variance, gamma, beta, epsilon=1e-5):
    return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta
