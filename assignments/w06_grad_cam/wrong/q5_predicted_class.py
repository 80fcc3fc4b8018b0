# /// wrong
# mistake = "The class that the net predicts instead of the class that was asked for."
# score = 48.0
# fails = [
#     "test_public.py::test_occlusion_of_the_lecture_elephant",
#     "test_hidden.py::test_occlusion_of_random_linear_nets",
#     "test_hidden.py::test_occlusion_takes_the_answer_as_it_is",
# ]
# ///

# %% question="q5"
def occlusion_map(model, image, class_index, size, stride, fill=0.5):
    height, width, _ = image.shape
    tops, lefts = range(0, height - size + 1, stride), range(0, width - size + 1, stride)
    batch = [image]
    for top in tops:
        for left in lefts:
            covered = np.array(image)
            covered[top : top + size, left : left + size] = fill
            batch.append(covered)
    outputs = np.array(model(np.array(batch)))
    outputs = outputs[:, outputs[0].argmax()]
    return (outputs[0] - outputs[1:]).reshape(len(tops), len(lefts))
