"""Which cells of a notebook a question's tests need. The others show pictures, or answer other questions.

An approximation: what a function does to its arguments is not looked into. Who uses a slice compares it with
the whole notebook before anything follows from it.
"""

from __future__ import annotations

import ast
import symtable
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from autograder.build.source import python_of

CHANGING_METHODS = frozenset(
    ["fit", "adapt", "train_on_batch", "compile", "build", "set_weights", "load_weights", "pop", "setdefault"]
)


@dataclass(frozen=True)
class _Names:
    """What a cell has to do with names of the module.

    Args:
        bound: it gives them a value.
        imported: those of them that it imports.
        changed: it changes the object.
        used: it needs them from another cell.
    """

    bound: frozenset[str]
    imported: frozenset[str]
    changed: frozenset[str]
    used: frozenset[str]


def needed_cells(
    sources: Sequence[str], names: Collection[str], always: Collection[int] = ()
) -> tuple[int, ...]:
    """Return the indices of the cells that `names` depend on, in order, wherever they stand.

    Args:
        sources: of the code cells.
        names: what will be asked for.
        always: indices of cells that are needed in any case.
    """
    cells = [_names(python_of(source)) for source in sources]
    imported = frozenset[str]().union(*(cell.imported for cell in cells))
    made = [cell.bound | _lastingly_changed(cell, imported) for cell in cells]
    wanted, kept = set(names), set(always)
    for index in kept:
        wanted |= cells[index].used
    while True:
        more = {index for index in range(len(cells)) if index not in kept and made[index] & wanted}
        if not more:
            return tuple(sorted(kept))
        kept |= more
        for index in more:
            wanted |= cells[index].used


def _lastingly_changed(cell: _Names, imported: frozenset[str]) -> frozenset[str]:
    """A module is set up by cells that do nothing else; one that draws sets a seed, say, for its picture."""
    return cell.changed if cell.bound <= imported else cell.changed - imported


def _names(code: str) -> _Names:
    table = symtable.symtable(code, "cell", "exec")
    tree = ast.parse(code)
    symbols = table.get_symbols()
    looked_up = {symbol.get_name() for symbol in symbols if symbol.is_referenced()}
    return _Names(
        bound=frozenset(
            symbol.get_name() for symbol in symbols if symbol.is_assigned() or symbol.is_imported()
        ),
        imported=frozenset(symbol.get_name() for symbol in symbols if symbol.is_imported()),
        changed=frozenset(_changed(tree)),
        used=frozenset((looked_up - _bound_first(tree)) | set(_globals(table))),
    )


def _globals(table: symtable.SymbolTable) -> Iterator[str]:
    """Names that functions look up in the module, whenever they are called."""
    for inner in table.get_children():
        yield from (symbol.get_name() for symbol in inner.get_symbols() if symbol.is_global())
        yield from _globals(inner)


def _bound_first(tree: ast.Module) -> set[str]:
    """Names that the cell itself gives a value, before it looks them up outside of functions."""
    first: dict[str, tuple[int, bool]] = {}
    for line, name, binds in _events(tree, 0):
        first[name] = min(first.get(name, (line, binds)), (line, binds))
    return {name for name, (_, binds) in first.items() if binds}


def _events(node: ast.AST, line: int) -> Iterator[tuple[int, str, bool]]:
    """Line of the statement, name, and whether it is bound there; a statement looks up before it binds."""
    for child in ast.iter_child_nodes(node):
        here = child.lineno if isinstance(child, ast.stmt) else line
        if isinstance(child, ast.Name):
            yield here, child.id, isinstance(child.ctx, ast.Store)
        elif isinstance(child, ast.alias):
            yield here, (child.asname or child.name).split(".")[0], True
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield here, child.name, True
            continue
        elif isinstance(child, ast.AugAssign) and isinstance(child.target, ast.Name):
            yield here, child.target.id, False
        yield from _events(child, here)


def _changed(tree: ast.Module) -> Iterator[str]:
    """Names of objects that a cell changes: stores in them, or calls one of their methods for its effect."""
    for node in _outside_functions(tree):
        if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
            yield from _root(node)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            yield from _root(node.value.func)
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in CHANGING_METHODS
        ):
            yield from _root(node.func)


def _outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            yield child
            yield from _outside_functions(child)


def _root(node: ast.expr) -> Iterator[str]:
    """`model` for `model.layers[0].trainable`; nothing for a plain name, which is a function's."""
    if isinstance(node, ast.Name):
        return
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id
