# /// wrong
# mistake = "The verdict follows the order of the words in the text, not the maps."
# score = 49.0
# fails = [
#     "test_hidden.py::test_verdict",
# ]
# ///

# %% question="q7"
def mass_on_object(heat_map, mask):
    mass = resized(heat_map, *mask.shape)
    return (mass * mask).sum() / (mass.sum() or 1)


def object_mass(models, images, masks, labels, layer_name):
    return {
        name: np.mean(
            [
                mass_on_object(grad_cam(model, image, layer_name, label), mask)
                for image, mask, label in zip(images, masks, labels, strict=True)
            ]
        )
        for name, model in models.items()
    }


def on_new_backgrounds(images, masks, backgrounds):
    return np.where(masks[..., np.newaxis], images, backgrounds)


def accuracy(model, images, labels):
    return np.mean(np.argmax(model(images), axis=1) == labels)


looks_at = {"A": "object", "B": "background", "C": "tag"}
