"""Turns `test_public.py` into otter-grader's exception format: one file for each question.

Students run the files in Jupyter with nothing but otter-grader and the course's packages, so pytest is taken
out here: marks are stripped, parametrised tests become one case after another, and anything else of pytest is
refused. The body of each test stays as its author wrote it.
"""

from __future__ import annotations

import ast
import hashlib
import itertools
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources

from autograder.build.source import bindings
from autograder.course import Assignment, Question
from autograder.errors import BuildError
from autograder.report import TestInfo

HEADER = """\
# Generated from test_public.py of {assignment} by `autograder build`: change it there, not here.
# grader.check("{question}") runs the cases below, in order.
{future}
import contextlib

import numpy as np
from otter.test_files import test_case

OK_FORMAT = False
name = "{question}"
points = None
"""
ALREADY_IMPORTED = frozenset(
    ["import contextlib", "import numpy as np", "from otter.test_files import test_case"]
)


@dataclass(frozen=True)
class Case:
    """One case of a test: a line to run before it, and arguments as source text by parameter."""

    before: str | None
    arguments: dict[str, str]


def otter_tests(assignment: Assignment, tests: Sequence[TestInfo]) -> dict[str, str]:
    """Return the text of `tests/<question>.py` for each question that has public tests.

    Args:
        tests: all tests of the assignment, as `examiner.collect` gives them.

    Raises:
        BuildError: test_public.py uses something of pytest that students do not have.
    """
    module = _Module(assignment)
    return {
        question.id: module.file_for(question, infos)
        for question in assignment.settings.questions
        if (infos := [test for test in tests if test.public and test.question == question.id])
    }


