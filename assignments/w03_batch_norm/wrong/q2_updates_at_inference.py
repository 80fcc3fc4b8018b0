# /// wrong
# mistake = "Inference updates the moving statistics, too."
# score = 32
# fails = [
#     "test_hidden.py::test_inference_like_keras",
#     "test_hidden.py::test_inference_changes_nothing",
# ]
# ///

# %% question="q2"
class BatchNorm:
    def __init__(self, channels, momentum=0.99, epsilon=1e-3):
        self.momentum = momentum
        self.epsilon = epsilon
        self.gamma, self.beta = np.ones(channels), np.zeros(channels)
        self.moving_mean, self.moving_variance = np.zeros(channels), np.ones(channels)

    def __call__(self, x, training=False):
        mean, variance = self.moving_mean, self.moving_variance
        new_mean, new_variance = batch_statistics(x)
        self.moving_mean = self.momentum * self.moving_mean + (1 - self.momentum) * new_mean
        self.moving_variance = self.momentum * self.moving_variance + (1 - self.momentum) * new_variance
        if training:
            mean, variance = new_mean, new_variance
        return normalize(x, mean, variance, self.gamma, self.beta, self.epsilon)
