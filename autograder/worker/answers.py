"""Answers questions about a student's names: by value where it is plain data, by handle where it is not."""

from __future__ import annotations

import itertools
import sys
import traceback
from collections.abc import Callable
from typing import Any

from autograder.wire import codec

DESCRIPTION_LENGTH = 200
TRACEBACK_LENGTH = 4000
ITEMS_AT_ONCE = 256


class Answerer:
    """Keeps the objects behind handles and does what a question asks with them.

    Args:
        names: what the notebook has defined.
    """

    def __init__(self, names: dict[str, Any]) -> None:
        self._names = names
        self._objects: dict[int, Any] = {}
        self._next = itertools.count(1)
        self._actions: dict[str, Callable[..., Any]] = {
            "call": lambda target, args, kwargs: target(*args, **kwargs),
            "getattr": lambda target, name: getattr(target, name),
            "setattr": lambda target, name, value: setattr(target, name, value),
            "getitem": lambda target, key: target[key],
            "setitem": lambda target, key, value: target.__setitem__(key, value),
            "contains": lambda target, item: bool(item in target),
            "len": lambda target: len(target),
            "bool": lambda target: bool(target),
            "repr": lambda target: _describe(target, 10 * DESCRIPTION_LENGTH),
            "iter": iter,
            "next": lambda target: list(itertools.islice(target, ITEMS_AT_ONCE)),
            "dir": lambda target: [name for name in dir(target) if isinstance(name, str)],
        }

    def answer(self, question: bytes) -> bytes:
        """Return the encoded answer to an encoded question. What the student's code raises is an answer."""
        try:
            return self._answer(self._with_objects(codec.decode(question)))
        except codec.WireError as error:
            return codec.encode({"unusable": str(error)})
        except BaseException as error:  # the student's code may raise anything at all
            return codec.encode({"raised": _describe_error(error)})

    def _answer(self, question: dict[str, Any]) -> bytes:
        action = question["do"]
        if action == "get":
            name = question["name"]
            if name not in self._names:
                return codec.encode({"missing": name})
            return self._encode(self._names[name])
        if action == "release":
            self._objects.pop(question["target"], None)
            return codec.encode({"value": None})
        return self._encode(self._actions[action](question["target"], *question["with"]))

    def _encode(self, value: Any) -> bytes:
        return codec.encode({"value": value}, on_object=self._handle)

    def _handle(self, value: Any) -> codec.Handle:
        number = next(self._next)
        self._objects[number] = value
        cls = type(value)
        return codec.Handle(
            number, _kind(value), f"{cls.__module__}.{cls.__qualname__}", _describe(value, DESCRIPTION_LENGTH)
        )

    def _with_objects(self, value: Any) -> Any:
        """Return a question with its handles and models replaced by the objects they stand for."""
        if isinstance(value, codec.Handle):
            return self._objects[value.id]
        if isinstance(value, codec.KerasModel):
            return _rebuild(value)
        if isinstance(value, list):
            return [self._with_objects(item) for item in value]
        if isinstance(value, tuple):
            return tuple(self._with_objects(item) for item in value)
        if isinstance(value, frozenset):
            return frozenset(self._with_objects(item) for item in value)
        if isinstance(value, dict):
            return {key: self._with_objects(item) for key, item in value.items()}
        return value


def _rebuild(data: codec.KerasModel) -> Any:
    import keras

    model = keras.models.model_from_json(data.architecture)
    model.set_weights(data.weights)
    return model


def _kind(value: Any) -> str:
    if isinstance(value, type):
        return "class"
    if callable(value) and hasattr(value, "__code__"):
        return "function"
    keras = sys.modules.get("keras")
    if keras is not None and isinstance(value, keras.Model):
        return "keras_model"
    return "callable" if callable(value) else "object"


def _describe(value: Any, length: int) -> str:
    try:
        text = str(repr(value))
    except BaseException as error:
        text = f"<{type(value).__name__} whose repr raises {type(error).__name__}>"
    return text if len(text) <= length else text[:length] + "…"


def _describe_error(error: BaseException) -> dict[str, Any]:
    try:
        message = str(error)
    except BaseException:
        message = "(its message cannot be shown)"
    try:
        lines = "".join(traceback.format_exception(error)[-12:])
    except BaseException:
        lines = ""
    kinds = [kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "builtins"]
    return {
        "type": str(type(error).__name__),
        "builtin": kinds,
        "message": message[:TRACEBACK_LENGTH],
        "traceback": lines[-TRACEBACK_LENGTH:],
    }
