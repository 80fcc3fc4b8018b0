# /// right
# style = "Blocks and network as classes: a subclassed layer and a subclassed model without a graph."
# ///

# %% question="q3"
class Block(layers.Layer):
    def __init__(self, filters):
        super().__init__()
        self.steps = [layers.Conv2D(filters, 3, padding="same") for _ in range(2)]

    def build(self, input_shape):
        self.steps[0].build(input_shape)
        self.steps[1].build((*input_shape[:-1], self.steps[0].filters))

    def call(self, x):
        for step in self.steps:
            x = ops.relu(step(x))
        return x


def conv_block(x, filters):
    return Block(filters)(x)


def down(x, filters):
    skip = conv_block(x, filters)
    return [skip, ops.max_pool(skip, 2)]


def up(x, skip, filters):
    x = layers.Conv2DTranspose(filters, 2, 2)(x)
    joined = x if skip is None else ops.concatenate([ops.convert_to_tensor(skip), x], axis=-1)
    return conv_block(joined, filters)


# %% question="q4"
class UNet(keras.Model):
    def __init__(self, filters, depth, skips):
        super().__init__()
        self.skips = skips
        self.ways_down = [Block(filters * 2**level) for level in range(depth)]
        self.bottom = Block(filters * 2**depth)
        self.doubled = [layers.Conv2DTranspose(filters * 2**level, 2, 2) for level in range(depth)]
        self.ways_up = [Block(filters * 2**level) for level in range(depth)]
        self.pool = layers.MaxPooling2D()
        self.last = layers.Conv2D(1, 1, activation="sigmoid")

    def call(self, x):
        details = []
        for block in self.ways_down:
            details.append(block(x))
            x = self.pool(details[-1])
        x = self.bottom(x)
        for double, block, detail in zip(self.doubled[::-1], self.ways_up[::-1], details[::-1], strict=True):
            x = double(x)
            x = block(ops.concatenate([x, detail], axis=-1) if self.skips else x)
        return self.last(x)


def unet(input_shape, filters=8, depth=3, skips=True):
    model = UNet(filters, depth, skips)
    model(np.zeros((1, *input_shape), "float32"))
    return model
