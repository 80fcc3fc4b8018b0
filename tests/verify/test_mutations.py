"""Which mutants there are of a piece of code, and which cells of a notebook a question's tests need."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from autograder.mutants.mutations import Mutant, SourceCell, mutants_of
from autograder.slices import needed_cells

FUNCTION = "def answer(x, y):\n    # BEGIN SOLUTION\n    {}\n    # END SOLUTION\n"


def mutants(code: str, *before: str) -> list[Mutant]:
    """The mutants of one cell of q1, after cells of given code."""
    return mutants_of([*map(SourceCell, before), SourceCell(code, "q1")])


def lines(found: Sequence[Mutant], *kinds: str) -> set[str]:
    """What the mutants of some kinds make of the lines that they change."""
    return {mutant.mutated for mutant in found if not kinds or mutant.kind in kinds}


CHANGES = {
    "arithmetic": ("r = x + y", "operator", {"r = x - y"}),
    "whole division": ("r = x // y", "operator", {"r = x / y"}),
    "power": ("r = x**y", "operator", {"r = x * y"}),
    "matrix product": ("r = x @ y", "operator", {"r = x * y"}),
    "comparison": ("r = x < y", "operator", {"r = x <= y"}),
    "equality": ("r = x == y", "operator", {"r = x != y"}),
    "boolean": ("r = x and y", "operator", {"r = x or y"}),
    "unary minus": ("r = -x", "operator", {"r = +x"}),
    "not": ("r = not x", "operator", {"r = x"}),
    "adding up": ("x += y", "operator", {"x -= y", "x = y"}),
    "identity": ("r = x is y", "keyword", {"r = x is not y"}),
    "truth": ("r = True", "keyword", {"r = False"}),
    "condition": ("if x:\n        y = 1", "condition", {"if not x:"}),
    "ternary": (
        "r = x if y else 0",
        "condition",
        {"r = x if (y) and False else 0", "r = x if (y) or True else 0"},
    ),
    "whole number": ("r = 2", "number", {"r = 3", "r = 1"}),
    "zero": ("r = 0", "number", {"r = 1", "r = -1"}),
    "fraction": ("r = 0.5", "number", {"r = 1.5", "r = -0.5"}),
    "axis": ("r = x.sum(axis=-1)", "number", {"r = x.sum(axis=-2)", "r = x.sum(axis=-0)"}),
    "mode": ('r = f(x, "same")', "string", {'r = f(x, "valid")'}),
    "other text": ('r = f(x, "block1")', "string", {'r = f(x, "XXblock1XX")'}),
    "arguments": (
        "r = f(x, y, axis=y, out=x)",
        "argument",
        {"r = f(x, axis=y, out=x)", "r = f(x, y, out=x)", "r = f(x, y, axis=y)"},
    ),
    "function": ("r = np.sqrt(x + y) * 2", "call", {"r = (x + y) * 2"}),
    "layer": ("r = layers.Dense(y)(x)", "call", {"r = x", "r = y(x)"}),
    "part of the class": ("r = self.block(x)", "call", {"r = x"}),
    "method": ("r = x.reshape(y, y)", "call", {"r = x"}),
    "slice": ("r = x[y:-y]", "slice", {"r = x[:-y]", "r = x[y:]"}),
    "step": ("r = x[::-1]", "slice", {"r = x[:]"}),
    "several results": ("return x, y", "return", {"return y, x"}),
    "effect": ("x.append(y)", "statement", {"pass"}),
    "second value of a name": ("x = f(x)", "statement", {"pass"}),
    "store": ("x[y] = 1", "statement", {"pass"}),
    "error": ('raise ValueError("1 < 2")', "statement", {"pass"}),
}


@pytest.mark.parametrize("case", CHANGES)
def test_each_place_is_changed_as_documented(case):
    code, kind, expected = CHANGES[case]
    assert (
        lines(mutants(FUNCTION.format(code), "import numpy as np\nfrom keras import layers"), kind)
        == expected
    )


LEFT_ALONE = {
    "a docstring": '"""Adds 1 and 2."""',
    "a type hint": "r: Literal[1, 2]",
    "the text of an error": 'raise ValueError(f"{x + 1} is not {-y}")',
    "a check": "assert x > 1, 'More than 1.'",
    "an import": "import numpy as np",
    "nothing": "pass",
}


@pytest.mark.parametrize("case", LEFT_ALONE)
def test_what_no_test_can_notice_is_left_alone(case):
    assert lines(mutants(FUNCTION.format(LEFT_ALONE[case]))) <= {"pass"}


def test_only_solutions_are_changed():
    given = "def given(x, mode='valid'):\n    return x + 1\n\n\ndef answer(x, size=2):\n    y = x * 3\n"
    found = mutants(given + "    # BEGIN SOLUTION\n    return y - 1\n    # END SOLUTION\n", "z = 1 + 1")
    assert {mutant.original for mutant in found} == {"return y - 1"}
    assert {(mutant.question, mutant.function, mutant.cell) for mutant in found} == {("q1", "answer", 1)}


def test_a_statement_without_which_a_name_is_missing_is_not_dropped():
    region = "# BEGIN SOLUTION\nG = f(1)\nG = f(G)\nmodel = f(G)\n# END SOLUTION\n"
    found = mutants(region, "model = None")
    assert [mutant.original for mutant in found if mutant.kind == "statement"] == ["G = f(G)", "model = f(G)"]


def test_no_two_mutants_mean_the_same_and_none_means_the_original():
    found = mutants(FUNCTION.format("return -1 * x[+0]"))
    assert len({mutant.source for mutant in found}) == len(found)
    assert "return +1 * x[+0]" in lines(found) and "return -1 * x[-0]" not in lines(found)


def test_what_is_no_python_is_no_mutant():
    code = "for x in range(3):\n    # BEGIN SOLUTION\n    if x:\n        break\n    # END SOLUTION\n"
    assert "return" not in lines(mutants(code))  # outside of a function


def test_a_mutant_is_the_whole_cell_with_one_place_changed_and_named_by_its_method():
    block = (
        "class Block:\n    def call(self, x):\n        # BEGIN SOLUTION\n        y = [\n            x,\n"
        "            2,\n        ]\n        return y\n        # END SOLUTION\n"
    )
    (more, less) = (mutant for mutant in mutants(block) if mutant.kind == "number")
    assert (more.function, more.original, more.mutated) == ("Block.call", "2,", "3,")
    assert more.source == block.replace("2,", "3,") and less.source == block.replace("2,", "1,")


# ---- slices -------------------------------------------------------------------------------------------

NOTEBOOK = [
    "import numpy as np\nfrom matplotlib import pyplot as plt",
    "np.random.seed(1)\nplt.rcParams['figure.dpi'] = 80",
    "data = np.ones(3)\nmodel = build(SIZE)",
    "def build(size):\n    return Model(size, DEPTH)",
    "SIZE = 2",
    "with picture():\n    figure, axes = plt.subplots()\n    axes.plot(data)",
    "history = model.fit(data)",
    "DEPTH = 3",
    "for index in range(2):\n    data[index] = 5",
    "import unused\nvalues = model.predict(data)",
    "if SIZE:\n    late = data",
    "class Model:\n    def __init__(self, size, depth):\n        self.data = np.zeros(size)",
]


@pytest.mark.parametrize(
    ("names", "needed"),
    [
        ({"SIZE"}, (4,)),
        ({"data"}, (0, 1, 2, 3, 4, 7, 8, 11)),
        ({"model"}, (0, 1, 2, 3, 4, 6, 7, 8, 11)),
        ({"Model"}, (0, 1, 11)),
        ({"figure"}, (0, 1, 2, 3, 4, 5, 7, 8, 11)),
        ({"late"}, (0, 1, 2, 3, 4, 7, 8, 10, 11)),
        ({"nobody"}, ()),
    ],
)
def test_a_slice_has_what_its_names_are_made_of_and_no_more(names, needed):
    assert needed_cells(NOTEBOOK, names) == needed


def test_cells_that_must_be_there_bring_what_they_use():
    assert needed_cells(NOTEBOOK, (), always=[3]) == (0, 1, 3, 7, 11)


PICTURES = [
    "import keras\nfrom matplotlib import pyplot as plt\n\nplt.rcParams['figure.dpi'] = 80",
    "keras.utils.set_random_seed(1)",
    "figure, axes = plt.subplots()\nkeras.utils.set_random_seed(2)\naxes.plot(count)",
    "count = 1",
    "figure, axes = plt.subplots()\nfor axis in axes:\n    axis.plot(other)\ncount += 1\ncount = count + 1",
    "def answer(x):\n    return keras.ops.sum(x) + offset",
    "offset = 2",
]


def test_a_picture_that_sets_a_seed_for_itself_or_uses_the_same_names_is_not_needed():
    assert needed_cells(PICTURES, {"answer"}) == (0, 1, 5, 6)


def test_a_name_that_is_counted_up_comes_from_another_cell():
    assert needed_cells(PICTURES, {"axis"}) == (0, 3, 4)
