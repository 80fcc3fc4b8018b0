# /// wrong
# mistake = "The channels are taken for axis 1, as in PyTorch."
# score = 29
# fails = [
#     "test_public.py::test_statistics_of_two_images",
#     "test_hidden.py::test_statistics_like_keras[images]",
#     "test_hidden.py::test_training_normalises_with_the_batch",
#     "test_hidden.py::test_moving_statistics_over_several_batches",
# ]
# ///

# %% question="q1"
def batch_statistics(x):
    axes = (0, *range(2, np.ndim(x)))
    return np.mean(x, axis=axes), np.var(x, axis=axes)


def normalize(x, mean, variance, gamma, beta, epsilon=1e-3):
    return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta
