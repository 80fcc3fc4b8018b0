# /// wrong
# mistake = "ε is forgotten."
# score = 29
# fails = [
#     "test_public.py::test_gradients_of_gamma_and_beta",
#     "test_public.py::test_gradient_of_the_input",
#     "test_hidden.py::test_gradient_of_x_by_finite_differences",
#     "test_hidden.py::test_gradients_like_keras",
# ]
# ///

# %% question="q3"
def batch_norm_gradients(dy, x, gamma, epsilon=1e-3):
    axes = tuple(range(np.ndim(x) - 1))
    scale = 1 / np.maximum(np.std(x, axis=axes), 1e-12)
    x_hat = (x - np.mean(x, axis=axes)) * scale
    dx = gamma * scale * (dy - np.mean(dy, axis=axes) - x_hat * np.mean(dy * x_hat, axis=axes))
    return dx, np.sum(dy * x_hat, axis=axes), np.sum(dy, axis=axes)
