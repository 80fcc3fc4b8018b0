"""What a test holds in place of a student's function, model or object, and what goes wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NoReturn, Protocol

from autograder.report import Outcome
from autograder.wire.codec import Handle, KerasModel

MAX_ITERATED = 100_000
MAX_ITERATED_BYTES = 1 << 27
MESSAGE_CHARACTERS = 2000
PLACEHOLDER = "Write your answer to"  # how the error of a question that is still open begins
# Not StopIteration: `map` and `zip` in a test would take it for the end of the test's own inputs.
_BUILTIN_ERRORS: dict[str, type[Exception]] = {
    error.__name__: error
    for error in (
        ArithmeticError,
        AssertionError,
        AttributeError,
        ImportError,
        IndexError,
        KeyError,
        LookupError,
        MemoryError,
        NameError,
        OverflowError,
        RecursionError,
        RuntimeError,
        TypeError,
        ValueError,
        ZeroDivisionError,
    )
}


class NoAnswer(BaseException):
    """There is no answer that a test could judge. Not an `Exception`: no test may pass by expecting one.

    Args:
        outcome: what the test's outcome becomes.
        message: a sentence for the student, in the grader's own words.
        said: what the sandbox says of it. Nobody knows what the student's code has put in there, such as the
            input of a hidden test: it is shown for public tests only.
    """

    def __init__(self, outcome: Outcome, message: str, said: str = "") -> None:
        super().__init__(message)
        self.outcome: Outcome = outcome
        self.message = message
        self.said = said


class NameProblem(Exception):
    """Carries a `NoAnswer` out of a fixture: pytest takes only an `Exception` for a fixture's failure.

    Args:
        answer: what there is to say instead of a value.
    """

    def __init__(self, answer: NoAnswer) -> None:
        super().__init__(answer.message)
        self.answer = answer


class StudentError(Exception):
    """The student's code raised. Also an instance of the builtin exception that it raised, if there is one.

    Args:
        label: what was asked, as the student would write it.
        kind: name of the exception's class.
        message: its message.
        traceback: the last lines of its traceback, inside the sandbox.
    """

    def __init__(self, label: str, kind: str, message: str, traceback: str) -> None:
        Exception.__init__(self, message)
        self.label, self.kind, self.message, self.traceback = label, kind, message, traceback

    def __str__(self) -> str:
        return (
            f"{self.label} raised {self.kind}: {self.message}"
            if self.message
            else f"{self.label} raised {self.kind}"
        )


def student_error(label: str, raised: dict[str, Any]) -> StudentError:
    """Return the error for what the sandbox says was raised. Nothing of what it says is taken for granted."""
    base = next((_BUILTIN_ERRORS[name] for name in builtin_names(raised) if name in _BUILTIN_ERRORS), None)
    cls = StudentError if base is None else _combined(base)
    kind, message, traceback = (shortened(raised.get(part)) for part in ("type", "message", "traceback"))
    return cls(label, kind or "Exception", message, traceback)


def builtin_names(raised: dict[str, Any]) -> list[str]:
    """Names of the builtin exceptions that the raised one is said to be, itself first."""
    names = raised.get("builtin")
    return [name for name in names if type(name) is str] if type(names) is list else []


def is_unanswered(raised: dict[str, Any]) -> bool:
    """Whether the placeholder of a question raised this, and not a library, which has this error too."""
    message = raised.get("message")
    text = message if type(message) is str else ""
    return "NotImplementedError" in builtin_names(raised) and (not text or PLACEHOLDER in text)


def builtin_of(error: StudentError) -> str | None:
    """Name of the builtin exception that `error` also is, if any; never a word of the student's."""
    return next((base.__name__ for base in type(error).__mro__ if base.__name__ in _BUILTIN_ERRORS), None)


def shortened(text: object) -> str:
    """Return a text from the sandbox up to a sensible length; an empty one for whatever is no text."""
    if type(text) is not str:
        return ""
    return text if len(text) <= MESSAGE_CHARACTERS else text[:MESSAGE_CHARACTERS] + "…"


def _combined(base: type[Exception]) -> type[StudentError]:
    if base not in _COMBINED:
        _COMBINED[base] = type(f"Student{base.__name__}", (StudentError, base), {})
    return _COMBINED[base]


_COMBINED: dict[type[Exception], type[StudentError]] = {}


class Asks(Protocol):
    """Something that can put a question about an object to the sandbox. `received`: bytes of all answers."""

    received: int

    def ask(self, action: str, target: Handle, arguments: list[Any], label: str) -> Any: ...


