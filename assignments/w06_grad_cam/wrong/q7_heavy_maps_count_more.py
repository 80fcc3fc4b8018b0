# /// wrong
# mistake = "All mass on objects divided by all mass, instead of the mean of each image's fraction."
# score = 51.0
# fails = [
#     "test_hidden.py::test_object_mass_of_random_nets[3]",
# ]
# ///

# %% question="q7"
def mass_on_object(heat_map, mask):
    mass = resized(heat_map, *mask.shape)
    return (mass * mask).sum() / (mass.sum() or 1)


def object_mass(models, images, masks, labels, layer_name):
    found = {}
    for name, model in models.items():
        on_objects, everywhere = 0, 0
        for image, mask, label in zip(images, masks, labels, strict=True):
            mass = resized(grad_cam(model, image, layer_name, label), *mask.shape)
            on_objects += (mass * mask).sum()
            everywhere += mass.sum()
        found[name] = on_objects / (everywhere or 1)
    return found


def on_new_backgrounds(images, masks, backgrounds):
    return np.where(masks[..., np.newaxis], images, backgrounds)


def accuracy(model, images, labels):
    return np.mean(np.argmax(model(images), axis=1) == labels)


looks_at = {"A": "tag", "B": "object", "C": "background"}
