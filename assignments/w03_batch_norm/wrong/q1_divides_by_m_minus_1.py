# /// wrong
# mistake = "The variance is divided by m - 1: ddof=1."
# score = 25
# fails = [
#     "test_public.py::test_statistics_of_four_vectors",
#     "test_public.py::test_statistics_of_two_images",
#     "test_public.py::test_one_training_step",
#     "test_hidden.py::test_statistics_like_keras",
#     "test_hidden.py::test_statistics_of_a_single_vector",
#     "test_hidden.py::test_training_normalises_with_the_batch",
#     "test_hidden.py::test_moving_statistics_over_several_batches",
# ]
# ///

# %% question="q1"
def batch_statistics(x):
    axes = tuple(range(np.ndim(x) - 1))
    return np.mean(x, axis=axes), np.var(x, axis=axes, ddof=1)


def normalize(x, mean, variance, gamma, beta, epsilon=1e-3):
    return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta
