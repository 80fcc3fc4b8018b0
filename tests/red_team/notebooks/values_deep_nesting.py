# /// attack
# tries = "Answers with lists nested a hundred thousand deep, and with lists and dicts that hold themselves."
# threats = ["values.nested"]
# score = 0
# says = ["gave something that a test cannot use"]
# ///

# %%
kernel = []
for _ in range(100_000):
    kernel = [kernel]

ring = []
ring.append(ring)
circle = {}
circle["again"] = (circle, ring)


def double(number):
    return ring


def shrink(image):
    return circle


def mirror(word):
    return (ring, circle)


loot = double
