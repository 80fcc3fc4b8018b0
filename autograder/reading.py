"""A student's notebook file, read whatever state it is in: repaired with notes, or refused with a sentence.

What comes out is built anew from cell types, sources and small metadata; nothing else of the file is kept,
and the outputs stored in it least of all: the grader runs the notebook itself.
"""

from __future__ import annotations

import codecs
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import nbformat

MAX_VALUES = 5_000_000
MAX_CELLS = 5_000
MAX_CELL_CHARACTERS = 1_000_000
MAX_METADATA_CHARACTERS = 20_000
MAX_METADATA_DEPTH = 12
MAX_ATTACHMENT_CHARACTERS = 5_000_000
BIG_OUTPUTS = 5_000_000
_CELL_TYPES = ("code", "markdown", "raw")
_CELL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_DEFINED = re.compile(
    r"^(?:(?:def|class)[ \t]+(?=\w+[ \t]*[(:])|(?=\w+[ \t]*=(?!=)))([^\W\d]\w*)", re.MULTILINE
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_OTHER_KERNELS = re.compile(r"ir$|julia|javascript|deno|bash|octave|matlab|sas|scala|rust|r$", re.IGNORECASE)


@dataclass(frozen=True)
class NotebookReading:
    """Either a notebook (nbformat 4.5, without outputs) or the problem, in a sentence for the student."""

    notebook: nbformat.NotebookNode | None
    problem: str | None = None
    notes: tuple[str, ...] = ()


class _Unreadable(Exception):
    """Carries the sentence for the student."""


def read_notebook(content: bytes) -> NotebookReading:
    """Read a notebook from the bytes of its file. Never raises, and needs a bounded amount of memory."""
    notes: list[str] = []
    try:
        data = _as_version_4(_json_object(_text(content, notes)), notes)
        _check_language(data.get("metadata"), notes)
        cells = _cells(data, notes)
        if len(content) > BIG_OUTPUTS and _size_of_outputs(data) > BIG_OUTPUTS:
            notes.append("The large outputs stored in the notebook were left out; the grader makes its own.")
    except _Unreadable as problem:
        return NotebookReading(None, str(problem), tuple(notes))
    except (RecursionError, MemoryError):
        return NotebookReading(None, "This notebook is nested too deeply to be read.", tuple(notes))
    return NotebookReading(_notebook(cells), None, tuple(notes))


def code_cells(notebook: nbformat.NotebookNode) -> tuple[str, ...]:
    """The source of each code cell, in order."""
    return tuple(cell.source for cell in notebook.cells if cell.cell_type == "code")


def _text(content: bytes, notes: list[str]) -> str:
    if not content.strip():
        raise _Unreadable("This file is empty.")
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if content.startswith(mark):
            notes.append("The notebook was stored as UTF-16 and was converted to UTF-8.")
            return _decoded(content, encoding)
    if content.startswith(codecs.BOM_UTF8):
        notes.append("A byte order mark at the start of the file was removed.")
    return _decoded(content, "utf-8-sig")


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise _Unreadable(f"This file is not a notebook{_what_else(content)}.") from None


def _what_else(content: bytes) -> str:
    start = content[:512].lstrip().lower()
    for mark, what in (
        (b"pk", ", but a zip archive or an office document"),
        (b"%pdf", ", but a PDF"),
        (b"<", ", but a web page"),
        (b"#", ", but plain text or a script"),
        (b"import ", ", but a script"),
    ):
        if start.startswith(mark):
            return what
    return ": it is not JSON text"


def _json_object(text: str) -> dict[str, Any]:
    if sum(text.count(mark) for mark in "[{,:") > MAX_VALUES:
        raise _Unreadable(f"This notebook holds more than {MAX_VALUES:,} values; clear its outputs first.")
    try:
        data = json.loads(text, parse_constant=_null)
    except json.JSONDecodeError as error:
        if text.lstrip().startswith("{") and _is_cut_off(text, error):
            raise _Unreadable("This notebook ends in the middle: the file was cut off.") from None
        raise _Unreadable(f"This file is not a notebook{_what_else(text[:512].encode())}.") from None
    except ValueError:
        raise _Unreadable("This notebook contains a number that is too long to be read.") from None
    if not isinstance(data, dict):
        raise _Unreadable("This file is JSON, but not a notebook.")
    return data


def _is_cut_off(text: str, error: json.JSONDecodeError) -> bool:
    return error.pos >= len(text.rstrip()) - 1 or error.msg.startswith("Unterminated string")


def _null(_: str) -> None:
    """JSON has no NaN and no infinities; some tools write them into outputs all the same."""


def _as_version_4(data: dict[str, Any], notes: list[str]) -> dict[str, Any]:
    version = data.get("nbformat")
    if version is None and isinstance(data.get("cells"), list):
        notes.append("The notebook does not say its format version; it was read as version 4.")
        return data
    if type(version) is not int:
        raise _Unreadable("This file is JSON, but not a notebook.")
    if version > 4:
        raise _Unreadable(f"This notebook has format version {version}; the newest that can be read is 4.")
    if version == 4:
        return data
    notes.append(f"The notebook was converted from the old format version {version}.")
    return _upgraded(data, version)


def _upgraded(data: dict[str, Any], version: int) -> dict[str, Any]:
    for cell in _old_cells(data):
        cell["outputs"] = []
        cell.setdefault("metadata", {})
    data.setdefault("metadata", {})
    data.setdefault("nbformat_minor", 0)
    try:
        upgraded: dict[str, Any] = nbformat.convert(nbformat.from_dict(data), 4)
    except Exception:  # the converters raise anything on a malformed notebook
        raise _Unreadable(f"This notebook of the old format version {version} is damaged.") from None
    return upgraded


def _old_cells(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    worksheets = data.get("worksheets")
    for sheet in worksheets if isinstance(worksheets, list) else [data]:
        cells = sheet.get("cells") if isinstance(sheet, dict) else None
        for cell in cells if isinstance(cells, list) else []:
            if isinstance(cell, dict):
                yield cell


def _check_language(metadata: Any, notes: list[str]) -> None:
    if not isinstance(metadata, dict):
        notes.append("The notebook has no metadata; it was read as a Python notebook.")
        return
    kernel, language = _dict(metadata.get("kernelspec")), _dict(metadata.get("language_info"))
    stated = [
        name.strip()
        for name in (kernel.get("language"), language.get("name"))
        if isinstance(name, str) and name.strip()
    ]
    name = kernel.get("name")
    if not stated and isinstance(name, str) and _OTHER_KERNELS.match(name):
        stated = [name]
    if stated and not any("python" in each.lower() for each in stated):
        shown = stated[0][:40].encode("ascii", "replace").decode()
        raise _Unreadable(f"This notebook is written for {shown!r}, not for Python.")


def _cells(data: dict[str, Any], notes: list[str]) -> list[dict[str, Any]]:
    raw = data.get("cells")
    if not isinstance(raw, list) or not raw:
        raise _Unreadable("This notebook has no cells.")
    if len(raw) > MAX_CELLS:
        notes.append(f"The notebook has {len(raw):,} cells; only the first {MAX_CELLS:,} are used.")
    repairs: Counter[str] = Counter()
    cells = [cell for each in raw[:MAX_CELLS] if (cell := _cell(each, repairs)) is not None]
    _repair_types(cells, repairs)
    _repair_ids(cells, repairs)
    notes.extend(_REPAIRS[repair].format(_cells_were(times)) for repair, times in sorted(repairs.items()))
    return cells


_REPAIRS = {
    "broken": "{} left out: broken, or of an unknown type.",
    "huge": f"{{}} left out: longer than {MAX_CELL_CHARACTERS:,} characters.",
    "characters": "{} repaired: characters that do not exist in Unicode were replaced.",
    "line_ends": "{} converted from Windows line ends.",
    "type": "{} turned back into code: handed out as code, and no code defines the same names.",
    "metadata": "{} stripped of metadata that is damaged or too large.",
    "attachments": "{} stripped of attachments that are damaged or too large.",
    "missing_id": "{} given an id, because there was none or it was not valid.",
    "duplicate_id": "{} given a new id, because two cells had the same.",
}


def _cells_were(times: int) -> str:
    return "1 cell was" if times == 1 else f"{times:,} cells were"


def _cell(raw: Any, repairs: Counter[str]) -> dict[str, Any] | None:
    source = _source(raw.get("source", "")) if isinstance(raw, dict) else None
    if source is None or raw.get("cell_type") not in _CELL_TYPES:
        repairs["broken"] += 1
        return None
    if len(source) > MAX_CELL_CHARACTERS:
        repairs["huge"] += 1
        return None
    cell = {
        "cell_type": raw["cell_type"],
        "id": raw.get("id"),
        "metadata": _metadata(raw.get("metadata", {}), repairs),
        "source": _clean(source, repairs),
    }
    if raw.get("attachments") and raw["cell_type"] != "code":
        cell["attachments"] = _attachments(raw["attachments"], repairs)
    return cell


def _source(raw: Any) -> str | None:
    if isinstance(raw, list) and all(isinstance(line, str) for line in raw):
        return "".join(raw)
    return raw if isinstance(raw, str) else None


def _clean(source: str, repairs: Counter[str]) -> str:
    if "\r" in source:
        repairs["line_ends"] += 1
        source = source.replace("\r\n", "\n").replace("\r", "\n")
    if _SURROGATES.search(source):
        repairs["characters"] += 1
        source = _SURROGATES.sub("�", source)
    return source


def _metadata(raw: Any, repairs: Counter[str]) -> dict[str, Any]:
    if isinstance(raw, dict) and _depth_at_most(raw, MAX_METADATA_DEPTH):
        text = json.dumps(raw, ensure_ascii=False)
        if len(text) <= MAX_METADATA_CHARACTERS and not _SURROGATES.search(text):
            return raw
    repairs["metadata"] += 1
    return {}


def _attachments(raw: Any, repairs: Counter[str]) -> dict[str, dict[str, str]]:
    parts = list(_attachment_parts(raw))
    sound = all(isinstance(part, str) and not _SURROGATES.search(part) for part in parts)
    if sound and sum(map(len, parts)) <= MAX_ATTACHMENT_CHARACTERS:
        return dict(raw)
    repairs["attachments"] += 1
    return {}


def _attachment_parts(raw: Any) -> Iterator[Any]:
    """Every string of name → media type → content; None for what has another shape."""
    for name, bundle in raw.items() if isinstance(raw, dict) else [(None, {})]:
        yield name
        for pair in bundle.items() if isinstance(bundle, dict) else [(None,)]:
            yield from pair


def _depth_at_most(value: Any, depth: int) -> bool:
    if not isinstance(value, dict | list):
        return True
    children = value.values() if isinstance(value, dict) else value
    return depth > 0 and all(_depth_at_most(child, depth - 1) for child in children)


def _repair_types(cells: list[dict[str, Any]], repairs: Counter[str]) -> None:
    """Turn answers back into code that became text by one wrong key in Jupyter.

    Not those whose names code defines elsewhere: a student may have put an earlier version aside as text.
    """
    texts = [cell for cell in cells if cell["cell_type"] != "code" and _handed_out_as_code(cell)]
    code = [cell["source"] for cell in cells if cell["cell_type"] == "code"] if texts else []
    defined = {name for source in code for name in _DEFINED.findall(source)}
    for cell in texts:
        names = set(_DEFINED.findall(cell["source"]))
        if names and not names & defined:
            repairs["type"] += 1
            cell["cell_type"] = "code"
            cell.pop("attachments", None)


def _handed_out_as_code(cell: dict[str, Any]) -> bool:
    return _dict(cell["metadata"].get("nbgrader")).get("cell_type") == "code"


def _repair_ids(cells: list[dict[str, Any]], repairs: Counter[str]) -> None:
    """Give every cell a valid id of its own, the same ones each time the file is read."""
    taken = {cell["id"] for cell in cells if _valid_id(cell["id"])}
    seen: set[str] = set()
    for index, cell in enumerate(cells):
        valid = _valid_id(cell["id"])
        if valid and cell["id"] not in seen:
            seen.add(cell["id"])
            continue
        repairs["duplicate_id" if valid else "missing_id"] += 1
        cell["id"] = _free_id(index, taken)
        taken.add(cell["id"])


def _valid_id(value: Any) -> bool:
    return isinstance(value, str) and _CELL_ID.fullmatch(value) is not None


def _free_id(index: int, taken: set[str]) -> str:
    names = (f"cell-{index}-{number}" if number else f"cell-{index}" for number in count())
    return next(name for name in names if name not in taken)


def _size_of_outputs(data: dict[str, Any]) -> int:
    return sum(len(json.dumps(cell.get("outputs"))) for cell in data["cells"] if isinstance(cell, dict))


def _notebook(cells: list[dict[str, Any]]) -> nbformat.NotebookNode:
    for cell in cells:
        if cell["cell_type"] == "code":
            cell["execution_count"], cell["outputs"] = None, []
    return nbformat.from_dict(
        {
            "cells": cells,
            "metadata": {
                "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
                "language_info": {"name": "python"},
            },
            "nbformat": 4,
            "nbformat_minor": 5,
        }
    )


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