class _Module:
    """test_public.py, taken apart into helpers and tests."""

    def __init__(self, assignment: Assignment) -> None:
        self.assignment = assignment
        self.path = assignment.public_tests
        self.text = self.path.read_text(encoding="utf-8")
        self.lines = self.text.splitlines()
        self.future = ""
        self.reserved = {name for _, name in bindings(ast.parse(HEADER + _support()))}
        self.helpers: list[ast.stmt] = []
        self.tests: dict[str, ast.FunctionDef] = {}
        for statement in ast.parse(self.text, filename=self.path.name).body:
            self._sort_in(statement)

    def file_for(self, question: Question, infos: Sequence[TestInfo]) -> str:
        functions = {_function(info): self.tests[_function(info)] for info in infos}
        cases = {name: self._cases(function, infos) for name, function in functions.items()}
        parts = [HEADER.format(assignment=self.assignment.name, question=question.id, future=self.future)]
        parts += self._paragraphs(self._helpers_for(list(functions.values())))
        number = itertools.count(1)
        for name, function in functions.items():
            parts.append(self._test(function))
            own = [info for info in infos if _function(info) == name]
            for info, case in zip(own, cases[name], strict=True):
                parts.append(self._case(f"case_{next(number)}", function, info, case))
        return self._ascii("\n\n".join(part.strip("\n") + "\n" for part in [*parts, _support()]))

    def _sort_in(self, statement: ast.stmt) -> None:
        if isinstance(statement, ast.FunctionDef) and statement.name.startswith("test"):
            self.tests[statement.name] = statement
        elif isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            self.future += f"\n{ast.unparse(statement)}"
        elif not self._is_left_out(statement):
            self._refuse_pytest(statement)
            self.helpers.append(statement)
            for line, name in bindings(statement):
                if name in self.reserved - {"np", "contextlib"}:
                    raise self._error(line, f"{name!r} is also a name in the generated file", "Rename it.")

    def _is_left_out(self, statement: ast.stmt) -> bool:
        """The docstring, `import pytest` and `pytestmark` stay behind."""
        if isinstance(statement, ast.Import) and [alias.name for alias in statement.names] == ["pytest"]:
            return statement.names[0].asname is None
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "pytestmark":
            return True
        return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)

    def _refuse_pytest(self, statement: ast.AST) -> None:
        """Refuse what needs pytest or the grader at run time."""
        if isinstance(statement, ast.ClassDef) and statement.name.startswith("Test"):
            raise self._error(statement.lineno, "a class of tests", "Write the tests as functions.")
        for node in ast.walk(statement):
            if isinstance(node, ast.Attribute) and ast.unparse(node) in _INSTEAD:
                raise self._error(node.lineno, f"`{ast.unparse(node)}`", _INSTEAD[ast.unparse(node)])
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and node.id == "pytest":
                raise self._error(node.lineno, "`pytest`", "Students do not have pytest; use plain Python.")
            for module in _imported(node):
                if module in ("pytest", "_pytest", "autograder", "conftest", ""):
                    line = getattr(node, "lineno", 0)
                    raise self._error(line, f"an import of {module or 'a relative module'}", _NO_IMPORT)

    def _helpers_for(self, functions: Sequence[ast.FunctionDef]) -> list[ast.stmt]:
        """Return the statements that the functions need, and what those need, in the module's order."""
        needed = set[str]().union(*(_names_in(function) for function in functions))
        kept: set[int] = set()
        while True:
            added = [
                index
                for index, statement in enumerate(self.helpers)
                if index not in kept and (_acts(statement) or needed & {n for _, n in bindings(statement)})
            ]
            if not added:
                return [
                    statement
                    for index, statement in enumerate(self.helpers)
                    if index in kept and ast.unparse(statement) not in ALREADY_IMPORTED
                ]
            kept.update(added)
            needed.update(*(_names_in(self.helpers[index]) for index in added))

    def _test(self, function: ast.FunctionDef) -> str:
        """Return the test without its marks, each bare assert with a message."""
        for statement in function.body:
            self._refuse_pytest(statement)
        marks = [mark for mark in function.decorator_list if _mark(mark)]
        others = [mark for mark in function.decorator_list if not _mark(mark)]
        for mark in marks:
            if _mark(mark) not in ("question", "points", "parametrize"):
                remedy = "Only question, points and parametrize have a meaning for students."
                raise self._error(mark.lineno, f"the mark `{_mark(mark)}`", remedy)
        for other in others:
            self._refuse_pytest(other)
        head = [f"@{ast.unparse(other)}" for other in others]
        return "\n".join([*head, *self._with_messages(function)])

    def _with_messages(self, function: ast.FunctionDef) -> list[str]:
        lines = [line.encode() for line in self.lines]
        asserts = [node for node in ast.walk(function) if isinstance(node, ast.Assert) and node.msg is None]
        for node in asserts:
            assert node.end_lineno is not None and node.end_col_offset is not None
            line = lines[node.end_lineno - 1]
            message = json.dumps(f"This should hold: {ast.unparse(node.test)}", ensure_ascii=False)
            lines[node.end_lineno - 1] = (
                line[: node.end_col_offset] + f", {message}".encode() + line[node.end_col_offset :]
            )
        return [line.decode() for line in lines[function.lineno - 1 : function.end_lineno]]

    def _case(self, label: str, function: ast.FunctionDef, info: TestInfo, case: Case) -> str:
        title = info.title.rstrip(".")
        points = int(info.points) if info.points == int(info.points) else info.points
        values: list[str] = []
        for parameter in _parameters(function):
            if parameter in case.arguments:
                values.append(f"{parameter}={case.arguments[parameter]}")
            else:
                source = self._source_of(function, parameter, info)
                named = function.args.kwonlyargs or any("=" in value for value in values)
                values.append(f"{parameter}={source}" if named else source)
        return "\n".join(
            [
                f"@test_case(name={json.dumps(title, ensure_ascii=False)}, points={points!r})",
                f"def {label}(env):",
                "    with answers_in(env) as answer:",
                *([f"        {case.before}"] if case.before else []),
                f"        {function.name}({', '.join(values)})",
            ]
        )

    def _source_of(self, function: ast.FunctionDef, parameter: str, info: TestInfo) -> str:
        if parameter == "rng":
            return f"np.random.default_rng({_seed(info.id)})"
        if parameter in self.assignment.provides:
            return f'answer("{parameter}")'
        raise self._error(
            function.lineno,
            f"{function.name} asks for `{parameter}`",
            "Ask for names in `provides` of assignment.toml, `rng` or parametrised values;"
            " make other fixtures plain functions.",
        )

    def _cases(self, function: ast.FunctionDef, infos: Sequence[TestInfo]) -> list[Case]:
        count = sum(_function(info) == function.name for info in infos)
        decorators = [mark for mark in function.decorator_list if _mark(mark) == "parametrize"]
        if not decorators:
            return [Case(None, {})]
        alone = len(decorators) == 1
        sets = [self._values(mark, count if alone else None) for mark in decorators]
        cases = [_merged(reversed(chosen)) for chosen in itertools.product(*reversed(sets))]
        if len(cases) != count:
            remedy = "Write the cases of parametrize as a plain list."
            raise self._error(function.lineno, f"{len(cases)} cases, where pytest sees {count}", remedy)
        return cases

    def _values(self, mark: ast.expr, count: int | None) -> list[Case]:
        """Return the cases of one `parametrize`; `count` is how many pytest found, if known."""
        arguments = mark.args if isinstance(mark, ast.Call) else []
        options = {keyword.arg for keyword in mark.keywords} if isinstance(mark, ast.Call) else set()
        if len(arguments) != 2 or options - {"ids"}:
            remedy = 'Write `@pytest.mark.parametrize("a, b", [(1, 2), (3, 4)])`, with `ids=` at most.'
            raise self._error(mark.lineno, "this form of parametrize", remedy)
        names = self._argument_names(arguments[0])
        values = arguments[1]
        if isinstance(values, ast.List | ast.Tuple) and not any(
            isinstance(element, ast.Starred) for element in values.elts
        ):
            return [self._written_out(names, element) for element in values.elts]
        if count is None:
            remedy = "Write the cases as a plain list."
            raise self._error(mark.lineno, "parametrize twice with computed cases", remedy)
        self._refuse_pytest(values)
        return [_looked_up(names, f"list({ast.unparse(values)})[{index}]") for index in range(count)]

    def _argument_names(self, node: ast.expr) -> list[str]:
        try:
            value = ast.literal_eval(node)
        except ValueError:
            raise self._error(
                node.lineno, "computed names in parametrize", "Write the names as text."
            ) from None
        names = value.split(",") if isinstance(value, str) else value
        return [name.strip() for name in names if name.strip()]

    def _written_out(self, names: list[str], element: ast.expr) -> Case:
        values = [element] if len(names) == 1 else list(getattr(element, "elts", []))
        if isinstance(element, ast.Call) and ast.unparse(element.func) == "pytest.param":
            if any(keyword.arg != "id" for keyword in element.keywords):
                raise self._error(element.lineno, "marks in pytest.param", "Students do not have pytest.")
            values = element.args
        for value in values:
            self._refuse_pytest(value)
        if len(values) != len(names):
            self._refuse_pytest(element)
            return _looked_up(names, ast.unparse(element))
        return Case(None, {name: ast.unparse(value) for name, value in zip(names, values, strict=True)})

    def _paragraphs(self, statements: Sequence[ast.stmt]) -> list[str]:
        """Return the statements as written; those on lines that follow each other stay together."""
        paragraphs: list[str] = []
        end = 0
        for statement in statements:
            first, last = self._extent(statement)
            text = "\n".join(self.lines[first - 1 : last])
            if paragraphs and first == end + 1:
                paragraphs[-1] += f"\n{text}"
            else:
                paragraphs.append(text)
            end = last
        return paragraphs

    def _extent(self, statement: ast.stmt) -> tuple[int, int]:
        """Return first and last line of a statement, with its decorators and the comments right above."""
        decorators = getattr(statement, "decorator_list", [])
        first = min([statement.lineno, *(decorator.lineno for decorator in decorators)])
        while first > 1 and self.lines[first - 2].startswith("#"):
            first -= 1
        return first, statement.end_lineno or statement.lineno

    def _ascii(self, text: str) -> str:
        """Return `text` with escapes for what is not ASCII: otter opens files in the machine's encoding."""
        escaped = text.encode("ascii", "backslashreplace").decode()
        if ast.dump(ast.parse(escaped)) != ast.dump(ast.parse(text)):
            line = next(n for n, line in enumerate(self.lines, 1) if not line.isascii() and _RAW.search(line))
            remedy = "Use an ordinary string there."
            raise self._error(line, "a raw string with characters beyond ASCII", remedy)
        return escaped

    def _error(self, line: int, what: str, remedy: str) -> BuildError:
        return BuildError(
            self.path, f"{what} cannot be given to students", field=f"line {line}", remedy=remedy
        )


