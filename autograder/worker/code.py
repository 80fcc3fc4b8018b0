"""Which worker this is: an image holds a copy of it, and a grader speaks only to the very same."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path


@cache
def digest() -> str:
    """Digest of the source of the worker and of the wire."""
    package = Path(__file__).parents[1]
    found = hashlib.sha256()
    for path in sorted([*package.glob("wire/*.py"), *package.glob("worker/*.py")]):
        found.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()
