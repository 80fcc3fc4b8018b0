# /// wrong
# mistake = "The variances are multiplied by m / (m - 1) before they are collected, as in PyTorch."
# score = 31
# fails = [
#     "test_public.py::test_one_training_step",
#     "test_hidden.py::test_moving_statistics_over_several_batches",
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
        if training:
            mean, variance = batch_statistics(x)
            m = x.size // len(mean)
            unbiased = variance * m / max(m - 1, 1)
            self.moving_mean = self.momentum * self.moving_mean + (1 - self.momentum) * mean
            self.moving_variance = self.momentum * self.moving_variance + (1 - self.momentum) * unbiased
        return normalize(x, mean, variance, self.gamma, self.beta, self.epsilon)
