# /// wrong
# mistake = "The momentum is always 0.99."
# score = 32
# fails = [
#     "test_public.py::test_one_training_step",
#     "test_hidden.py::test_moving_statistics_over_several_batches[given]",
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
            self.moving_mean = 0.99 * self.moving_mean + 0.01 * mean
            self.moving_variance = 0.99 * self.moving_variance + 0.01 * variance
        return normalize(x, mean, variance, self.gamma, self.beta, self.epsilon)
