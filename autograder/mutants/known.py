"""`mutants.toml`: mutants that mean the same as the reference, each with the reason why no test can notice.

Entries name texts and no line numbers, so they outlive other edits. One that has become untrue is an error.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from autograder.course import Assignment, configuration_error
from autograder.errors import ConfigurationError
from autograder.mutants.mutations import Mutant

FILE = "mutants.toml"
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Equivalent(BaseModel):
    """Mutants that mean the same as the reference: all that turn these lines into those."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    question: str
    function: str | None = None
    original: Text
    mutated: Text
    reason: Text

    def matches(self, mutant: Mutant) -> bool:
        return (
            self.question == mutant.question
            and self.function in (None, mutant.function)
            and _words(self.original) == _words(mutant.original)
            and _words(self.mutated) == _words(mutant.mutated)
        )


class _Known(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    equivalent: tuple[Equivalent, ...] = ()


def load_equivalents(assignment: Assignment) -> tuple[Equivalent, ...]:
    """Read `mutants.toml`; empty where there is none.

    Raises:
        ConfigurationError: something in it is wrong.
    """
    path = assignment.path / FILE
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(path, f"not valid TOML: {error}") from None
    try:
        return _Known.model_validate(data).equivalent
    except ValidationError as error:
        raise configuration_error(path, error, _Known) from None


def untrue(
    known: Iterable[Equivalent], mutants: Sequence[Mutant], was_killed: Callable[[Mutant], bool]
) -> list[str]:
    """Return a sentence for every entry that matches no mutant, or one that a test notices after all.

    Args:
        mutants: all that there are, tried or not.
        was_killed: whether a test has noticed it.
    """
    sentences = []
    for entry in known:
        matching = [mutant for mutant in mutants if entry.matches(mutant)]
        change = f"{entry.question}: `{_words(entry.original)}` → `{_words(entry.mutated)}`"
        if not matching:
            sentences.append(f"{change}: no mutant is like that any more")
        elif any(map(was_killed, matching)):
            sentences.append(f"{change}: a test notices it, so it is not equivalent")
    return sentences


def _words(text: str) -> str:
    """The text in one line, however it is broken and indented."""
    return " ".join(text.split())
