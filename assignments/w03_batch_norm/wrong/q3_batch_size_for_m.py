# /// wrong
# mistake = "m is taken for the number of images."
# score = 30
# fails = [
#     "test_hidden.py::test_gradient_of_x_by_finite_differences",
#     "test_hidden.py::test_gradients_like_keras",
#     "test_hidden.py::test_gradient_of_a_channel_adds_up_to_zero",
# ]
# ///

# %% question="q3"
def batch_norm_gradients(dy, x, gamma, epsilon=1e-3):
    axes = tuple(range(np.ndim(x) - 1))
    scale = 1 / np.sqrt(np.var(x, axis=axes) + epsilon)
    x_hat = (x - np.mean(x, axis=axes)) * scale
    dx = (
        gamma * scale * (dy - np.sum(dy, axis=axes) / len(x) - x_hat * np.sum(dy * x_hat, axis=axes) / len(x))
    )
    return dx, np.sum(dy * x_hat, axis=axes), np.sum(dy, axis=axes)
