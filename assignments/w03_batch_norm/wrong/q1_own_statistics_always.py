# /// wrong
# mistake = "normalize computes mean and variance anew and ignores the ones that it is given."
# score = 31
# fails = [
#     "test_public.py::test_inference_uses_the_moving_statistics",
#     "test_hidden.py::test_normalize_like_keras",
#     "test_hidden.py::test_inference_like_keras",
# ]
# ///

# %% question="q1"
def batch_statistics(x):
    axes = tuple(range(np.ndim(x) - 1))
    return np.mean(x, axis=axes), np.var(x, axis=axes)


def normalize(x, mean, variance, gamma, beta, epsilon=1e-3):
    mean, variance = batch_statistics(x)
    return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta
