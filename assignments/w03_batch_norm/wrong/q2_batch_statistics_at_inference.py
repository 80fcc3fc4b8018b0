# /// wrong
# mistake = "The batch's own statistics are used in inference, too."
# score = 32
# fails = [
#     "test_public.py::test_inference_uses_the_moving_statistics",
#     "test_hidden.py::test_inference_like_keras",
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
        mean, variance = batch_statistics(x)
        if training:
            self.moving_mean = self.momentum * self.moving_mean + (1 - self.momentum) * mean
            self.moving_variance = self.momentum * self.moving_variance + (1 - self.momentum) * variance
        return normalize(x, mean, variance, self.gamma, self.beta, self.epsilon)
