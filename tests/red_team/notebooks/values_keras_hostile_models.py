# /// attack
# tries = "Answers with Keras models that hold code, that lie about their configuration, and that have no end."
# threats = ["values.models"]
# group = "keras"
# score = 6
# claim = "limits"
# ///

# %% use="honest: double mirror"

# %%
import keras


class Lying(keras.Model):
    def get_config(self):
        return {"layers": ["x" * 1000] * 1000, "module": "os", "class_name": "system"}

    def to_json(self, **_):
        return "__import__('os').system('true')"

    def get_weights(self):
        return iter(int, 1)

    def __getattribute__(self, name):
        if name in ("shape", "dtype", "sum"):
            return lambda *_, **__: 0
        return super().__getattribute__(name)

    def call(self, x):
        return x


kernel = Lying()
code = keras.layers.Lambda(lambda x: __import__("os")._exit(0))


def shrink(image):
    return keras.Sequential([keras.Input((2,)), *[keras.layers.Activation("relu") for _ in range(300)]])


# %%
def loot():
    return [code, kernel]