class StandIn:
    """A function, a Keras model or another object that stays in the sandbox.

    Calling it, reading and setting its attributes and items, `len`, `in`, iterating and `repr` each ask the
    sandbox, and give plain data or another stand-in. Two stand-ins are equal when they are the same object.
    """

    __slots__ = ("_asks", "_handle", "_label")

    _asks: Asks
    _handle: Handle
    _label: str

    def __init__(self, asks: Asks, handle: Handle, label: str) -> None:
        for name, value in (("_asks", asks), ("_handle", handle), ("_label", label)):
            object.__setattr__(self, name, value)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._do("call", [list(args), kwargs], f"{self._label}(…)")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._do("getattr", [name], f"{self._label}.{name}")

    def __setattr__(self, name: str, value: Any) -> None:
        self._do("setattr", [name, value], f"{self._label}.{name}")

    def __getitem__(self, key: Any) -> Any:
        return self._do("getitem", [key], f"{self._label}[…]")

    def __setitem__(self, key: Any, value: Any) -> None:
        self._do("setitem", [key, value], f"{self._label}[…]")

    def __contains__(self, item: Any) -> bool:
        return self._do("contains", [item], self._label) is True

    def __len__(self) -> int:
        length = self._do("len", [], f"len({self._label})")
        if type(length) is not int or length < 0:
            raise NoAnswer("unusable", f"`len({self._label})` is not a length.")
        return length

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[Any]:
        iterator = self._do("iter", [], f"iter({self._label})")
        if not isinstance(iterator, StandIn):
            raise NoAnswer("unusable", f"`{self._label}` cannot be iterated over.")
        count, most = 0, self._asks.received + MAX_ITERATED_BYTES
        while count < MAX_ITERATED and self._asks.received < most:
            items = iterator._do("next", [], self._label)
            if not isinstance(items, list):
                raise NoAnswer("unusable", f"`{self._label}` cannot be iterated over.")
            if not items:
                return
            yield from items
            count += len(items)
        raise NoAnswer("unusable", f"`{self._label}` has no end, or gives more than a test can take.")

    def __array__(self, *_: Any, **__: Any) -> NoReturn:
        said = f"it is a {shortened(self._handle.type_name)}"
        raise NoAnswer("unusable", f"`{self._label}` should be numbers or an array.", said)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StandIn) and other._handle.id == self._handle.id

    def __hash__(self) -> int:
        return hash(self._handle.id)

    def __repr__(self) -> str:
        return f"<the student's {self._label}: {shortened(self._handle.description)}>"

    def _do(self, action: str, arguments: list[Any], label: str) -> Any:
        return self._asks.ask(action, self._handle, arguments, label)


def kind_of(value: StandIn) -> str:
    """Return `function`, `class`, `keras_model`, `callable` or `object`."""
    return value._handle.kind


def for_sandbox(value: Any) -> Any:
    """Return what a test passes on, with stand-ins as handles and Keras models as data.

    Raises:
        TypeError: the test passes something that cannot be carried; that is the test's fault.
    """
    if isinstance(value, StandIn):
        return value._handle
    if isinstance(value, list):
        return [for_sandbox(item) for item in value]
    if isinstance(value, tuple):
        return tuple(for_sandbox(item) for item in value)
    if isinstance(value, dict):
        return {key: for_sandbox(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return {for_sandbox(item) for item in value}
    if hasattr(value, "to_json") and hasattr(value, "get_weights"):
        return KerasModel(value.to_json(), [*value.get_weights()])
    return value


def from_sandbox(value: Any, asks: Asks, label: str) -> Any:
    """Return what the sandbox answered, with handles as stand-ins.

    Raises:
        NoAnswer: it answered with something that only the grader may send.
    """
    if isinstance(value, Handle):
        return StandIn(asks, value, label)
    if isinstance(value, KerasModel):
        raise NoAnswer("unusable", f"`{label}` is not an answer.")
    if isinstance(value, list):
        return [from_sandbox(item, asks, f"{label}[{index}]") for index, item in enumerate(value)]
    if isinstance(value, tuple):
        return tuple(from_sandbox(item, asks, f"{label}[{index}]") for index, item in enumerate(value))
    inside = f"{label}[…]"
    if isinstance(value, dict):
        return {
            from_sandbox(key, asks, inside): from_sandbox(item, asks, inside) for key, item in value.items()
        }
    if isinstance(value, frozenset):
        return frozenset(from_sandbox(item, asks, inside) for item in value)
    return value
