"""Names and short texts that come from outside: which are accepted, and how odd ones are shown."""

from __future__ import annotations

import unicodedata
from typing import Annotated

from pydantic import AfterValidator

MAX_STUDENT_CHARACTERS = 64
MAX_STUDENT_BYTES = 200
MAX_TEXT_CHARACTERS = 500
_PUNCTUATION = " ._@+-'"
RESERVED = frozenset({"nbgrader", "grades.csv", "gradebook.db", "class_report.html"})  # among the results


def student_id(name: str) -> str:
    """A student's id in its one accepted spelling (Unicode NFC, as folders on macOS are not).

    Letters, digits and ` ._@+-'`, starting with a letter or digit and not ending in a dot or space; at most
    64 characters. Such an id is safe as a folder name, in a spreadsheet and on a page. Case matters.

    Raises:
        ValueError: a sentence that says what is wrong with the name.
    """
    normal = unicodedata.normalize("NFC", name)
    if not normal:
        raise ValueError("a student's id must not be empty")
    if len(normal) > MAX_STUDENT_CHARACTERS or len(normal.encode(errors="replace")) > MAX_STUDENT_BYTES:
        raise ValueError(f"a student's id has at most {MAX_STUDENT_CHARACTERS} characters")
    for character in normal:
        if not (_is_word(character) or character in _PUNCTUATION):
            raise ValueError(f"a student's id must not contain {_name_of(character)}")
    if not normal[0].isalnum():
        raise ValueError("a student's id must start with a letter or a digit")
    if confusion_key(normal) in RESERVED:
        raise ValueError(f"{normal} is the name of a file among the results")
    if normal[-1] in ". " or ".." in normal:
        raise ValueError("a student's id must not end in a dot or a space, or contain '..'")
    return normal


def confusion_key(name: str) -> str:
    """Equal for names that differ only in case or in how Unicode stores them (NFKC, case folded)."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def printable(text: str) -> str:
    """The text with every control, direction, surrogate and other unprintable character escaped."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


def short_text(text: str) -> str:
    """One line for people: stripped, not empty, printable, at most 500 characters.

    Raises:
        ValueError: a sentence that says what is wrong.
    """
    text = text.strip()
    if not text:
        raise ValueError("must not be empty")
    if len(text) > MAX_TEXT_CHARACTERS:
        raise ValueError(f"at most {MAX_TEXT_CHARACTERS} characters")
    if not text.isprintable():
        raise ValueError("must be one line without control characters")
    return text


StudentId = Annotated[str, AfterValidator(student_id)]
ShortText = Annotated[str, AfterValidator(short_text)]


def _is_word(character: str) -> bool:
    return unicodedata.category(character) in {"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd"}


def _name_of(character: str) -> str:
    name = unicodedata.name(character, "")
    shown = repr(character) if character.isprintable() else f"the character U+{ord(character):04X}"
    return f"{shown} ({name.lower()})" if name else shown
