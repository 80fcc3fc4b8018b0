"""All mutants of an assignment's reference: one place in one question's solution is changed in each."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from textwrap import dedent

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from autograder.build.regions import Region, regions
from autograder.build.source import defined_names, python_of
from autograder.mutants.operators import Operator, operators

NEVER = (cst.Annotation, cst.Decorator, cst.Raise, cst.Assert, cst.Import, cst.ImportFrom)


@dataclass(frozen=True)
class SourceCell:
    """A code cell of the reference, solution markers and all. `question` is None for given code."""

    source: str
    question: str | None = None


@dataclass(frozen=True)
class Mutant:
    """One change.

    Args:
        question: whose solution is changed.
        function: the function or method around the change, `Block.call`; empty outside of any.
        kind: of the operator.
        original: the lines that are changed, without common indentation.
        mutated: what they become.
        cell: index of the cell among the code cells.
        source: the whole cell with the change.
    """

    question: str
    function: str
    kind: str
    original: str
    mutated: str
    cell: int
    source: str


def mutants_of(cells: Sequence[SourceCell]) -> list[Mutant]:
    """Return every mutant, in the order of the lines; no two mean the same to Python, none the original."""
    modules = {name for cell in cells for name in _modules(cell.source)}
    applied = operators(modules)
    found: list[Mutant] = []
    bound: set[str] = set()
    for index, cell in enumerate(cells):
        if cell.question is not None:
            found.extend(_mutants_of_cell(index, cell.source, cell.question, applied, bound))
        bound.update(defined_names(cell.source))
    return found


def _mutants_of_cell(
    index: int, source: str, question: str, applied: Sequence[Operator], bound: set[str]
) -> Iterator[Mutant]:
    code = python_of(source)
    wrapper = MetadataWrapper(cst.parse_module(code))
    sites = _Sites(regions(source, "SOLUTION"), applied, bound)
    wrapper.visit(sites)
    seen = {_meaning(code)}
    for site in sites.found:
        mutated = cst.ensure_type(wrapper.module.deep_replace(site.node, site.mutated), cst.Module).code
        meaning = _meaning(mutated)
        if meaning is None or meaning in seen:
            continue
        seen.add(meaning)
        yield Mutant(question, site.function, site.kind, *_changed_lines(code, mutated), index, mutated)


@dataclass(frozen=True)
class _Site:
    node: cst.CSTNode
    mutated: cst.CSTNode
    kind: str
    function: str


class _Sites(cst.CSTVisitor):
    """Finds the places within solution regions that can be changed."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, inside: Sequence[Region], applied: Sequence[Operator], bound: set[str]) -> None:
        super().__init__()
        self.found: list[_Site] = []
        self._regions = inside
        self._operators = applied
        self._bound = [set(bound)]
        self._around: list[str] = []
        self._statement: cst.CSTNode | None = None

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.FunctionDef | cst.ClassDef):
            self._enter(node)
        if isinstance(node, cst.SimpleStatementLine):
            self._drop_statements(node)
        if isinstance(node, NEVER) or _is_bare_string(node):
            return False
        if isinstance(node, cst.Expr):
            self._statement = node.value
        if self._in_region(node):
            for operator in self._operators:
                drops_a_statement = operator.kind == "call" and node is self._statement
                if isinstance(node, operator.node) and not drops_a_statement:
                    self._add(node, operator.mutate(node), operator.kind)
        if isinstance(node, cst.For | cst.CompFor):
            self._bound[-1] |= _names_in(node.target)
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if isinstance(original_node, cst.FunctionDef | cst.ClassDef):
            self._around.pop()
            self._bound.pop()

    def _enter(self, node: cst.FunctionDef | cst.ClassDef) -> None:
        self._around.append(node.name.value)
        parameters = _names_in(node.params) if isinstance(node, cst.FunctionDef) else set()
        self._bound.append(parameters)

    def _drop_statements(self, line: cst.SimpleStatementLine) -> None:
        """Drop a line's statements, but not one without which a name is missing: any test would notice."""
        names = {name for statement in line.body for name in _assigned(statement)}
        first = line.body[0]
        nothing = isinstance(first, cst.Pass | cst.Import | cst.ImportFrom) or _is_bare_string(first)
        if self._in_region(line) and names <= self._bound[-1] and not nothing:
            self._add(line, [line.with_changes(body=[cst.Pass()])], "statement")
        self._bound[-1] |= names

    def _add(self, node: cst.CSTNode, mutated: Iterable[cst.CSTNode], kind: str) -> None:
        self.found.extend(_Site(node, each, kind, ".".join(self._around)) for each in mutated)

    def _in_region(self, node: cst.CSTNode) -> bool:
        position = self.get_metadata(PositionProvider, node, None)
        return position is not None and any(
            region.begin < position.start.line and position.end.line < region.end for region in self._regions
        )


def _is_bare_string(node: cst.CSTNode) -> bool:
    """A docstring, or a string that serves as a comment."""
    return isinstance(node, cst.Expr) and isinstance(node.value, cst.SimpleString | cst.ConcatenatedString)


def _assigned(statement: cst.BaseSmallStatement) -> set[str]:
    """Names that an assignment binds; not those of the objects in which it stores something."""
    if isinstance(statement, cst.Assign):
        return {name for target in statement.targets for name in _bare_names(target.target)}
    if isinstance(statement, cst.AnnAssign):
        return _bare_names(statement.target)
    return set()


def _bare_names(target: cst.CSTNode) -> set[str]:
    if isinstance(target, cst.Name):
        return {target.value}
    if isinstance(target, cst.Tuple | cst.List):
        return {name for element in target.elements for name in _bare_names(element.value)}
    return set()


def _names_in(node: cst.CSTNode) -> set[str]:
    names: set[str] = set()

    class Names(cst.CSTVisitor):
        def visit_Name(self, node: cst.Name) -> None:
            names.add(node.value)

    node.visit(Names())
    return names


def _modules(source: str) -> Iterator[str]:
    """Names that a cell gives to what it imports."""
    for node in ast.walk(ast.parse(python_of(source))):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from ((alias.asname or alias.name).split(".")[0] for alias in node.names)


def _meaning(code: str) -> str | None:
    """What Python makes of `code`, equal for programs that only look different; None if it is no Python."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(code)
            compile(tree, "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        except (SyntaxError, ValueError):
            return None
    return ast.dump(_FoldSigns().visit(tree))


class _FoldSigns(ast.NodeTransformer):
    """`-(-1)` is 1."""

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        number = node.operand.value if isinstance(node.operand, ast.Constant) else None
        if isinstance(number, int | float) and isinstance(node.op, ast.USub | ast.UAdd):
            return ast.Constant(-number if isinstance(node.op, ast.USub) else +number)
        return node


def _changed_lines(old: str, new: str) -> tuple[str, str]:
    """The lines of each that differ, without common indentation."""
    before, after = old.splitlines(), new.splitlines()
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    changed = before[start : len(before) - end], after[start : len(after) - end]
    one, other = (dedent("\n".join(lines)).strip("\n") for lines in changed)
    return one, other
