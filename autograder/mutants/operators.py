"""What a mutant changes: from a node of a solution's syntax tree to nodes in its place, one for each mutant.

Trees are libcst's. What mutmut has, and what is a plausible mistake, comes from mutmut; the rest is ours, in
the same form. Left out of mutmut: `x = None`, arguments that become None, and the like, which crash whatever
the tests are; and strings in other letters, which Keras reads as the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import libcst as cst
from mutmut.mutation import mutators

Mutator = Callable[[Any], Iterable[cst.CSTNode]]

OTHER_WORDS: Mapping[str, str] = {
    "valid": "same",
    "same": "valid",
    "full": "same",
    "constant": "edge",
    "edge": "constant",
    "reflect": "constant",
    "nearest": "bilinear",
    "bilinear": "nearest",
    "relu": "linear",
    "sigmoid": "softmax",
    "softmax": "sigmoid",
    "tanh": "relu",
    "channels_last": "channels_first",
    "channels_first": "channels_last",
}
LEAVES = (
    *(cst.Name, cst.Attribute, cst.Call, cst.Subscript),
    *(cst.BaseNumber, cst.BaseString, cst.List, cst.Dict),
)


@dataclass(frozen=True)
class Operator:
    """One kind of change.

    Args:
        kind: what is changed, in a word or two.
        node: the type of the nodes that it applies to.
        mutate: node → the nodes that may stand in its place.
    """

    kind: str
    node: type[Any]
    mutate: Mutator


def operators(modules: Collection[str]) -> list[Operator]:
    """Return all kinds of changes but dropped statements, which depend on what stands around them.

    Args:
        modules: names of imported modules; `np.sqrt(x)` is a function of x, `x.sum()` is not one of `x`.
    """
    return [
        Operator("operator", cst.CSTNode, mutators.operator_swap_op),
        Operator("operator", cst.UnaryOperation, mutators.operator_remove_unary_ops),
        Operator("operator", cst.BinaryOperation, element_by_element),
        Operator("operator", cst.AugAssign, mutators.operator_augmented_assignment),
        Operator("keyword", cst.CSTNode, mutators.operator_keywords),
        Operator("keyword", cst.Name, mutators.operator_name),
        Operator("condition", cst.IfExp, mutators.operator_if_exp),
        Operator("condition", cst.If, negated_condition),
        Operator("number", cst.BaseNumber, mutators.operator_number),
        Operator("number", cst.Integer, one_less),
        Operator("number", cst.Float, negated_number),
        Operator("string", cst.SimpleString, other_string),
        Operator("argument", cst.Call, dropped_argument),
        Operator("call", cst.Call, lambda call: dropped_call(call, modules)),
        Operator("slice", cst.Slice, dropped_bound),
        Operator("return", cst.Return, swapped_parts),
    ]


def element_by_element(node: cst.BinaryOperation) -> Iterator[cst.BinaryOperation]:
    """`A @ B` → `A * B`."""
    if isinstance(node.operator, cst.MatrixMultiply):
        yield node.with_changes(operator=cst.Multiply())


def negated_condition(node: cst.If) -> Iterator[cst.If]:
    """`if x:` → `if not x:`. Comparisons and `not` have operators of their own."""
    if not isinstance(node.test, cst.Comparison | cst.UnaryOperation):
        yield node.with_changes(test=cst.UnaryOperation(cst.Not(), _in_parentheses(node.test)))


def one_less(node: cst.Integer) -> Iterator[cst.BaseExpression]:
    """`2` → `1`."""
    value = node.evaluated_value - 1
    yield cst.Integer(str(value)) if value >= 0 else _negative(cst.Integer(str(-value)))


def negated_number(node: cst.Float) -> Iterator[cst.BaseExpression]:
    """`0.5` → `-0.5`."""
    if node.evaluated_value:
        yield _negative(node)


def other_string(node: cst.SimpleString) -> Iterator[cst.BaseString]:
    """`"same"` → `"valid"`, `"block1"` → `"XXblock1XX"`."""
    value = node.evaluated_value
    if isinstance(value, str) and value in OTHER_WORDS:
        yield cst.SimpleString(f'"{OTHER_WORDS[value]}"')
        return
    for mutated in mutators.operator_string(node):
        yield mutated
        return


def dropped_argument(node: cst.Call) -> Iterator[cst.Call]:
    """`f(x, 2, axis=1)` → `f(x, 2)` and `f(x, axis=1)`: every keyword, and the last of several positions."""
    positions = [index for index, argument in enumerate(node.args) if argument.keyword is None]
    for index, argument in enumerate(node.args):
        last_position = len(positions) > 1 and index == positions[-1]
        if not argument.star and (argument.keyword is not None or last_position):
            left = [*node.args[:index], *node.args[index + 1 :]]
            if left:
                left[-1] = left[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
            yield node.with_changes(args=left)


def dropped_call(node: cst.Call, modules: Collection[str]) -> Iterator[cst.BaseExpression]:
    """`f(x, axis=1)` → `x` for a function of one position, `x.method(…)` → `x`."""
    if isinstance(node.func, cst.Attribute) and not _is_function(node.func, modules):
        yield node.func.value
        return
    positions = [argument for argument in node.args if argument.keyword is None]
    if len(positions) == 1 and not positions[0].star:
        yield _in_parentheses(positions[0].value)


def dropped_bound(node: cst.Slice) -> Iterator[cst.Slice]:
    """`x[1:-1]` → `x[:-1]` and `x[1:]`; `x[::-1]` → `x[:]`."""
    if node.lower is not None:
        yield node.with_changes(lower=None)
    if node.upper is not None:
        yield node.with_changes(upper=None)
    if node.step is not None:
        yield node.with_changes(step=None, second_colon=cst.MaybeSentinel.DEFAULT)


def swapped_parts(node: cst.Return) -> Iterator[cst.Return]:
    """`return row, column` → `return column, row`: every pair of neighbours."""
    if not isinstance(node.value, cst.Tuple):
        return
    parts = node.value.elements
    for index, (one, other) in enumerate(pairwise(parts)):
        swapped = [one.with_changes(value=other.value), other.with_changes(value=one.value)]
        elements = [*parts[:index], *swapped, *parts[index + 2 :]]
        yield node.with_changes(value=node.value.with_changes(elements=elements))


def _is_function(attribute: cst.Attribute, modules: Collection[str]) -> bool:
    """Whether `attribute` is looked up in a module, in `self` or in `super()`, and not in some data."""
    inside = attribute.value
    while isinstance(inside, cst.Attribute):
        inside = inside.value
    if isinstance(inside, cst.Call):
        return isinstance(inside.func, cst.Name) and inside.func.value == "super"
    own = isinstance(attribute.value, cst.Name) and attribute.value.value == "self"
    return own or (isinstance(inside, cst.Name) and inside.value in modules)


def _negative(number: cst.BaseNumber) -> cst.UnaryOperation:
    return cst.UnaryOperation(cst.Minus(), number)


def _in_parentheses(expression: cst.BaseExpression) -> cst.BaseExpression:
    """The expression so that it can stand anywhere."""
    if expression.lpar or isinstance(expression, LEAVES):
        return expression
    return expression.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