_RAW = re.compile(r"""\b[fF]?[rR][fF]?["']""")
_NO_IMPORT = "Import the course's packages or a module that ships with the notebook."
_INSTEAD = {
    "pytest.approx": "Write `abs(a - b) < 1e-6` or use np.isclose.",
    "pytest.raises": "Write `try: … except ValueError: …`, with an assert for what must not happen.",
    "pytest.fixture": "Make it a plain function and call it.",
    "pytest.skip": "Every test counts for every student; take it out.",
    "pytest.fail": "Write `raise AssertionError(…)`.",
}


def _support() -> str:
    return (resources.files("autograder.build") / "templates" / "otter_support.py.txt").read_text("utf-8")


def _function(info: TestInfo) -> str:
    return info.id.split("::", 1)[1].split("[", 1)[0]


def _seed(test_id: str) -> int:
    return int.from_bytes(hashlib.sha256(test_id.encode()).digest()[:4], "big")


def _mark(decorator: ast.expr) -> str | None:
    """Return `points` for `@pytest.mark.points(2)`, None for what is no mark."""
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    text = ast.unparse(target)
    return text.removeprefix("pytest.mark.") if text.startswith("pytest.mark.") else None


def _parameters(function: ast.FunctionDef) -> list[str]:
    arguments = function.args
    return [argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]


def _merged(cases: Iterator[Case]) -> Case:
    """Return the case that stacked `parametrize` marks make together."""
    chosen = list(cases)
    before = "; ".join(case.before for case in chosen if case.before) or None
    return Case(before, {name: value for case in chosen for name, value in case.arguments.items()})


def _looked_up(names: list[str], expression: str) -> Case:
    if len(names) == 1:
        return Case(None, {names[0]: expression})
    return Case(f"{', '.join(names)} = {expression}", {name: name for name in names})


def _names_in(node: ast.AST) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def _acts(statement: ast.stmt) -> bool:
    """Is it there for what it does, such as `np.seterr(…)`, rather than for a name?"""
    return isinstance(statement, ast.Expr)


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name.split(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [(node.module or "").split(".")[0] if node.level == 0 else ""]
    return []
