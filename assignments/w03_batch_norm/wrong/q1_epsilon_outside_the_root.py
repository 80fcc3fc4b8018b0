# /// wrong
# mistake = "ε is added to the standard deviation, not to the variance."
# score = 28
# fails = [
#     "test_public.py::test_normalize_by_hand",
#     "test_public.py::test_inference_uses_the_moving_statistics",
#     "test_hidden.py::test_normalize_like_keras",
#     "test_hidden.py::test_nearly_constant_channels",
#     "test_hidden.py::test_training_normalises_with_the_batch",
#     "test_hidden.py::test_inference_like_keras",
# ]
# ///

# %% question="q1"
def batch_statistics(x):
    axes = tuple(range(np.ndim(x) - 1))
    return np.mean(x, axis=axes), np.var(x, axis=axes)


def normalize(x, mean, variance, gamma, beta, epsilon=1e-3):
    return gamma * (x - mean) / (np.sqrt(variance) + epsilon) + beta
