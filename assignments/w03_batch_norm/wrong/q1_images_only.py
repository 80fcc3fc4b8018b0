# /// wrong
# mistake = "Axes 0, 1 and 2 are typed in: vectors do not work."
# score = 26
# fails = [
#     "test_public.py::test_statistics_of_four_vectors",
#     "test_public.py::test_one_training_step",
#     "test_hidden.py::test_statistics_like_keras[vectors]",
#     "test_hidden.py::test_statistics_of_a_single_vector",
#     "test_hidden.py::test_training_normalises_with_the_batch",
#     "test_hidden.py::test_moving_statistics_over_several_batches",
#     "test_hidden.py::test_inference_changes_nothing",
# ]
# ///

# %% question="q1"
def batch_statistics(x):
    axes = (0, 1, 2)
    return np.mean(x, axis=axes), np.var(x, axis=axes)


def normalize(x, mean, variance, gamma, beta, epsilon=1e-3):
    return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta
