"""A course on convolutional networks whose weekly assignments grade themselves.

Importing this package is cheap on purpose: the sandboxed worker imports it only to reach
`autograder.wire`, and nothing of the grader may come along.
"""

import sys

__version__ = "0.1.0"

# nbformat imports jsonschema, which builds a grammar for the format "iri" where this package is there. That
# takes seconds in every process, and no notebook's schema has that format.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
