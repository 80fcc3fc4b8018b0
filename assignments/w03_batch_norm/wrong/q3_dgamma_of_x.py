# /// wrong
# mistake = "dγ is summed up with x, not with its normalised values."
# score = 31
# fails = [
#     "test_public.py::test_gradients_of_gamma_and_beta",
#     "test_hidden.py::test_gradients_like_keras",
#     "test_hidden.py::test_gradient_of_a_channel_adds_up_to_zero",
# ]
# ///

# %% question="q3"
def batch_norm_gradients(dy, x, gamma, epsilon=1e-3):
    axes = tuple(range(np.ndim(x) - 1))
    scale = 1 / np.sqrt(np.var(x, axis=axes) + epsilon)
    x_hat = (x - np.mean(x, axis=axes)) * scale
    dx = gamma * scale * (dy - np.mean(dy, axis=axes) - x_hat * np.mean(dy * x_hat, axis=axes))
    return dx, np.sum(dy * x, axis=axes), np.sum(dy, axis=axes)
