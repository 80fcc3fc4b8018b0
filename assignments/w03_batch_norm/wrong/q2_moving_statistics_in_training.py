# /// wrong
# mistake = "Training normalises with the moving statistics, just updated."
# score = 33
# fails = [
#     "test_hidden.py::test_training_normalises_with_the_batch",
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
        if training:
            mean, variance = batch_statistics(x)
            self.moving_mean = self.momentum * self.moving_mean + (1 - self.momentum) * mean
            self.moving_variance = self.momentum * self.moving_variance + (1 - self.momentum) * variance
        return normalize(x, self.moving_mean, self.moving_variance, self.gamma, self.beta, self.epsilon)
